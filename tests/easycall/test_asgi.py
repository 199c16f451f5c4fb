"""Pages for clients that don't read: they hold up nobody else."""

import asyncio
import io
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.conf import settings

from easycall import asgi

SIZE = 1_000_000
SCOPE = {"type": "http", "http_version": "1.1", "method": "GET", "path": "/", "query_string": b"", "headers": []}


def of_file(environ: Any, start_response: Any) -> Any:
    """As Django answers with a file: by the server's own way to send one, where it has any."""
    start_response("200 OK", [])
    wrapper = environ.get("wsgi.file_wrapper") or (lambda file, size: iter(lambda: file.read(size), b""))
    return wrapper(io.BytesIO(b"x" * SIZE), 4096)


def of_rows(environ: Any, start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return (b"x" * 1_000 for _ in range(SIZE // 1_000))


async def _nothing() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


class Client:
    """Takes the head of its answer, and then so many pieces."""

    def __init__(self, pieces: float = float("inf")) -> None:
        self.left, self.got, self.is_whole = pieces + 1, 0, False

    async def send(self, message: Any) -> None:
        if self.left <= 0:
            await asyncio.Event().wait()
        self.left -= 1
        self.got += len(message.get("body", b""))
        self.is_whole |= message["type"] == "http.response.body" and not message.get("more_body", False)


async def _answer(pages: Any, client: Client) -> None:
    await pages(SCOPE, _nothing, client.send)


async def _beside_stalled(app: Callable[..., Any], wait: float) -> Client:
    """What somebody gets of the only thread, beside some who stall."""
    pages, client = asgi._Pages(app, workers=1), Client()
    stalled = [asyncio.create_task(_answer(pages, Client(1))) for _ in range(3)]
    try:
        await asyncio.wait_for(_answer(pages, client), wait)
    finally:
        for task in stalled:
            task.cancel()
        await asyncio.gather(*stalled, return_exceptions=True)
    return client


def test_file_is_sent_whole_and_in_pieces() -> None:
    client = Client()
    asyncio.run(_answer(asgi._Pages(of_file, workers=1), client))
    assert (client.got, client.is_whole) == (SIZE, True)


def test_who_does_not_read_a_file_holds_no_thread() -> None:
    client = asyncio.run(_beside_stalled(of_file, 10))
    assert (client.got, client.is_whole) == (SIZE, True)


def test_thread_lets_go_of_who_reads_nothing_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "_PATIENCE", 0.05)
    monkeypatch.setattr(asgi, "_LONGEST_STALL", 0.2)
    client = asyncio.run(_beside_stalled(of_rows, 10))
    assert (client.got, client.is_whole) == (SIZE, True)


def test_answer_that_was_broken_off_does_not_look_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "_PATIENCE", 0.05)
    monkeypatch.setattr(asgi, "_LONGEST_STALL", 0.2)
    client = Client(1)
    with pytest.raises(ConnectionAbortedError):
        asyncio.run(_answer(asgi._Pages(of_rows, workers=1), client))
    assert not client.is_whole


def test_body_longer_than_any_form_is_not_kept() -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"x" * (2 * settings.DATA_UPLOAD_MAX_MEMORY_SIZE), "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(asgi.application({**SCOPE, "method": "POST", "path": "/admin/login/"}, receive, send))
    assert sent[0]["status"] == 413
