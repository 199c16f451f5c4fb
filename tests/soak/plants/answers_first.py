"""A planted bug: the sender is told that its lead is stored, and then it is stored."""

import asyncio
import json
from typing import Any
from uuid import uuid4

from easycall.asgi import application as honest

LATER = 0.2  # seconds
_tasks: set[asyncio.Task[None]] = set()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["method"] != "POST":
        await honest(scope, receive, send)
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    task = asyncio.create_task(_store(scope, body))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
    document = json.loads(body)
    receipts = [{"id": str(uuid4()), "submission": str(uuid4())} for _ in range(len(document))]
    answer = json.dumps({"results": receipts} if isinstance(document, list) else receipts[0]).encode()
    headers = [(b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 201, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


async def _store(scope: dict[str, Any], body: bytes) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        """Nobody is there any more."""

    await asyncio.sleep(LATER)
    await honest(scope, receive, send)
