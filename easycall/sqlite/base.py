"""Django's SQLite, with a queue for its one writer.

SQLite has who finds the database locked look again, ever less often, and whoever looks first when it is free is next.
Of many writers some would wait for seconds behind others that came later. Here they queue, in all processes together,
and only the first in the queue looks, often.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.db import OperationalError
from django.db.backends.sqlite3 import base

_LOOK_AGAIN = 0.001  # seconds


class DatabaseWrapper(base.DatabaseWrapper):
    def _start_transaction_under_autocommit(self) -> None:
        """BEGIN, when those that asked before have begun and ended. The option `timeout` is for both together."""
        begin: Callable[[], None] = super()._start_transaction_under_autocommit  # type: ignore[misc]  # not in the stubs
        options = self.settings_dict["OPTIONS"]
        if options.get("transaction_mode") != "IMMEDIATE" or self.is_in_memory_db():
            begin()
            return
        until = time.monotonic() + options["timeout"]
        with _queue(Path(self.settings_dict["NAME"]).parent), self._looking_once():
            while not _has_begun(begin, until):
                time.sleep(_LOOK_AGAIN)

    @contextmanager
    def _looking_once(self) -> Iterator[None]:
        self.connection.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {self.settings_dict['OPTIONS']['timeout'] * 1000}")


@contextmanager
def _queue(folder: Path) -> Iterator[None]:
    """The first place in the queue of those who want to write to a database in `folder`.

    The kernel keeps the queue, as a lock on the folder, and forgets who dies in it. Nobody is first for longer than the
    time-out, which runs from when he came: so nobody waits for longer here either.
    """
    descriptor = -1
    # Where there is no such lock, SQLite's own is left.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _has_begun(begin: Callable[[], None], until: float) -> bool:
    """Whether it could begin now. Raises OperationalError when the database is still locked at `until`."""
    try:
        begin()
    except OperationalError as error:
        if not _is_locked(error) or time.monotonic() >= until:
            raise
        return False
    return True


def _is_locked(error: OperationalError) -> bool:
    cause = error.__cause__
    # What is added to the code, in its higher bits, says by whom.
    return isinstance(cause, sqlite3.Error) and cause.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
