"""Connections that come at once, and those that can't be taken at once."""

import asyncio
import resource
import socket
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

import pytest
import uvloop

from easycall.listener import Listener
from tests.easycall.test_server import GOOD, Server


class Counting(asyncio.Protocol):
    def __init__(self, worker: "Half") -> None:
        worker.connections.add(self)


class Half:
    """One of two workers that wake at the same time."""

    protocol = Counting

    def __init__(self, loop: asyncio.AbstractEventLoop, listening: socket.socket) -> None:
        self.loop, self.connections = loop, set[Counting]()
        self.listener = Listener(cast(Any, self), listening)


def shared(crowd: int, *, has: int = 0) -> list[int]:
    """How many connections each of two workers takes of those that come at once, while the first has some already."""

    async def share(listening: socket.socket, stack: ExitStack) -> list[int]:
        loop = asyncio.get_running_loop()
        halves = [Half(loop, each) for each in (listening, listening.dup())]
        halves[0].connections |= {Counting(halves[0]) for _ in range(has)}
        for _ in range(crowd):
            stack.enter_context(socket.create_connection(listening.getsockname()))
        while sum(len(half.connections) for half in halves) < has + crowd:
            await asyncio.sleep(0)
        for half in halves:
            half.listener.close()
            await half.listener.wait_closed()
        return [len(halves[0].connections) - has, len(halves[1].connections)]

    with socket.create_server(("127.0.0.1", 0)) as listening, ExitStack() as stack:
        return uvloop.run(asyncio.wait_for(share(listening, stack), 10))


@pytest.mark.parametrize("crowd", [4, 40])
def test_connections_that_come_at_once_go_to_all_workers(crowd: int) -> None:
    assert min(shared(crowd)) >= crowd // 2 - crowd // 8


def test_worker_that_has_none_takes_the_next() -> None:
    assert shared(1, has=1) == [0, 1]


@pytest.mark.skipif(sys.platform != "linux", reason="looks at other processes by /proc")
def test_worker_without_a_file_to_spare_takes_connections_as_soon_as_it_can(tmp_path: Path) -> None:
    server = Server(tmp_path, "easycall.asgi:application")
    assert server.ask(GOOD)[0] == 200
    [worker] = server.workers()
    before = resource.prlimit(worker, resource.RLIMIT_NOFILE)
    resource.prlimit(worker, resource.RLIMIT_NOFILE, (0, before[1]))
    with server.connect(GOOD) as client:
        server.wait_for("(No connection can be taken)")
        resource.prlimit(worker, resource.RLIMIT_NOFILE, before)
        assert client.recv(99).startswith(b"HTTP/1.1 200 ")
    assert server.log.read_text().count("No connection can be taken") < 5
    server.stop()
