"""easycall in a process that kills itself where it is ordered to, once an order.

The order is a file, named by SOAK_ORDER, with the step in it; who carries it out takes it away first. Steps inside of
the database are seen here for SQLite only: for PostgreSQL tests.soak.wire sees them.
"""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.db.backends.signals import connection_created

from easycall.wsgi import application as honest
from tests.soak.steps import Statements, Step

ORDER = Path(os.environ["SOAK_ORDER"])


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] != "POST":
        return honest(environ, start_response)
    die_at(Step.HEAD_READ)
    environ["wsgi.input"] = Watched(environ["wsgi.input"], int(environ["CONTENT_LENGTH"]))
    answer = b"".join(honest(environ, start_response))
    die_at(Step.AFTER_COMMIT)
    return _in_halves(answer)


def die_at(step: Step) -> None:
    if ORDER.exists() and ORDER.read_text() == step:
        _die()


def _die() -> None:
    ORDER.unlink()
    os.kill(os.getpid(), signal.SIGKILL)


def _in_halves(answer: bytes) -> Iterator[bytes]:
    yield answer[: len(answer) // 2]
    die_at(Step.HALF_ANSWERED)
    yield answer[len(answer) // 2 :]


class Watched:
    """A body that is waited for to its last byte."""

    def __init__(self, stream: Any, size: int) -> None:
        self.stream, self.missing = stream, size

    def read(self, *size: int) -> bytes:
        block: bytes = self.stream.read(*size)
        self.missing -= len(block)
        if self.missing <= 0:
            die_at(Step.BODY_READ)
        return block

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def _watch(connection: Any, **kwargs: Any) -> None:
    if connection.vendor != "sqlite":
        return
    statements = Statements()

    def see(statement: str) -> None:
        order = ORDER.read_text() if ORDER.exists() else ""
        if statements.is_reached(Step(order), statement) if order else False:
            _die()

    connection.connection.set_trace_callback(see)


connection_created.connect(_watch, weak=False)
