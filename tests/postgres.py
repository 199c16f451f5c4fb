"""A PostgreSQL of the tests' own, which they may configure, kill and start again."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from tests.processes import children, free_port, wait_until

SUPERUSER = "easycall"


def programs() -> Path | None:
    """The folder of initdb and postgres, or None on a machine that has no server of its own."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(Path("/usr").glob("lib/postgresql/*/bin"), reverse=True)
    places += sorted(Path("/usr").glob("pgsql-*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists() and (place / "postgres").exists()), None)


class Cluster:
    """One data folder and, between `start` and a stop, the processes on it. Everybody is let in, from this machine."""

    def __init__(self, folder: Path, bin_folder: Path, *settings: str) -> None:
        self.data, self.log, self.bin = folder / "data", folder / "log", bin_folder
        self.settings = settings
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root.
        self.user = _somebody() if os.geteuid() == 0 else None
        if self.user:
            os.chown(folder, self.user, -1)
        command = [self.bin / "initdb", "-D", self.data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-sync"]
        self._run([*command, "--locale=C.UTF-8"]).wait()

    def url(self, name: str = "postgres", user: str = SUPERUSER) -> str:
        return f"postgres://{user}@127.0.0.1:{self.port}/{name}"

    def execute(self, *statements: str, name: str = "postgres") -> None:
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def start(self) -> None:
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={self.data}"]
        flags = [word for option in (*options, *self.settings) for word in ("-c", option)]
        self.process = self._run([self.bin / "postgres", "-D", self.data, *flags])
        wait_until(self.is_answering, seconds=60)

    def is_answering(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """As when the machine goes: every process at once, without a word."""
        assert self.process
        family = [self.process.pid, *children(self.process.pid)]
        for pid in family:
            _kill(pid)
        self.process.wait()
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family), seconds=30)
        self.process = None

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT closes what is open and stops in order, SIGQUIT stops at once and leaves the rest to recovery."""
        if self.process:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None

    def _run(self, command: list[object]) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            words = [str(word) for word in command]
            return subprocess.Popen(words, cwd="/", stdout=log, stderr=log, user=self.user, start_new_session=True)


@contextmanager
def cluster(*settings: str) -> Iterator[Cluster]:
    """A running cluster with these settings (`"fsync=off"`); its data go when it ends."""
    bin_folder = programs()
    if not bin_folder:
        pytest.skip(reason="no PostgreSQL server is installed on this machine: looked for initdb")
    # Not in pytest's own folder, which other users can't enter.
    folder = Path(tempfile.mkdtemp(prefix="easycall-postgres-"))
    running = Cluster(folder, bin_folder, *settings)
    try:
        running.start()
        yield running
    finally:
        running.stop(signal.SIGQUIT)
        shutil.rmtree(folder)


def _somebody() -> int:
    names = {user.pw_name: user.pw_uid for user in pwd.getpwall()}
    return names.get("postgres", names["nobody"])


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
