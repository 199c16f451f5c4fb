"""Who takes part, how each is set up, and how each is started."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bench.contestants.table import create_table

ROOT = Path(__file__).resolve().parents[2]
OUR_PYTHON = str(ROOT / ".venv/bin/python")
# As many processes as easycall starts, by the rule in its gunicorn.conf.py.
WORKERS = int(os.environ.get("WORKERS") or min(max(len(os.sched_getaffinity(0)), 2), 8))
THREADS = int(os.environ.get("THREADS") or 8)
SECRET_KEY = secrets.token_urlsafe(50)


@dataclass(frozen=True)
class Contestant:
    """`prepare` makes the tables in a database (its URL) and returns the token to send; `table` is where leads go."""

    name: str
    title: str
    command: tuple[str, ...]
    path: str
    scheme: str
    table: str
    prepare: Callable[[str], str]


def environment(url: str, port: int = 0) -> dict[str, str]:
    """What a contestant's process finds. The rest is inherited, to try settings: `THREADS=4 make bench`."""
    ours = {"HTTPS": "0", "SECRET_KEY": SECRET_KEY, "DATABASE_URL": url, "PORT": str(port)}
    return os.environ | ours | {"WORKERS": str(WORKERS), "THREADS": str(THREADS)}


def prepare_ours(url: str, mappings: int = 1) -> dict[str, str]:
    """Set easycall up. Returns the token of a sender and the session of an administrator."""
    command = [OUR_PYTHON, "-m", "bench.ours", str(mappings)]
    output = subprocess.check_output(command, cwd=ROOT, env=environment(url), text=True)
    rows: dict[str, str] = json.loads(output)
    return rows


def _our_token(url: str) -> str:
    return prepare_ours(url)["token"]


def _drf_token(url: str) -> str:
    command = [sys.executable, "-m", "bench.contestants.drf"]
    return subprocess.check_output(command, cwd=ROOT, env=environment(url), text=True).strip()


def _plain_table(url: str) -> str:
    token = secrets.token_hex(20)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(create_table())
        connection.execute("CREATE TABLE token (key text PRIMARY KEY, user_id bigint NOT NULL)")
        connection.execute("INSERT INTO token VALUES (%s, 1)", [token])
    return token


_GUNICORN = (sys.executable, "-m", "gunicorn", "--config", "bench/contestants/gunicorn_settings.py")
_UVICORN = (sys.executable, "-m", "uvicorn", "--loop", "uvloop", "--http", "httptools", "--no-access-log")

OURS = Contestant(
    name="ours",
    title="easycall",
    command=(OUR_PYTHON, "-m", "gunicorn"),
    path="/easycall/spring",
    scheme="Bearer",
    table="leads_lead",
    prepare=_our_token,
)
DRF = Contestant(
    name="drf",
    title="minimal DRF view",
    command=(*_GUNICORN, "bench.contestants.drf:application"),
    path="/leads",
    scheme="Token",
    table="lead",
    prepare=_drf_token,
)
FASTAPI = Contestant(
    name="fastapi",
    title="FastAPI + asyncpg",
    command=(*_UVICORN, "--log-level", "warning", "bench.contestants.fastapi_app:app"),
    path="/leads",
    scheme="Bearer",
    table="lead",
    prepare=_plain_table,
)
BARE = Contestant(
    name="bare",
    title="bare WSGI + psycopg",
    command=(*_GUNICORN, "bench.contestants.bare:application"),
    path="/leads",
    scheme="Bearer",
    table="lead",
    prepare=_plain_table,
)
PGBENCH = Contestant(
    name="pgbench",
    title="pgbench, one INSERT",
    command=(),
    path="",
    scheme="",
    table="lead",
    prepare=_plain_table,
)
CONTESTANTS = {each.name: each for each in (OURS, DRF, FASTAPI, BARE, PGBENCH)}
