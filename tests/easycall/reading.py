"""An ASGI application that reads its body to the end, for the tests of the server under it."""

from collections.abc import Awaitable, Callable
from typing import Any

import django

django.setup()

Message = dict[str, Any]


async def application(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    if scope["path"] == "/fault":
        raise ValueError(scope["query_string"])
    answer = b"half" if scope["path"] == "/half" else await _read(receive)
    length = b"9" if scope["path"] == "/half" else b"%d" % len(answer)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": answer, "more_body": scope["path"] == "/half"})
    if scope["path"] == "/half":
        raise RuntimeError(scope["query_string"])


async def _read(receive: Callable[[], Awaitable[Message]]) -> bytes:
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"broken"
        size += len(message["body"])
        if not message["more_body"]:
            return b"read %d" % size
