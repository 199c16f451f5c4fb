import threading
import time
from collections.abc import Iterator

import pytest
import time_machine
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts import refusals
from accounts.models import Refusal


@pytest.fixture(autouse=True)
def _nothing_waits(db: None) -> Iterator[None]:
    refusals.flush()
    Refusal.objects.all().delete()
    yield
    refusals.flush()


def _counts() -> dict[str, int]:
    return dict(Refusal.objects.values_list("reason", "count"))


def test_requests_are_counted_by_reason() -> None:
    for reason in ("invalid-token", "invalid-token", "missing-credentials"):
        refusals.count(reason)
    refusals.flush()
    assert _counts() == {"invalid-token": 2, "missing-credentials": 1}


def test_a_flood_is_not_a_flood_of_writes(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(8):
        for _ in range(1000):
            refusals.count("invalid-token")
    refusals.flush()
    assert _counts() == {"invalid-token": 1000}


def test_counts_add_up_over_writes_and_not_over_days() -> None:
    for day in ("2026-11-01", "2026-11-01", "2026-11-02"):
        with time_machine.travel(f"{day}T12:00:00Z", tick=False):
            refusals.count("invalid-token")
            refusals.flush()
    assert sorted(Refusal.objects.values_list("count", flat=True)) == [1, 2]


def test_threads_lose_no_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "WRITE_EVERY", 3600.0)
    refusals.count("first")  # after it nobody writes for an hour, so that no thread needs the database
    threads = [threading.Thread(target=_count_a_hundred) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refusals.flush()
    assert _counts()["invalid-token"] == 800


def _count_a_hundred() -> None:
    for _ in range(100):
        refusals.count("invalid-token")


def test_the_day_is_the_installations() -> None:
    with time_machine.travel("2026-11-01T23:30:00Z", tick=False):
        refusals.count("invalid-token")
        refusals.flush()
        assert Refusal.objects.get().day == timezone.localdate()
        assert str(Refusal.objects.get().day) == "2026-11-02"


@pytest.mark.django_db(transaction=True)
def test_what_waits_is_written_without_another_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    refusals.count("invalid-token")
    refusals.count("invalid-token")
    monkeypatch.setattr(refusals, "WRITE_EVERY", 0.01)
    stop = threading.Event()
    writer = threading.Thread(target=refusals.keep_writing, args=[stop])
    writer.start()
    deadline = time.monotonic() + 30
    while _counts() != {"invalid-token": 2} and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    writer.join()
    assert _counts() == {"invalid-token": 2}
