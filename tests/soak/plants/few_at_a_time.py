"""A planted bug: a client has one of a few places from its head to the end of its answer, as if each cost a thread."""

import asyncio
from typing import Any

from easycall.asgi import application as honest

_places = asyncio.Semaphore(4)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["method"] != "POST":
        await honest(scope, receive, send)
        return
    async with _places:
        await honest(scope, receive, send)
