"""A real gunicorn on the tests' database, and a socket to speak to it byte by byte."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils.datastructures import CaseInsensitiveMapping

from tests.processes import free_port

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Server:
    port: int
    log: Path

    def talk(self, raw: bytes, *, hang_up: bool = False) -> Reply:
        """Send exactly these bytes; `hang_up` ends our side, so that the server knows that no more will come."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as sock:
            sock.sendall(raw)
            if hang_up:
                sock.shutdown(socket.SHUT_WR)
            return _read_reply(sock)

    def post(self, body: bytes, *headers: str, path: str = "", hang_up: bool = False) -> Reply:
        lines = (f"POST /easycall/spring{path} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", "")
        return self.talk("\r\n".join(lines).encode() + body, hang_up=hang_up)


def _read_reply(sock: socket.socket) -> Reply:
    raw = b""
    while block := sock.recv(65536):
        raw += block
    head, _, body = raw.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    return Reply(int(status.split()[1]), CaseInsensitiveMapping(dict(line.split(": ", 1) for line in lines)), body)


def database_url(name: str | None = None) -> str:
    """The address of the tests' database, or of another of the same server."""
    name = name or str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@contextmanager
def serving(url: str, log: Path) -> Iterator[Server]:
    port = free_port()
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "easycall.settings",
        "DATABASE_URL": url,
        "SECRET_KEY": settings.SECRET_KEY,
        "HTTPS": "0",
        "WORKERS": "1",
        "THREADS": "4",
        "PORT": str(port),
    }
    command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py")]
    with log.open("wb") as output, subprocess.Popen(command, env=environment, stderr=output, cwd=ROOT) as process:
        try:
            _wait_for(port)
            yield Server(port, log)
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
                sock.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                if _read_reply(sock).status == 200:
                    return
        except (OSError, IndexError):
            if time.monotonic() > deadline:
                raise
        time.sleep(0.1)
