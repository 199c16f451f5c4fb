"""Bodies that end too early, too late or never, sent to the server as it is shipped: only bytes tell."""

import json
import socket
import time
from collections.abc import Iterator

import pytest

from leads.models import Lead, Submission
from tests.api.server import Server, database_url, serving
from tests.intake.world import World, make_world

FORM = b"Campaign=expo_2026&telefono=600111222"
PART = b'--b\r\nContent-Disposition: form-data; name="telefono"\r\n\r\n600111222\r\n'

# Each is a lead already: that it goes on can only be known from its length.
CUT_SHORT = {
    "json": ("application/json", json.dumps({"Campaign": "expo_2026", "telefono": "600111222"}).encode()),
    "form": ("application/x-www-form-urlencoded", FORM),
    "multipart": ("multipart/form-data; boundary=b", PART + b"--b--\r\n"),
    "text": ("text/plain", b"Campaign: expo_2026\ntelefono: 600111222\n"),
}


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(database_url(), tmp_path_factory.mktemp("server") / "log") as running:
        yield running


@pytest.fixture
def bearer(transactional_db: None) -> str:
    world: World = make_world()
    return f"Authorization: Bearer {world.tokens['<token>']}"


@pytest.mark.parametrize(("content_type", "body"), CUT_SHORT.values(), ids=CUT_SHORT)
def test_body_shorter_than_its_length_is_no_lead(content_type: str, body: bytes, server: Server, bearer: str) -> None:
    length = f"Content-Length: {len(body) + 9}"
    reply = server.post(body, f"Content-Type: {content_type}", bearer, length, hang_up=True)
    assert (reply.status, reply.document["type"]) == (400, "/problems/malformed-body")
    assert bytes(Submission.objects.get().body) == body
    assert not Lead.objects.exists()


def test_multipart_without_its_closing_line_is_no_lead(server: Server, bearer: str) -> None:
    headers = ("Content-Type: multipart/form-data; boundary=b", bearer, f"Content-Length: {len(PART)}")
    assert server.post(PART, *headers).status == 400
    assert not Lead.objects.exists()


def test_bytes_after_the_body_are_no_part_of_the_lead(server: Server, bearer: str) -> None:
    headers = ("Content-Type: application/x-www-form-urlencoded", bearer, f"Content-Length: {len(FORM)}")
    reply = server.post(FORM + b"&nombre=Ana", *headers)
    assert reply.status == 201
    assert bytes(Submission.objects.get().body) == FORM
    assert Lead.objects.get().nome == ""


def test_second_lead_hidden_behind_a_length_is_no_lead(server: Server, bearer: str) -> None:
    hidden = "POST /easycall/spring HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 20\r\n"
    hidden += f"{bearer}\r\n\r\ntelefono: 600111222\n"
    headers = ("Content-Type: text/plain", bearer, "Content-Length: 3", "Transfer-Encoding: chunked")
    reply = server.post(f"0\r\n\r\n{hidden}".encode(), *headers)
    assert reply.status == 400
    assert not Lead.objects.exists()


def test_chunks_without_end_are_broken_off(server: Server, bearer: str) -> None:
    head = ["POST /easycall/spring HTTP/1.1", "Host: localhost", bearer, "Content-Type: application/json"]
    head += ["Transfer-Encoding: chunked", "", ""]
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.sendall("\r\n".join(head).encode())
        with pytest.raises(ConnectionError):
            _pour(client, chunk, seconds=60)
    assert Submission.objects.get().status == 413
    assert len(Submission.objects.get().body) <= 64 * 1024


def _pour(client: socket.socket, chunk: bytes, *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        client.sendall(chunk)
        time.sleep(0.005)


def test_server_serves_after_all_that(server: Server, bearer: str) -> None:
    headers = ("Content-Type: application/x-www-form-urlencoded", bearer, f"Content-Length: {len(FORM)}")
    assert server.post(FORM, *headers).status == 201
