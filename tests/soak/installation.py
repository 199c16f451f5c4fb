"""An easycall of the tests' own: a database with the demo in it, and the real server on that."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.api.server import Server
from tests.postgres import Cluster
from tests.processes import children, free_port, wait_until

ROOT = Path(__file__).parents[2]
LIVE = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
READY = LIVE.replace(b"live", b"ready")

# What the shipped configuration reads; everything else has its default.
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "DJANGO_SETTINGS_MODULE": "easycall.settings",
    "SECRET_KEY": "only-the-tests-know-this-key-and-it-opens-nothing-else",
    "HTTPS": "0",
    "WORKERS": "2",
    "THREADS": "4",
}


@dataclass(frozen=True)
class Database:
    """A database that was set up, and the token of the demo's sender."""

    url: str
    token: str
    cluster: Cluster | None = None

    def rows(self, query: str, *parameters: object) -> list[Any]:
        """`query` with a `?` for each parameter, committed."""
        with closing(self.connect()) as connection:
            return self.ask(connection, query, *parameters)

    def ask(self, connection: Any, query: str, *parameters: object) -> list[Any]:
        cursor = connection.execute(query.replace("?", "%s") if self.cluster else query, parameters)
        return list(cursor.fetchall()) if cursor.description else []

    def connect(self) -> Any:
        if self.cluster:
            return psycopg.connect(self.url, autocommit=True)
        connection = sqlite3.connect(self.url.removeprefix("sqlite:///"), isolation_level=None, timeout=20)
        connection.execute("PRAGMA foreign_keys = ON")
        # Constraints that Django writes need it.
        connection.create_function("REGEXP", 2, lambda pattern, text: bool(re.search(pattern, str(text))))
        return connection

    def manage(self, *words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        return subprocess.check_output(command, cwd=ROOT, env=ENVIRONMENT | {"DATABASE_URL": self.url}, text=True)


def set_up(url: str, cluster: Cluster | None = None) -> Database:
    """Migrate an empty database and make the demo in it."""
    empty = Database(url, "", cluster)
    empty.manage("migrate", "--verbosity", "0")
    said = re.search(r"Bearer (easycall_\w+)", empty.manage("demo"))
    assert said
    return Database(url, said[1], cluster)


def copy_of(database: Database, folder: Path) -> Database:
    """A database like this one, for one test."""
    if not database.cluster:
        file = folder / "leads.sqlite3"
        shutil.copy(database.url.removeprefix("sqlite:///"), file)
        return Database(f"sqlite:///{file}", database.token)
    base, _, template = database.url.rpartition("/")
    name = re.sub(r"\W", "_", folder.name)[-60:].lower()
    database.cluster.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER sender")
    return Database(f"{base}/{name}", database.token, database.cluster)


@dataclass
class Installation:
    """gunicorn with the shipped configuration on a database. `environment` is what a test changes of it."""

    database: Database
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    application: str = "easycall.asgi:application"
    wrapper: Sequence[str] = ()
    errors: int | None = None  # the file descriptor that its log goes to instead of the file
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def server(self) -> Server:
        return Server(self.port, self.log)

    def start(self) -> None:
        environment = ENVIRONMENT | {"DATABASE_URL": self.database.url, "PORT": str(self.port)} | self.environment
        command = [*self.wrapper, sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", self.application]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=self.errors or log)
        wait_until(self.is_live, seconds=60)

    def is_live(self) -> bool:
        assert self.process
        assert self.process.poll() is None, self.log.read_text()[-2000:]
        return self.status(LIVE) == 200

    def status(self, request: bytes) -> int:
        """What it answers; 0 for nothing."""
        try:
            return self.server.talk(request).status
        except (OSError, IndexError):
            return 0

    def signal(self, number: signal.Signals) -> None:
        assert self.process
        self.process.send_signal(number)

    def workers(self) -> list[int]:
        assert self.process
        return children(self.process.pid)

    def stop(self) -> None:
        """As a supervisor does: ask, and wait for what was begun."""
        if self.process:
            self.process.terminate()
            self.process.wait(90)
            self.process = None


@contextmanager
def running(database: Database, folder: Path, **changes: Any) -> Iterator[Installation]:
    installation = Installation(database, folder, **changes)
    try:
        installation.start()
        yield installation
    finally:
        if installation.process:
            workers = installation.workers()
            # Before its workers, or it makes new ones.
            installation.process.kill()
            installation.process.wait()
            for pid in workers:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
