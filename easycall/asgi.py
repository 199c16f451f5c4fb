"""What gunicorn serves: the door by itself, and everything else as Django's WSGI application in threads.

The door reads its bodies without a thread, so that clients which stall hold up nobody, and takes what came in the
meantime together (leads.api.lanes). The pages get a request when the whole of it is there.
"""

import asyncio
import time
from typing import Any, BinaryIO, cast

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi import WSGIResponder
from a2wsgi.wsgi_typing import WSGIApp
from django.conf import settings

from easycall.wsgi import application as pages
from leads.api import door, lanes, wire

# No form of the pages is longer than Django takes, and what is kept of strangers leaves less room for leads. The rest
# is for the lines between the parts of a form.
PAGE_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1024 * 1024

# So often a thread that waits for a client looks whether it is still there, and so long it waits for one that reads
# nothing. In seconds.
_PATIENCE = 1.0
_LONGEST_STALL = 60.0

_FILE_BLOCK = 64 * 1024


class _File:
    """What Django answers with when the answer is a file: PEP 3333 leaves it to the server how that is sent."""

    def __init__(self, file: BinaryIO, block_size: int) -> None:
        self.read, self.close = file.read, file.close


class _Responder(WSGIResponder):
    """Lets go of a thread whose client is gone, or reads nothing: nobody takes what it has to send, and it would wait
    for ever. A file needs no thread, and anybody may ask for one: the loop sends it."""

    _is_gone = False
    _file: _File | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._is_gone = True
            if self._file:
                self._file.close()

    def wsgi(self, environ: Any, start_response: Any) -> None:
        answer: Any = self.app(environ | {"wsgi.file_wrapper": _File}, start_response)
        if isinstance(answer, _File):
            self._file = answer
        else:
            self.app = lambda *said: answer
            super().wsgi(environ, start_response)

    async def sender(self, send: Any) -> None:
        await super().sender(send)
        if self._file:
            while piece := self._file.read(_FILE_BLOCK):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})

    def send(self, message: Any) -> None:
        taken = asyncio.run_coroutine_threadsafe(self.send_queue.put(message), self.loop)
        until = time.monotonic() + _LONGEST_STALL
        while not self._is_gone and time.monotonic() < until:
            try:
                return taken.result(_PATIENCE)
            except TimeoutError:
                continue
        taken.cancel()
        raise ConnectionAbortedError


class _Pages(WSGIMiddleware):
    """a2wsgi's own, with this responder."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await _Responder(self.app, self.executor, self.send_queue_size)(scope, receive, send)


_pages = _Pages(cast(WSGIApp, pages), workers=settings.THREADS)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """ASGI 3, http only."""
    if lanes.serves(scope["path"]):
        await lanes.serve(scope, receive, send)
        return
    body = await wire.read(receive, limit=PAGE_BYTES)
    if body.problem:
        await lanes.send_reply(door.refusal(body.problem), send)
    else:
        await _pages(cast(Any, scope), _once(body.raw), send)


def _once(body: bytes) -> Any:
    """A `receive` that gives a body which is there already."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
