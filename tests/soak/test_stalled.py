"""Clients that send half and stop, send a byte a second, or never read: the others are served meanwhile."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.soak.amounts import LONG, STALLED
from tests.soak.installation import Database, Installation, running
from tests.soak.senders import post_one

HEAD = b"POST /easycall/spring HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
MEANWHILE = 100 if LONG else 10  # leads that others send
QUICKLY = 1.0 if LONG else 5.0  # seconds; in `make test` others use the machine too


class Client:
    """One connection that stalls; `drip` is called once a second."""

    def __init__(self, installation: Installation) -> None:
        self.token = f"Authorization: Bearer {installation.database.token}\r\n".encode()
        self.sock = socket.socket()
        # As little room as there can be for an answer that is not read.
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.sock.connect(("127.0.0.1", installation.port))
        self.begin()

    def begin(self) -> None:
        raise NotImplementedError

    def drip(self) -> None:
        """Nothing, for most."""


class HalfHead(Client):
    def begin(self) -> None:
        self.sock.sendall(HEAD)


class HalfBody(Client):
    def begin(self) -> None:
        self.sock.sendall(HEAD + self.token + b"Content-Length: 100\r\n\r\n{")


class Dripping(Client):
    def begin(self) -> None:
        self.sock.sendall(HEAD + self.token + b"Content-Length: 1000\r\n\r\n{")

    def drip(self) -> None:
        self.sock.send(b" ")


class NotReading(Client):
    """Asks for an explanation that is long."""

    def begin(self) -> None:
        lead = {"Campaign": "demo_leads", "telefono": "600111222"} | {
            f"nota {number}": "x" * 9000 for number in range(90)
        }
        body = json.dumps(lead).encode()
        path = HEAD.replace(b"spring", b"spring/explain")
        self.sock.sendall(path + self.token + b"Content-Length: %d\r\n\r\n" % len(body) + body)


@contextmanager
def stalled(installation: Installation, kinds: list[Callable[[Installation], Client]]) -> Iterator[None]:
    """`STALLED` clients of these kinds by turns, for as long as it lasts."""
    clients = [kinds[number % len(kinds)](installation) for number in range(STALLED)]
    over = threading.Event()

    def drip() -> None:
        while not over.wait(1):
            for client in clients:
                with suppress(OSError):
                    client.drip()

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        for client in clients:
            client.sock.close()


@pytest.mark.soak
@pytest.mark.parametrize("kind", [HalfHead, HalfBody, Dripping, NotReading])
def test_others_are_served_in_under_a_second(shared: Installation, kind: type[Client], figures: list[str]) -> None:
    others_are_served(shared, [kind], figures)


def test_others_are_served_in_under_a_second_beside_all_kinds(shared: Installation, figures: list[str]) -> None:
    others_are_served(shared, [HalfHead, HalfBody, Dripping, NotReading], figures)


def others_are_served(
    installation: Installation, kinds: list[Callable[[Installation], Client]], figures: list[str]
) -> None:
    calm = max(served(installation) for _ in range(MEANWHILE))
    with stalled(installation, kinds):
        # What was asked of the server by those that don't read is work, which has to be done first.
        post_one(installation)
        slowest = max(served(installation) for _ in range(MEANWHILE))
    figures.append(f"{STALLED} stalled clients: others served after {slowest:.2f} s at most, {calm:.2f} s without")
    assert slowest < QUICKLY


@pytest.mark.soak
def test_twin_in_which_each_client_has_a_thread_is_found_out(database: Database, tmp_path: Path) -> None:
    application = "tests.soak.plants.few_at_a_time:application"
    with (
        running(database, tmp_path, application=application) as installation,
        stalled(installation, [HalfBody]),
        pytest.raises(AssertionError, match="nobody answered"),
    ):
        served(installation)


def served(installation: Installation) -> float:
    reply, seconds = post_one(installation, timeout=5)
    assert reply, "nobody answered for five seconds"
    assert reply.status == 201
    return seconds
