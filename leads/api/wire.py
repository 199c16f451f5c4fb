"""What comes over the wire: a head, and a body that is whole, bounded, and honest about what is missing."""

import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from easycall.errors import ContentTooLarge, FieldError, MalformedBody, Problem, TemporarilyUnavailable
from easycall.middleware import client_address
from leads.intake.body import BATCH_BYTES

# Of a body that is too large this much is kept, to show what came.
_EVIDENCE = 64 * 1024
# And this much is read on, so that a client which sends first and listens later hears the answer.
_DRAINED = 64 * 1024 * 1024
# What all the bodies on their way may hold of a worker's memory.
_MEMORY = 512 * 1024 * 1024

Receive = Callable[[], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Body:
    """`raw` is what came; `problem` says why it is not the whole body, if it is not."""

    raw: bytes
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request. A header that came twice is one value with a comma, as RFC 9110 (5.3) reads it."""

    method: str
    path: str
    query: str
    address: str
    headers: dict[str, str]
    body: Body
    explain: bool = False
    at: float = field(default_factory=time.perf_counter)


@dataclass(slots=True)
class _Memory:
    held: int = 0


_memory = _Memory()


@dataclass(slots=True)
class _Reader:
    """Collects a body up to `limit` bytes, and of a longer one its start."""

    limit: int
    blocks: list[bytes] = field(default_factory=list)
    size: int = 0

    def take(self, block: bytes) -> None:
        self.size += len(block)
        if self.size <= self.limit:
            _memory.held += len(block)
            self.blocks.append(block)

    def body(self, *, whole: bool) -> Body:
        raw = b"".join(self.blocks)
        if self.size > self.limit:
            return Body(raw[:_EVIDENCE], _too_large(self.limit))
        return Body(raw) if whole else Body(raw, _cut(self.size))

    def release(self) -> None:
        _memory.held -= sum(map(len, self.blocks))


async def read(receive: Receive, *, limit: int = BATCH_BYTES) -> Body:
    """The body of an ASGI request. The server ends the wait for one that does not arrive."""
    message = await receive()
    if message["type"] == "http.request" and not message.get("more_body") and len(message["body"]) <= limit:
        return Body(message["body"])
    reader = _Reader(limit)
    try:
        while message["type"] == "http.request":
            reader.take(message.get("body", b""))
            if not message.get("more_body"):
                return reader.body(whole=True)
            if _memory.held > _MEMORY:
                return Body(b"", TemporarilyUnavailable())
            if reader.size > _DRAINED:
                break
            message = await receive()
        return reader.body(whole=False)
    finally:
        reader.release()


def read_stream(stream: Any, announced: int | None, *, limit: int = BATCH_BYTES) -> Body:
    """The same of a WSGI request; `announced` is its length, None when it comes in chunks."""
    reader = _Reader(limit)
    try:
        while missing := _EVIDENCE if announced is None else min(_EVIDENCE, announced - reader.size):
            if not (block := stream.read(missing)):
                break
            reader.take(block)
        return reader.body(whole=announced is None or reader.size == announced)
    except OSError:
        return reader.body(whole=False)
    finally:
        reader.release()


def head(scope: dict[str, Any]) -> dict[str, str]:
    """The headers of an ASGI request by their lower-case names."""
    return join_headers((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])


def join_headers(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in pairs:
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


async def arrival(scope: dict[str, Any], receive: Receive, *, explain: bool) -> Arrival:
    headers = head(scope)
    peer = scope["client"][0] if scope.get("client") else ""
    return Arrival(
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        address=client_address(peer, headers.get("x-forwarded-for", "")),
        headers=headers,
        body=await read(receive),
        explain=explain,
    )


def _too_large(limit: int) -> ContentTooLarge:
    detail = f"The body is over {limit // 1024 // 1024} MiB."
    return ContentTooLarge(detail, errors=[FieldError("", detail)])


def _cut(came: int) -> MalformedBody:
    detail = f"The body breaks off after {came} bytes."
    return MalformedBody("The body is cut short.", errors=[FieldError("", detail)])
