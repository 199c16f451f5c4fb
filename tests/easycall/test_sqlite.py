"""The queue for SQLite's one writer."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from django.db import OperationalError, connection, transaction

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


@contextmanager
def locked() -> Iterator[None]:
    """Somebody writes who knows of no queue."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def in_threads(work: Callable[[], object], number: int) -> list[threading.Thread]:
    """Threads that have begun to do `work`, each with a connection of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    return threads


def test_nobody_is_overtaken_by_those_who_come_again_and_again() -> None:
    begun, enough = 0, threading.Event()

    def keep_writing() -> None:
        nonlocal begun
        while not enough.is_set():
            with transaction.atomic():
                begun += 1
                time.sleep(0.01)

    others, before_it = in_threads(keep_writing, 4), []
    try:
        for _ in range(20):
            time.sleep(0.03)
            before = begun
            with transaction.atomic():
                before_it.append(begun - before)
    finally:
        enough.set()
        for thread in others:
            thread.join()
    # Once each of the others, and now and then one that asked in the same moment.
    assert sum(before_it) / len(before_it) <= 5


def test_time_out_is_for_the_queue_and_the_lock_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 1)
    waited: list[float] = []

    def write() -> None:
        begun = time.monotonic()
        with pytest.raises(OperationalError), transaction.atomic():
            pass
        waited.append(time.monotonic() - begun)

    with locked():
        for thread in in_threads(write, 4):
            thread.join()
    assert len(waited) == 4
    assert 1 <= min(waited) <= max(waited) < 1.9


def test_lock_of_somebody_else_is_waited_for() -> None:
    begun: list[float] = []

    def write() -> None:
        with transaction.atomic():
            begun.append(time.monotonic())

    with locked():
        threads = in_threads(write, 2)
        time.sleep(0.2)
        assert begun == []
    for thread in threads:
        thread.join(5)
    assert len(begun) == 2


def test_single_statements_wait_as_before() -> None:
    with transaction.atomic():
        pass
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (20_000,)
