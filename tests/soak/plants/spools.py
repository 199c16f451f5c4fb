"""A planted bug: a lead goes through the folder for temporary files before anything else is done with it."""

import os
import tempfile
from typing import Any

from easycall.asgi import application as honest


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    async def receive_spooled() -> dict[str, Any]:
        message: dict[str, Any] = await receive()
        with tempfile.TemporaryFile(buffering=0, dir=os.environ["TMPDIR"]) as spool:
            spool.write(message.get("body", b""))
        return message

    await honest(scope, receive_spooled if scope["method"] == "POST" else receive, send)
