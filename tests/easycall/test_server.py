"""A real gunicorn, and what a client sees of it over a plain socket."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from django.db import connection

from accounts import tokens

ROOT = Path(__file__).parent.parent.parent
TOKEN = "easycall_abcdefghijkl_secret"
GOOD = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "DJANGO_SETTINGS_MODULE": "tests.settings",
    "PORT": "0",
    "WORKERS": "1",
    "THREADS": "2",
    "REQUEST_SECONDS": "1",
}


class Server:
    """A gunicorn of one worker and two threads, in which a request has one second to arrive."""

    def __init__(self, directory: Path, application: str, **environment: str) -> None:
        self.log = directory / "log"
        environment = ENVIRONMENT | {"DATABASE_URL": f"sqlite:///{directory}/db.sqlite3"} | environment
        command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py"), application]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, cwd=directory, env=environment, stdout=log, stderr=log)
        self.port = int(self.wait_for(r"Listening at: http://127.0.0.1:(\d+)"))
        self.wait_for(r"(Booting worker)")

    def wait_for(self, pattern: str) -> str:
        deadline = time.monotonic() + 20
        while not (found := re.search(pattern, self.log.read_text())):
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)
        return found[1]

    def stop(self) -> float:
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        return time.monotonic() - start

    def connect(self, *pieces: bytes) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        for piece in pieces:
            client.sendall(piece)
        return client

    def ask(self, *pieces: bytes) -> tuple[int, str, str]:
        """Everything that the server says until it hangs up: status, headers, body."""
        with self.connect(*pieces) as client, client.makefile("rb") as answer:
            head, _, body = answer.read().partition(b"\r\n\r\n")
        return int(head.split()[1]), head.decode(), body.decode()

    def workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(child) for child in children.read_text().split()]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"), "easycall.asgi:application")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("reader"), "tests.easycall.reading:application")
    yield server
    server.stop()


def request(*headers: str, line: str = "POST /easycall/spring HTTP/1.1") -> bytes:
    return "\r\n".join((line, "Host: localhost", *headers, "", "")).encode("latin-1")


MALFORMED = {
    "no request line": (b"hello\r\n\r\n", 400),
    "no such version": (request(line="GET / HTTP/7.7"), 400),
    "lower-case method": (request(line="get / HTTP/1.1"), 400),
    "bare line feeds": (b"GET / HTTP/1.1\nHost: localhost\n\n", 400),
    "bytes beyond ASCII in the path": ("GET /ñ HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(), 400),
    "a header without a colon": (request("nothing"), 400),
    "a blank in a header's name": (request("Content Type: x"), 400),
    "a control character": (request("X-Lead: a\x01b"), 400),
    "a folded header": (request("X-Lead: a", " b"), 400),
    "two hosts": (request("Host: elsewhere"), 400),
    "two lengths": (request("Content-Length: 2", "Content-Length: 3") + b"{}", 400),
    "a negative length": (request("Content-Length: -1"), 400),
    "a length and chunks": (request("Content-Length: 2", "Transfer-Encoding: chunked") + b"0\r\n\r\n", 400),
    "an unknown transfer coding": (request("Transfer-Encoding: rot13"), 400),
    "an expectation": (request("Expect: 200-ok"), 417),
    "a long request line": (request(line=f"GET /?{'x' * 5000} HTTP/1.1"), 414),
    "a header of 9 KB": (request(f"X-Lead: {'x' * 9000}"), 431),
    "101 headers": (request(*(f"X-{number}: x" for number in range(100))), 431),
}


@pytest.mark.parametrize(("sent", "status"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_request_gets_a_problem(server: Server, sent: bytes, status: int) -> None:
    got, head, body = server.ask(sent)
    problem = json.loads(body)
    assert got == problem["status"] == status
    assert "Content-Type: application/problem+json" in head
    assert problem["type"] == "/problems/malformed-request"
    assert problem["title"] == "The request is not well formed"
    assert problem["detail"]
    assert problem["errors"] == []


def test_refusal_repeats_nothing_that_was_sent(server: Server) -> None:
    for sent in (f"{TOKEN}\r\n\r\n".encode(), request(TOKEN), request(f"Content-Length: {TOKEN}")):
        assert TOKEN not in server.ask(sent)[2]
    server.wait_for("(Refused a request: InvalidRequestLine)")
    assert TOKEN not in server.log.read_text()


def test_fault_is_answered_503_and_its_words_stay_out_of_the_log(reader: Server) -> None:
    status, head, body = reader.ask(request(line=f"GET /fault?token={TOKEN} HTTP/1.1"))
    assert (status, json.loads(body)["type"]) == (503, "/problems/temporarily-unavailable")
    assert "Retry-After: 5" in head
    reader.wait_for("(ValueError)")
    log = reader.log.read_text()
    assert "reading.py" in log
    assert TOKEN not in log


def test_fault_in_the_middle_of_an_answer_keeps_its_words_out_of_the_log(reader: Server) -> None:
    assert reader.ask(request(line=f"GET /half?token={TOKEN} HTTP/1.1"))[2] == "half"
    reader.wait_for("(RuntimeError)")
    assert TOKEN not in reader.log.read_text()


def test_path_and_query_of_a_good_request_are_not_logged(server: Server) -> None:
    assert server.ask(GOOD.replace(b"/live", f"/live?phone={TOKEN}".encode()))[0] == 200
    assert TOKEN not in server.log.read_text()


def test_head_that_never_ends_gets_408(server: Server) -> None:
    status, _, body = server.ask(b"POST /easycall/spring HTTP/1.1\r\n")
    assert (status, json.loads(body)["detail"]) == (408, "The request did not arrive within 1 seconds.")


def test_body_that_never_ends_is_a_broken_connection(reader: Server) -> None:
    assert reader.ask(request("Content-Length: 9"), b"half")[2] == "broken"


def test_body_that_drips_has_the_same_deadline(reader: Server) -> None:
    with reader.connect(request("Content-Length: 99")) as client:
        start = time.monotonic()
        client.settimeout(0.2)
        answer = b""
        while b"broken" not in answer:
            assert time.monotonic() - start < 5, "it waits for as long as something comes"
            with suppress(TimeoutError):
                client.sendall(b"x")
                answer += client.recv(999)


@pytest.mark.parametrize("chunks", [b"zz\r\n", b"3\r\nabcd\r\n", b"3;\x01\r\nabc\r\n0\r\n\r\n", b"1\r\nx\r\n0\r\n"])
def test_broken_chunks_are_a_broken_connection(reader: Server, chunks: bytes) -> None:
    assert reader.ask(request("Transfer-Encoding: chunked"), chunks)[2] == "broken"


def test_good_chunks_are_read(reader: Server) -> None:
    sent = request("Transfer-Encoding: chunked", "Connection: close"), b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert reader.ask(*sent)[2] == "read 5"


def test_one_request_has_one_answer_whatever_follows_in_its_body(server: Server) -> None:
    sent = request("Transfer-Encoding: chunked", line="GET /health/live HTTP/1.1"), b"zz\r\n"
    status, _, body = server.ask(*sent)
    assert (status, json.loads(body)["type"]) == (400, "/problems/malformed-body")


def test_client_that_ends_its_side_is_hung_up_on_whenever_it_does(server: Server) -> None:
    # As it is being answered, before, or after: which of them a moment hits depends on the machine.
    for moment in range(150):
        with server.connect(GOOD.replace(b"Connection: close\r\n", b"")) as client, client.makefile("rb") as answer:
            time.sleep(moment / 10_000)
            client.shutdown(socket.SHUT_WR)
            assert answer.read().startswith(b"HTTP/1.1 200 OK\r\n")


def test_connection_is_used_again(reader: Server) -> None:
    once = request("Content-Length: 2") + b"{}"
    with reader.connect(once + once) as client:
        client.settimeout(5)
        answer = b""
        while answer.count(b"read 2") < 2:
            answer += client.recv(999)


@pytest.mark.parametrize("last", [b"", GOOD, b"hello\r\n\r\n"], ids=["silent", "answered", "refused"])
def test_clients_that_keep_their_end_open_stop_nobody(server: Server, last: bytes) -> None:
    rude = [server.connect(last) for _ in range(6)]
    start = time.monotonic()
    for _ in range(4):
        assert server.ask(GOOD)[0] == 200
    assert time.monotonic() - start < 9
    for client in rude:
        client.close()


def test_client_that_sends_late_is_served(server: Server) -> None:
    with server.connect() as client, client.makefile("rb") as answer:
        time.sleep(1.5)
        client.sendall(GOOD)
        assert answer.readline() == b"HTTP/1.1 200 OK\r\n"


def test_refusals_counted_at_the_end_are_written(tmp_path: Path) -> None:
    environment = ENVIRONMENT | {"DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=environment, check=True)
    server = Server(tmp_path, "easycall.asgi:application")
    assert [server.ask(request("Connection: close"))[0] for _ in range(3)] == [401] * 3
    server.stop()
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database:
        assert database.execute("SELECT reason, count FROM accounts_refusal").fetchall() == [("missing-credentials", 3)]


def test_worker_that_is_told_to_stop_while_it_starts_does(tmp_path: Path) -> None:
    """Not at its birth, nor while the application is loaded, does it miss the word, and serve on."""
    assert Server(tmp_path, "easycall.asgi:application").stop() < 10


def test_without_its_database_it_is_live_and_not_ready_and_takes_no_lead(tmp_path: Path) -> None:
    server = Server(tmp_path, "easycall.asgi:application", DATABASE_URL="postgres://somebody:secret@127.0.0.1:1/leads")
    token = tokens.make().text
    lead = f"Authorization: Bearer {token}", "Content-Length: 2", "Connection: close"
    assert server.ask(GOOD)[0] == 200
    # Both at once, for each waits as long as the pool lets it.
    with server.connect(GOOD.replace(b"live", b"ready")) as probe:
        status, head, body = server.ask(request(*lead), b"{}")
        assert probe.recv(99).startswith(b"HTTP/1.1 503 ")
    assert (status, json.loads(body)["type"]) == (503, "/problems/temporarily-unavailable")
    assert "retry-after" in head
    assert server.stop() < 4
    assert not [secret for secret in (token, "somebody:secret") if secret in body + server.log.read_text()]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_stopping_does_not_wait_for_the_pool(tmp_path: Path) -> None:
    host, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    server = Server(tmp_path, "easycall.asgi:application", DATABASE_URL=f"{host}/{connection.settings_dict['NAME']}")
    assert server.ask(GOOD.replace(b"live", b"ready"))[0] == 200
    assert server.stop() < 3
    assert "couldn't stop thread" not in server.log.read_text()
