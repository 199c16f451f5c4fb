"""Leads with equal values wait for each other, so that the second one sees the first."""

import hashlib
from collections.abc import Collection

from django.db import connection

from easycall.prepared import fetch
from leads.intake.duplicates import Value

# Each lock takes a place in memory that all connections share, by default enough for 6,400. So a request with many
# values, which is a batch, is one of two at most that take a lock each; one with more takes the one lock of all.
MOST_LOCKS = 100
MOST_LOCKS_OF_A_BATCH = 2_000


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


_ALL_VALUES = _number("duplicates")
_BATCHES = [_number("a batch"), _number("another batch")]


# From here to the end of the transaction PostgreSQL plans what leads.intake.whereabouts asks once, and with its
# indexes: what it knows of a table that was empty a minute ago would have it read all of what is there now.
_USE_INDEXES = """
SELECT (SELECT set_config('enable_seqscan', 'off', true)),
       (SELECT set_config('plan_cache_mode', 'force_generic_plan', true)),
"""
_LOCK_ALL = _USE_INDEXES + "pg_advisory_xact_lock(%s)"
# A row even without a value, so that the rest is done in any case.
_LOCK_EACH = (
    _USE_INDEXES
    + "pg_advisory_xact_lock_shared(%s), pg_advisory_xact_lock(number) "
    + "FROM (SELECT) AS one LEFT JOIN unnest(%s::bigint[]) AS number ON true"
)
_BE_ONE_OF_TWO = "SELECT CASE WHEN NOT pg_try_advisory_xact_lock(%s) THEN pg_advisory_xact_lock(%s) END"


def lock_values(values: Collection[Value]) -> None:
    """Hold the values until the transaction ends, waiting for whoever holds one of them, and have them looked up well.

    Everybody takes them in one order, so that no two can wait for each other. SQLite needs none: its transactions take
    the write lock of the whole database when they begin.
    """
    if connection.vendor != "postgresql":
        return
    if len(values) > MOST_LOCKS_OF_A_BATCH:
        fetch(_LOCK_ALL, [_ALL_VALUES])
        return
    if len(values) > MOST_LOCKS:
        fetch(_BE_ONE_OF_TWO, _BATCHES)
    fetch(_LOCK_EACH, [_ALL_VALUES, sorted(_number(kind + text) for kind, text in values)])
