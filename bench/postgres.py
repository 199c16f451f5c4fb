"""The PostgreSQL server: where it is, whether it keeps its promises, and databases for the length of a run."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

PREFIX = "easycall_bench_"
SHOWN = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_connections")
# Off, a commit is answered before it is on disk, and the figures would compare nothing.
REQUIRED = ("fsync", "synchronous_commit", "full_page_writes")


class Missing(Exception):
    """Something that the benchmark needs is not there."""


class Server:
    """A connection to the server's own database, and what can be asked of it."""

    def __init__(self) -> None:
        self.url = os.environ.get("BENCH_POSTGRES_URL") or os.environ.get("TEST_POSTGRES_URL") or "postgres:///postgres"
        try:
            self.connection = psycopg.connect(self.database_url("postgres"), autocommit=True, connect_timeout=5)
        except psycopg.OperationalError as error:
            raise Missing(
                f"PostgreSQL does not answer ({str(error).splitlines()[0]}). Set BENCH_POSTGRES_URL to one where "
                "you may create databases: postgres://user:password@localhost/postgres"
            ) from None

    def database_url(self, name: str) -> str:
        # Put together by hand: urlunsplit would make postgres:/name of the socket's postgres:///name.
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}/{name}{'?' if parts.query else ''}{parts.query}"

    def settings(self) -> dict[str, str]:
        """What the figures depend on. Raises Missing where a commit is not a promise."""
        found = {name: self.setting(name) for name in SHOWN}
        for name in REQUIRED:
            if found[name] != "on":
                raise Missing(f"PostgreSQL runs with {name}={found[name]}: measure with its default, on.")
        return found

    def setting(self, name: str) -> str:
        return self._one("SELECT current_setting(%s)", name)

    def data_directory(self) -> str:
        """Empty when the user may not know it."""
        return self._one("SELECT setting FROM pg_settings WHERE name = %s", "data_directory")

    def comment(self, database: str) -> str:
        """What was written on a database when it was whole. Empty when there is none."""
        return self._one("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", database)

    def size(self, database: str) -> str:
        return self._one("SELECT pg_size_pretty(pg_database_size(%s))", database)

    def _one(self, query: LiteralString, parameter: str) -> str:
        row = self.connection.execute(query, [parameter]).fetchone()
        return "" if row is None or row[0] is None else str(row[0])

    @contextmanager
    def database(self, name: str) -> Iterator[str]:
        """An empty database, dropped at the end. Yields its URL."""
        full = f"{PREFIX}{name}_{os.getpid()}"
        self.create(full)
        try:
            yield self.database_url(full)
        finally:
            self.drop(full)

    def create(self, name: str) -> None:
        self.drop(name)
        self.connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def drop(self, name: str) -> None:
        self.connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def drop_left_over(self) -> None:
        """Drop the databases of runs that were killed."""
        names = self.connection.execute("SELECT datname FROM pg_database WHERE datname ~ %s", [f"^{PREFIX}.*_[0-9]+$"])
        for (name,) in names.fetchall():
            if not Path("/proc", name.rpartition("_")[2]).exists():
                self.drop(name)

    def backends(self, url: str) -> list[int]:
        """The processes that serve a database, when they are on this machine."""
        name = urlsplit(url).path.lstrip("/")
        query = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'"
        return [pid for (pid,) in self.connection.execute(query, [name]).fetchall()]


def newest(url: str, table: str) -> Any:
    """The highest id of a table, on either database; None of an empty one."""
    row = _first(url, f"SELECT id FROM {table} ORDER BY id DESC LIMIT 1")
    return row and row[0]


def count_after(url: str, table: str, last: Any) -> int:
    """The rows with a higher id. To count all of millions would push out of memory what is to be measured."""
    if last is None:
        row = _first(url, f"SELECT count(*) FROM {table}")
    else:
        row = _first(url, f"SELECT count(*) FROM {table} WHERE id > {{}}", last)
    assert row
    return int(row[0])


def _first(url: str, query: str, *values: Any) -> Any:
    """The first row; `{}` in the query stands for a value."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
            return file.execute(query.replace("{}", "?"), values).fetchone()
    with psycopg.connect(url) as connection:
        return connection.execute(query.replace("{}", "%s").encode(), values).fetchone()
