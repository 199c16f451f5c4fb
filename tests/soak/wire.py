"""A proxy before PostgreSQL that reads along and, at an ordered step, has the client killed before it passes it on."""

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.soak.steps import Statements, Step

_STARTUP = 196608  # protocol 3.0; what else comes without a type asks for encryption or a cancellation


class Proxy:
    """Listens on `port`. `order` is the file with the step; `kill` ends the client."""

    def __init__(self, upstream: int, order: Path, kill: Callable[[], None]) -> None:
        self.upstream, self.order, self.kill = upstream, order, kill
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.upstream))
                threading.Thread(target=self._carry_requests, args=[client, server], daemon=True).start()
                threading.Thread(target=_carry_answers, args=[server, client], daemon=True).start()

    def _carry_requests(self, client: socket.socket, server: socket.socket) -> None:
        messages, statements = Messages(client), Statements()
        with suppress(OSError, EOFError):
            while True:
                message, statement = messages.next()
                order = self.order.read_text() if self.order.exists() else ""
                if order and statement and statements.is_reached(Step(order), statement):
                    self.order.unlink()
                    self.kill()
                    break
                if statement and not order:
                    statements.written.clear()
                server.sendall(message)
        _hang_up(client, server)


class Messages:
    """The messages of PostgreSQL's protocol, from client to server."""

    def __init__(self, sock: socket.socket) -> None:
        self.stream = sock.makefile("rb")
        self.started = False
        self.prepared: dict[bytes, str] = {}

    def next(self) -> tuple[bytes, str]:
        """A message as it came, and the statement that it runs, "" if none. Raises EOFError at the end."""
        kind = self._exactly(1) if self.started else b""
        size = self._exactly(4)
        content = self._exactly(struct.unpack("!i", size)[0] - 4)
        if not kind:
            self.started = struct.unpack("!i", content[:4])[0] == _STARTUP
        return kind + size + content, self._statement(kind, content)

    def _statement(self, kind: bytes, content: bytes) -> str:
        if kind == b"Q":
            return content.rstrip(b"\0").decode(errors="replace")
        first, _, rest = content.partition(b"\0")
        if kind == b"P":
            self.prepared[first] = rest.partition(b"\0")[0].decode(errors="replace")
        # A bind names the portal first, then what was prepared.
        return self.prepared.get(rest.partition(b"\0")[0], "") if kind == b"B" else ""

    def _exactly(self, size: int) -> bytes:
        content = self.stream.read(size)
        if len(content) < size:
            raise EOFError
        return content


def _carry_answers(server: socket.socket, client: socket.socket) -> None:
    with suppress(OSError):
        while block := server.recv(65536):
            client.sendall(block)
    _hang_up(client, server)


def _hang_up(*socks: socket.socket) -> None:
    for sock in socks:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()
