import subprocess
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from easycall import disk
from leads.models import Submission
from tests.easycall.test_settings import settings_with
from tests.intake.world import make_world, send


@pytest.fixture(autouse=True)
def look_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an earlier test saw is not true of this one, nor the other way round."""
    monkeypatch.setattr(disk, "_looked_at", float("-inf"))
    monkeypatch.setattr(disk, "_full", False)


@pytest.fixture
def full(settings: Settings) -> None:
    settings.DISK_FREE_PERCENT = 101


def test_free_is_what_df_says() -> None:
    table = subprocess.check_output(["df", "--output=pcent", "/"], text=True)
    used = int(table.split()[-1].rstrip("%"))
    assert disk.free_percent(["/"]) == pytest.approx(100 - used, abs=1.5)


def test_fullest_disk_decides() -> None:
    root, memory = disk.free_percent(["/"]), disk.free_percent(["/dev/shm"])
    assert disk.free_percent(["/", "/dev/shm"]) == pytest.approx(min(root, memory), abs=0.5)


def test_nearly_full_is_less_than_the_setting_free(settings: Settings) -> None:
    settings.DISK_FOLDERS, settings.DISK_FREE_PERCENT = ["/"], disk.free_percent(["/"]) / 2
    assert not disk.is_nearly_full()


def test_what_has_no_size_is_not_full(tmp_path: Path) -> None:
    assert disk.free_percent([str(tmp_path / "nowhere")]) == disk.free_percent(["/proc"]) == 100


def test_it_is_looked_up_once_a_second(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not disk.is_nearly_full()
    settings.DISK_FREE_PERCENT = 101
    assert not disk.is_nearly_full()
    monkeypatch.setattr(disk, "LOOK_EVERY", 0)
    assert disk.is_nearly_full()


@pytest.mark.django_db
def test_lead_is_refused_before_anything_is_written(full: None) -> None:
    world = make_world()
    answer = send('{"Campaign": "expo_2026", "telefono": "600111222"}', world.tokens["<token>"])
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["type"] == "/problems/temporarily-unavailable"
    assert not Submission.objects.exists()


@pytest.mark.django_db
def test_full_disk_is_not_ready_but_live(full: None, client: Client) -> None:
    assert (client.get("/health/ready").status_code, client.get("/health/ready").content) == (503, b"disk\n")
    assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize(
    ("variable", "value", "watched"),
    [
        ("DATABASE_URL", "sqlite:////srv/leads/db.sqlite3", "leads"),
        ("DATABASE_URL", "postgres://somebody@localhost/leads", "var"),
        ("DISK_FOLDERS", "/srv/postgresql", "postgresql"),
    ],
)
def test_watched_folder_is_that_of_the_database_unless_told(variable: str, value: str, watched: str) -> None:
    folders = settings_with(**{variable: value})["DISK_FOLDERS"]
    assert [Path(folder).name for folder in folders] == [watched]
