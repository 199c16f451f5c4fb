"""Leads with equal values wait for each other, so that the second one sees the first."""

import hashlib
from collections.abc import Collection

from django.db import connection

from leads.intake.duplicates import Value

# Each lock takes a place in memory that all connections share: a request with more values takes the one lock of all.
MOST_LOCKS = 100


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)


_ALL_VALUES = _number("duplicates")


def lock_values(values: Collection[Value]) -> None:
    """Hold the values until the transaction ends, waiting for whoever holds one of them.

    Everybody takes them in one order, so that no two can wait for each other. SQLite needs none: its transactions take
    the write lock of the whole database when they begin.
    """
    if not values or connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        if len(values) > MOST_LOCKS:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ALL_VALUES])
            return
        numbers = sorted(_number(f"{value.kind} {value.text}") for value in values)
        cursor.execute(
            "SELECT pg_advisory_xact_lock_shared(%s), pg_advisory_xact_lock(number) FROM unnest(%s::bigint[]) number",
            [_ALL_VALUES, numbers],
        )
