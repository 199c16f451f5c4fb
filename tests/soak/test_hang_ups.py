"""Clients hang up before they are answered, and send again with their key."""

import random
import socket
import struct
import threading

from tests.soak.amounts import HANG_UPS
from tests.soak.history import Request
from tests.soak.installation import Installation
from tests.soak.planted import forgetting_keys
from tests.soak.senders import Crowd, Sender

NO_LINGER = struct.pack("ii", 1, 0)


class Rude(Sender):
    """Sends, hangs up at once or a moment later, with or without a reset, and only then sends to be answered."""

    def send(self, request: Request) -> None:
        head = "\r\n".join(f"{name}: {value}" for name, value in self.headers(request).items())
        length = f"Content-Length: {len(request.body)}"
        line = f"POST /easycall/spring HTTP/1.1\r\nHost: localhost\r\n{head}\r\n{length}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.installation.port)) as sock:
            sock.sendall(line.encode() + request.body)
            threading.Event().wait(random.choice([0, 0, 0.001, 0.01, 0.05]))
            if random.random() < 0.5:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        super().send(request)


def rude_crowd(installation: Installation, times: int) -> Crowd:
    crowd = Crowd(installation, size=0)
    crowd.senders = [Rude(installation, f"{crowd.name}-{number}", with_key=True) for number in range(8)]
    with crowd:
        crowd.wait_for(times, seconds=60 + times)
    return crowd


def test_hanging_up_loses_and_doubles_nothing(shared: Installation, figures: list[str]) -> None:
    verdict = rude_crowd(shared, HANG_UPS).judge()
    figures.append(f"clients hung up {verdict.acknowledged} times: {verdict}")
    assert verdict.faults == {}


def test_twin_without_keys_is_found_out(shared: Installation) -> None:
    with forgetting_keys(shared.database):
        crowd = rude_crowd(shared, 10)
    assert crowd.judge().doubled
