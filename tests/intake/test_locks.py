import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction

from leads.intake.duplicates import Kind, Value
from leads.intake.locks import MOST_LOCKS, MOST_LOCKS_OF_A_BATCH, lock_values

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

SHARED = {"ShareLock": 1}


def values(number: int, first: int = 0) -> set[Value]:
    return {(Kind.PHONE, f"+34600{first + each:06}") for each in range(number)}


def modes() -> dict[str, int]:
    """How many advisory locks this connection holds, by their mode."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT mode, count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() GROUP BY mode"
        )
        return dict(cursor.fetchall())


@pytest.mark.parametrize(
    ("number", "held"),
    [
        (0, SHARED),
        (1, {**SHARED, "ExclusiveLock": 1}),
        (MOST_LOCKS, {**SHARED, "ExclusiveLock": MOST_LOCKS}),
        # The place of a batch is a lock too.
        (MOST_LOCKS + 1, {**SHARED, "ExclusiveLock": MOST_LOCKS + 2}),
        (MOST_LOCKS_OF_A_BATCH, {**SHARED, "ExclusiveLock": MOST_LOCKS_OF_A_BATCH + 1}),
        (MOST_LOCKS_OF_A_BATCH + 1, {"ExclusiveLock": 1}),
    ],
)
def test_each_value_is_locked_unless_there_are_too_many(number: int, held: dict[str, int]) -> None:
    with transaction.atomic():
        lock_values(values(number))
        assert modes() == held


@contextmanager
def held(*batches: set[Value]) -> Iterator[None]:
    """Each of them held by a transaction of its own."""
    ready, done = threading.Barrier(len(batches) + 1), threading.Event()

    def hold(batch: set[Value]) -> None:
        with transaction.atomic():
            lock_values(batch)
            ready.wait(10)
            done.wait(10)
        connection.close()

    threads = [threading.Thread(target=hold, args=[batch]) for batch in batches]
    for thread in threads:
        thread.start()
    try:
        ready.wait(10)
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join()


def lock_soon(batch: set[Value]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '300ms'")
        lock_values(batch)


def test_two_batches_of_other_values_go_on_side_by_side_and_so_does_a_single_lead() -> None:
    with held(values(500)):
        lock_soon(values(500, first=500))
        lock_soon(values(2, first=1_000))


def test_a_third_batch_waits_so_that_the_memory_for_locks_is_enough() -> None:
    with held(values(500), values(500, first=500)), pytest.raises(OperationalError):
        lock_soon(values(500, first=1_000))


@pytest.mark.parametrize("number", [1, 200, MOST_LOCKS_OF_A_BATCH + 1])
def test_who_has_a_value_of_a_batch_waits_for_it(number: int) -> None:
    with held(values(500)), pytest.raises(OperationalError):
        lock_soon(values(number, first=499))
