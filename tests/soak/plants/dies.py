"""easycall in a process that kills itself where it is ordered to, once an order.

The order is a file, named by SOAK_ORDER, with the step in it; who carries it out takes it away first. Steps inside of
the database are seen here for SQLite only: for PostgreSQL tests.soak.wire sees them.
"""

import os
import signal
from pathlib import Path
from typing import Any

from django.db.backends.signals import connection_created

from easycall.asgi import application as honest
from tests.soak.steps import Statements, Step

ORDER = Path(os.environ["SOAK_ORDER"])


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["method"] != "POST":
        await honest(scope, receive, send)
        return

    async def receive_to_the_end() -> dict[str, Any]:
        message: dict[str, Any] = await receive()
        if not message.get("more_body", False):
            die_at(Step.BODY_READ)
        return message

    async def send_in_halves(message: dict[str, Any]) -> None:
        die_at(Step.AFTER_COMMIT)
        if body := message.get("body", b""):
            await send(message | {"body": body[: len(body) // 2], "more_body": True})
            die_at(Step.HALF_ANSWERED)
            message = message | {"body": body[len(body) // 2 :]}
        await send(message)

    die_at(Step.HEAD_READ)
    await honest(scope, receive_to_the_end, send_in_halves)


def die_at(step: Step) -> None:
    if ORDER.exists() and ORDER.read_text() == step:
        _die()


def _die() -> None:
    ORDER.unlink()
    os.kill(os.getpid(), signal.SIGKILL)


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
