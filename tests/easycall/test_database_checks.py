"""Each check is shown a database with which that one thing is wrong."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.checks import run_checks

from easycall import database_checks
from tests.postgres import Cluster, cluster
from tests.processes import wait_until

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def careless() -> Iterator[Cluster]:
    """A PostgreSQL with that off which makes it survive a power failure."""
    with cluster("fsync=off", "full_page_writes=off") as running:
        yield running


def check(url: str, **environment: str) -> tuple[bool, str]:
    """Whether `manage.py check` is content with this database, and what it says."""
    environment = {"PATH": os.environ["PATH"], "SECRET_KEY": "x" * 50, "DATABASE_URL": url} | environment
    command = [sys.executable, "manage.py", "check", "--database", "default"]
    done = subprocess.run(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, check=False)
    return done.returncode == 0, done.stderr


@pytest.mark.django_db
def test_database_of_the_suite_has_nothing_to_say() -> None:
    assert run_checks(tags=["database"], databases=["default"]) == []


@pytest.mark.postgresql
def test_careless_postgresql_is_an_error(careless: Cluster) -> None:
    content, said = check(careless.url())
    assert not content
    assert [code for code in ("E005", "E006") if f"easycall.{code}" not in said] == []


@pytest.mark.postgresql
def test_what_is_unsafe_may_be_allowed_for_a_trial_but_is_said(careless: Cluster) -> None:
    content, said = check(careless.url(), ALLOW_UNSAFE_DATABASE="1")
    assert content
    assert "fsync off" in said


def codes(cluster: Cluster, **parameters: str) -> set[str]:
    """What the checks find when they connect with these parameters of libpq."""
    everybody = {"host": "127.0.0.1", "port": cluster.port, "user": "easycall", "dbname": "postgres"}
    return {str(message.id) for message in database_checks._about_postgresql(everybody | parameters)}


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "owner", ["SYSTEM", "ROLE somebody", "DATABASE somewhere", "ROLE somebody IN DATABASE somewhere"]
)
def test_default_that_does_not_wait_is_a_warning(careless: Cluster, owner: str) -> None:
    ours = {"user": "somebody", "dbname": "somewhere", "options": "-c synchronous_commit=on"}
    careless.execute("CREATE ROLE somebody LOGIN", "CREATE DATABASE somewhere")
    try:
        wait_until(lambda: "easycall.W002" not in codes(careless, **ours), seconds=5)
        careless.execute(f"ALTER {owner} SET synchronous_commit = off", "SELECT pg_reload_conf()")
        wait_until(lambda: "easycall.W002" in codes(careless, **ours), seconds=5)
        assert "easycall.E007" not in codes(careless, **ours)
    finally:
        careless.execute(
            "DROP DATABASE somewhere", "DROP ROLE somebody", "ALTER SYSTEM RESET ALL", "SELECT pg_reload_conf()"
        )


@pytest.mark.postgresql
def test_connection_that_does_not_wait_is_an_error(careless: Cluster) -> None:
    # What a pooler does that drops the options of its clients.
    assert "easycall.E007" in codes(careless, options="-c synchronous_commit=off")


def test_database_that_does_not_answer_is_a_warning() -> None:
    content, said = check("postgres://somebody:secret@127.0.0.1:1/leads")
    assert content
    assert "easycall.W003" in said
    assert "secret" not in said


MOUNTS = """\
/dev/vda / ext4 rw 0 0
server:/leads /srv nfs4 rw 0 0
tmpfs /srv/quick tmpfs rw 0 0
somebody@host: /srv/two\\040words fuse.sshfs rw 0 0
overlay /srv/covered nfs rw 0 0
overlay /srv/covered ext4 rw 0 0
"""


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("/var/leads.sqlite3", "ext4"),
        ("/srv/leads.sqlite3", "nfs4"),
        ("/srv/quick/leads.sqlite3", "tmpfs"),
        ("/srv/quicker/leads.sqlite3", "nfs4"),
        ("/srv/two words/leads.sqlite3", "fuse.sshfs"),
        ("/srv/covered/leads.sqlite3", "ext4"),
    ],
)
def test_deepest_mount_is_the_disk_of_a_file(
    file: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mounts").write_text(MOUNTS)
    monkeypatch.setattr(database_checks, "MOUNTS", tmp_path / "mounts")
    assert database_checks.file_system(file) == kind


def test_disk_is_not_known_without_a_table_of_mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_checks, "MOUNTS", tmp_path / "nowhere")
    assert database_checks.file_system("/srv/leads.sqlite3") == ""


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("kind", "expected"), [("nfs4", ["easycall.E008"]), ("fuse.sshfs", ["easycall.E008"]), ("ext4", [])]
)
def test_sqlite_on_a_network_disk_is_an_error(
    kind: str, expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mounts").write_text(f"disk / {kind} rw 0 0\n")
    monkeypatch.setattr(database_checks, "MOUNTS", tmp_path / "mounts")
    assert [message.id for message in run_checks(tags=["database"], databases=["default"])] == expected


@pytest.mark.postgresql
def test_server_does_not_start_on_a_careless_postgresql(careless: Cluster, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "SECRET_KEY": "x" * 50, "PORT": "0", "DATABASE_URL": careless.url()}
    command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py")]
    ended = subprocess.run(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, check=False, timeout=60
    )
    assert ended.returncode == 1
    assert "easycall.E005" in ended.stderr
    assert "Booting worker" not in ended.stderr
