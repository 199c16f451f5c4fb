"""Counters of requests that were turned away, written now and then: a flood of them is no flood of writes."""

import threading
import time
from collections import Counter
from datetime import date

from django.db import Error, connections, models, transaction
from django.utils import timezone

from accounts.models import Refusal

WRITE_EVERY = 10.0  # seconds

_lock = threading.Lock()
_waiting: Counter[tuple[date, str]] = Counter()
_written_at = float("-inf")


def count(reason: str) -> None:
    """Count one request. The first is written at once, those of the next seconds by `keep_writing`."""
    global _written_at  # noqa: PLW0603  one counter a process is what this module is
    with _lock:
        _waiting[timezone.localdate(), reason] += 1
        if time.monotonic() - _written_at < WRITE_EVERY:
            return
        _written_at = time.monotonic()
    flush()


def flush() -> None:
    """Write what is waiting: also called when a worker ends. While the database can't answer it goes on waiting."""
    with _lock:
        counts = dict(_waiting)
        _waiting.clear()
    if not counts:
        return
    try:
        _write(counts)
    except Error:
        with _lock:
            _waiting.update(counts)


def keep_writing(stop: threading.Event) -> None:
    """Write what waits every few seconds until `stop` is set: a thread of its own in each worker."""
    while not stop.wait(WRITE_EVERY):
        flush()
        connections.close_all()


@transaction.atomic
def _write(counts: dict[tuple[date, str], int]) -> None:
    Refusal.objects.bulk_create(
        [Refusal(day=day, reason=reason) for day, reason in sorted(counts)], ignore_conflicts=True
    )
    for (day, reason), number in sorted(counts.items()):
        Refusal.objects.filter(day=day, reason=reason).update(count=models.F("count") + number)
