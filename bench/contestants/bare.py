"""Bare WSGI and psycopg: reads the JSON and does one INSERT. No token, no framework; the floor of a threaded server."""

import json
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any

import psycopg

from bench.contestants.table import COLUMNS, JSON_COLUMNS, TEXT_COLUMNS, insert

INSERT = insert(["%s"] * len(COLUMNS))
EMPTY = ["{}"] * len(JSON_COLUMNS)

local = threading.local()


def connection() -> psycopg.Connection:
    """One connection a thread, open for as long as the thread lives: cheaper than any pool."""
    if not hasattr(local, "connection"):
        local.connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    return local.connection


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    lead = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    connection().execute(INSERT, [*(lead.get(name, "") for name in TEXT_COLUMNS), *EMPTY], prepare=True)
    answer = b'{"status":"created"}'
    start_response("201 Created", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
    return [answer]
