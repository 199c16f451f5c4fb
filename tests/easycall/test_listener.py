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


def test_connections_that_come_at_once_go_to_all_workers() -> None:
    """Two workers that wake at the same time: each takes one, and then looks again."""
    taken = [0, 0]

    class Counting(asyncio.Protocol):
        def __init__(self, worker: "Half") -> None:
            taken[worker.place] += 1

    class Half:
        protocol = Counting

        def __init__(self, place: int, loop: asyncio.AbstractEventLoop) -> None:
            self.place, self.loop = place, loop

    async def take(first: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        listeners = [Listener(cast(Any, Half(place, loop)), each) for place, each in enumerate((first, first.dup()))]
        while sum(taken) < len(clients):
            await asyncio.sleep(0)
        for listener in listeners:
            listener.close()
            await listener.wait_closed()

    with socket.create_server(("127.0.0.1", 0)) as listening, ExitStack() as stack:
        clients = [stack.enter_context(socket.create_connection(listening.getsockname())) for _ in range(40)]
        uvloop.run(asyncio.wait_for(take(listening), 10))
    assert min(taken) >= 15


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
