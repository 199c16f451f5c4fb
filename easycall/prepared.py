"""Statements that every request asks: PostgreSQL parses and plans them once a connection."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections


def fetch(sql: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows as the driver gives them. One text for all calls is what makes it pay."""
    if connections[DEFAULT_DB_ALIAS].vendor == "postgresql":
        with postgresql_cursor(sql) as prepared:
            rows: list[tuple[Any, ...]] = prepared.execute(sql, parameters, prepare=True).fetchall()
            return rows
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


@contextmanager
def postgresql_cursor(sql: str) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    """The driver's cursor, for `sql`: Django's puts parameters into the text, and then nothing can be prepared."""
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    if database.queries_logged:
        database.queries_log.append({"sql": sql, "time": "0"})  # tests count it like any other
    with database.wrap_database_errors, psycopg.Cursor(database.connection) as cursor:
        yield cursor
