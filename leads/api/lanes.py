"""The door on gunicorn's event loop: requests wait here for a thread, and those that wait together are taken together.

While a thread waits for the disk, the next requests gather behind it; it takes them at once. So a quiet server answers
a lead without delay, and a busy one shares each commit, and each statement, among many.
"""

import asyncio
import logging
import re
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.db import connection

from easycall.errors import TemporarilyUnavailable
from leads.api import door, wire
from leads.api.door import Reply
from leads.api.wire import Arrival

log = logging.getLogger(__name__)

_PATH = re.compile(r"/easycall/spring(?:/lead)?(/explain)?/?")

# So many requests share a transaction at most, and so many bytes: a long one makes the others wait.
_TOGETHER = 32
_LIGHT = 16 * 1024
# Clients that were answered together are back with their next leads within some milliseconds, but never all at once.
# So many seconds they are waited for: less than a commit takes, and two groups of eight cost half as much again as one.
_GATHER = 0.005
# A group that takes so many seconds is held up, by a lock or a disk. What has come since may not be.
_HELD_UP = 0.1
# What waits beyond this many is told to come back, rather than to wait for longer than a client does.
_WAITING = 2_000

# After so many seconds a connection is asked whether it is still there.
_REST = 1.0
_used = threading.local()

_HEADERS = [(b"content-language", b"en"), (b"x-content-type-options", b"nosniff")]


def serves(path: str) -> bool:
    return _PATH.fullmatch(path) is not None


async def serve(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """An ASGI application of the paths that `serves` knows."""
    found = _PATH.fullmatch(scope["path"])
    arrival = await wire.arrival(scope, receive, explain=bool(found and found[1]))
    reply = await (_light if len(arrival.body.raw) <= _LIGHT else _heavy).answer(arrival)
    await send_reply(reply, send)


async def send_reply(reply: Reply, send: Any) -> None:
    text = reply.text.encode()
    headers = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", b"%d" % len(text)),
        *_HEADERS,
        *((name.lower().encode(), value.encode()) for name, value in reply.headers.items()),
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


class Lane:
    """Some threads, each with a database connection that it keeps, which take up to `together` requests at once.

    A large group costs little more than a small one. So one thread works as long as it can take all that waits, and
    the others help only when it can't, or is held up; and it begins when as many wait as there were the last time.
    """

    def __init__(self, *, threads: int, together: int) -> None:
        self.together, self.threads = together, threads
        self.waiting: deque[tuple[Arrival, asyncio.Future[Reply]]] = deque()
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="door")
        self.busy = 0
        # How many there were when the last group had its answers, and when that was; when the last one began.
        self.crowd, self.ended, self.began = 1, 0.0, 0.0
        self.looks_at = 0.0

    async def answer(self, arrival: Arrival) -> Reply:
        if len(self.waiting) >= _WAITING:
            reply_at_once = door.refusal(TemporarilyUnavailable())
            door.record([arrival], [reply_at_once])
            return reply_at_once
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Reply] = loop.create_future()
        self.waiting.append((arrival, reply))
        # Not at once: what else has arrived with it is read first, and goes along.
        loop.call_soon(self._start, loop)
        return await reply

    def _start(self, loop: asyncio.AbstractEventLoop) -> None:
        while self.waiting and self.busy < self.threads:
            if (due := self._due()) > loop.time():
                self._look_at(due, loop)
                break
            self.busy += 1
            self.began = loop.time()
            group = [self.waiting.popleft() for _ in range(min(self.together, len(self.waiting)))]
            self.pool.submit(self._work, group, loop)

    def _due(self) -> float:
        """When to take what waits, on the loop's clock."""
        if self.busy:
            return 0.0 if len(self.waiting) >= self.together else self.began + _HELD_UP
        return 0.0 if len(self.waiting) >= self.crowd else self.ended + _GATHER

    def _look_at(self, due: float, loop: asyncio.AbstractEventLoop) -> None:
        if self.looks_at != due:
            self.looks_at = due
            loop.call_at(due, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self.looks_at = 0.0  # the clock may round, and it is not yet time
        self._start(loop)

    def _work(self, group: list[tuple[Arrival, asyncio.Future[Reply]]], loop: asyncio.AbstractEventLoop) -> None:
        replies = _answer([arrival for arrival, _ in group])
        loop.call_soon_threadsafe(self._deliver, [reply for _, reply in group], replies, loop)

    def _deliver(
        self, futures: list[asyncio.Future[Reply]], replies: list[Reply], loop: asyncio.AbstractEventLoop
    ) -> None:
        for future, reply in zip(futures, replies, strict=True):
            if not future.done():  # a client that hung up has cancelled it
                future.set_result(reply)
        self.busy -= 1
        self.crowd, self.ended = min(self.together, len(futures) + len(self.waiting)), loop.time()
        loop.call_soon(self._start, loop)


def _answer(arrivals: list[Arrival]) -> list[Reply]:
    # A connection that rested may have been closed from the other side, and one that failed is looked at.
    if connection.errors_occurred or time.monotonic() - getattr(_used, "at", 0.0) > _REST:
        connection.close_if_unusable_or_obsolete()
    try:
        return door.answer(arrivals)
    except Exception:  # whatever it is, somebody waits for an answer
        log.exception("Requests could not be answered")
        return [door.refusal(TemporarilyUnavailable())] * len(arrivals)
    finally:
        _used.at = time.monotonic()


_light = Lane(threads=settings.DOOR_THREADS, together=_TOGETHER)
_heavy = Lane(threads=settings.DOOR_THREADS, together=1)
