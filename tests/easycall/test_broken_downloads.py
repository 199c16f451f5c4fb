"""The pages in threads: a client that breaks off lets go of the thread that sends to it."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from easycall import asgi

SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/",
    "query_string": b"",
    "headers": [],
    "http_version": "1.1",
    "server": ("localhost", 80),
}


class Download:
    """A WSGI application that sends for ever, and tells when its thread has let it go."""

    def __init__(self) -> None:
        self.begun, self.is_over = threading.Event(), threading.Event()

    def __call__(self, environ: Any, start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/csv")])
        return self.lines()

    def lines(self) -> Iterator[bytes]:
        try:
            while True:
                self.begun.set()
                yield b"x" * 1000
        finally:
            self.is_over.set()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "_PATIENCE", 0.01)


async def nothing_taken(message: Any) -> None:
    """A client that reads no more."""
    await asyncio.Event().wait()


async def request(pages: Any, send: Any) -> None:
    await pages(SCOPE, asgi._once(b""), send)


async def wait_for(event: threading.Event) -> bool:
    return await asyncio.to_thread(event.wait, 10)


def test_thread_of_a_download_that_is_broken_off_is_free_again() -> None:
    async def break_off() -> list[str]:
        download = Download()
        pages = asgi._Pages(download, workers=1)
        task = asyncio.create_task(request(pages, nothing_taken))
        assert await wait_for(download.begun)
        task.cancel()  # what the server does when the client is gone
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await wait_for(download.is_over)
        return await served_by(pages)

    assert asyncio.run(asyncio.wait_for(break_off(), 30)) == ["http.response.start", "http.response.body"]


async def served_by(pages: Any) -> list[str]:
    """What the next client gets of the only thread."""
    pages.app = lambda environ, start_response: start_response("204 No Content", []) and []
    types: list[str] = []

    async def send(message: Any) -> None:
        types.append(message["type"])

    await request(pages, send)
    return types


def test_slow_client_is_waited_for() -> None:
    sent: list[bytes] = []

    async def slow(message: Any) -> None:
        await asyncio.sleep(0.03)  # longer than the thread's patience
        sent.append(message.get("body", b""))

    def short(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [b"%d" % number for number in range(20)]

    asyncio.run(asyncio.wait_for(request(asgi._Pages(short, workers=1), slow), 30))
    assert b"".join(sent) == b"".join(b"%d" % number for number in range(20))
