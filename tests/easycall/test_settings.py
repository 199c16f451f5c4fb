import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

ROOT = Path(__file__).parent.parent.parent
READ_IN = ("easycall/settings.py", "easycall/server.py", "gunicorn.conf.py")
READING = re.compile(r"""env\.\w+\(\s*["'](\w+)["']|environ(?:\.get\(|\[)\s*["'](\w+)["']""")


def test_every_variable_is_documented_and_no_other() -> None:
    read = {a or b for name in READ_IN for a, b in READING.findall((ROOT / name).read_text())}
    documented = re.findall(
        r"^\| `(\w+)` \|", (ROOT / "docs/settings.md").read_text().split("## For development")[0], re.M
    )
    assert sorted(documented) == sorted(read)


def settings_with(**environment: str) -> dict[str, Any]:
    """What easycall.settings says in a process that has this environment and no other."""
    script = (
        "import json; from easycall import settings;"
        "values = {name: value for name, value in vars(settings).items() if name.isupper()};"
        "print(json.dumps(values, default=lambda value: type(value).__name__))"
    )
    environment = {"PATH": os.environ["PATH"], "SECRET_KEY": "x" * 50} | environment
    command = [sys.executable, "-c", script]
    values: dict[str, Any] = json.loads(subprocess.check_output(command, cwd=ROOT, env=environment))
    return values


def test_defaults_are_safe() -> None:
    settings = settings_with()
    assert settings["DEBUG"] is False
    assert (
        settings["SESSION_COOKIE_SECURE"] is settings["CSRF_COOKIE_SECURE"] is settings["SECURE_SSL_REDIRECT"] is True
    )
    assert settings["SECURE_HSTS_SECONDS"] > 0
    assert settings["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost", "[::1]"]
    assert settings["TRUSTED_PROXIES"] == []


def answer(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_commit_on_sqlite_is_on_disk() -> None:
    assert answer("PRAGMA journal_mode") == "wal"
    assert answer("PRAGMA synchronous") == 2


@pytest.mark.sqlite
@pytest.mark.django_db
def test_sqlite_waits_for_its_turn() -> None:
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert answer("PRAGMA busy_timeout") == 20_000


@pytest.mark.postgresql
@pytest.mark.django_db
def test_commit_on_postgresql_is_on_disk_and_no_statement_waits_for_ever() -> None:
    assert answer("SHOW synchronous_commit") == "on"
    assert answer("SHOW statement_timeout") == "30s"
    assert answer("SHOW lock_timeout") == "10s"
    assert answer("SHOW jit") == "off"


def test_a_thread_keeps_its_connection_and_asks_whether_it_is_there() -> None:
    database = settings_with(DATABASE_URL="postgres://somebody@localhost/leads")["DATABASES"]["default"]
    assert database["CONN_MAX_AGE"] > 0
    assert database["CONN_HEALTH_CHECKS"]


@pytest.mark.parametrize(("given", "expected"), [("", ["x" * 50]), ("new,old", ["new", "old"])])
def test_secret_key_stands_in_for_peppers(given: str, expected: list[str]) -> None:
    assert settings_with(TOKEN_PEPPERS=given)["TOKEN_PEPPERS"] == expected


def waits() -> dict[str, int]:
    """How long each waits for the next one, in seconds."""

    def seconds(file: str, name: str) -> int:
        found = re.search(rf"{name}\W{{1,4}}(\d+)", (ROOT / file).read_text())
        assert found, name
        return int(found[1])

    database = {each: seconds("easycall/settings.py", f"{each}_timeout") // 1000 for each in ("lock", "statement")}
    serving = {each: seconds("gunicorn.conf.py", f"\n{each}") for each in ("timeout", "graceful_timeout", "keepalive")}
    on_sqlite = seconds("easycall/settings.py", '"timeout"')
    return {**database, **serving, "sqlite": on_sqlite, "arrival": seconds("easycall/server.py", 'REQUEST_SECONDS"')}


def are_nested(each: dict[str, int]) -> bool:
    """A worker ends what it began before it is killed; no proxy uses a connection that is closed here."""
    return (
        max(each["lock"], each["sqlite"]) < each["statement"] < each["timeout"]
        and each["arrival"] + each["statement"] < each["graceful_timeout"]
        and each["keepalive"] > 60
    )


def test_who_waits_for_another_one_waits_longer() -> None:
    assert are_nested(waits())


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("lock", 30), ("sqlite", 30), ("statement", 60), ("timeout", 30), ("graceful_timeout", 60), ("keepalive", 60)],
)
def test_twin_that_does_not_wait_longer_is_found_out(name: str, seconds: int) -> None:
    assert not are_nested(waits() | {name: seconds})


def test_every_check_is_documented_and_no_other() -> None:
    raised = {
        code
        for name in ("easycall/checks.py", "easycall/database_checks.py")
        for code in re.findall(r'"(easycall\.[EW]\d+)"', (ROOT / name).read_text())
    }
    assert set(re.findall(r"easycall\.[EW]\d+", (ROOT / "docs/settings.md").read_text())) == raised
