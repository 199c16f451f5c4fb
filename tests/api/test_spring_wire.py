"""What only a real server and real bytes can show: framing, joined headers, a database that is gone."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from leads.models import Lead, Submission
from tests.api.server import Server, database_url, serving
from tests.intake.world import World, make_world

BODY = json.dumps({"Campaign": "expo_2026", "nombre": "Lucía", "telefono": "600 11 12 22"}, ensure_ascii=False).encode()
JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(database_url(), tmp_path_factory.mktemp("server") / "log") as running:
        yield running


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


@pytest.fixture
def bearer(world: World) -> str:
    return f"Authorization: Bearer {world.tokens['<token>']}"


def _chunks(*chunks: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)


def test_lead_is_received(server: Server, bearer: str) -> None:
    reply = server.post(BODY, JSON, bearer, f"Content-Length: {len(BODY)}")
    assert (reply.status, reply.headers["Content-Type"]) == (201, "application/json")
    assert str(Lead.objects.get().pk) == reply.document["id"]


@pytest.mark.parametrize("charset", ["charset*=nope''%41", "charset=idna", "charset=zlib", "charset=unicode_escape"])
def test_charset_that_is_none_is_refused_whatever_it_is(server: Server, bearer: str, charset: str) -> None:
    lines = ["POST /easycall/spring?x=%E1%80 HTTP/1.1", "Host: localhost", "Connection: close", bearer]
    lines += [f"{JSON}; {charset}", f"Content-Length: {len(BODY)}", "", ""]
    reply = server.talk("\r\n".join(lines).encode() + BODY)
    assert (reply.status, reply.document["type"]) == (415, "/problems/unsupported-media-type")
    assert bytes(Submission.objects.get().body) == BODY


def test_body_shorter_than_announced_is_no_lead(server: Server, bearer: str) -> None:
    # Cut, it is still JSON: only the length tells.
    reply = server.post(BODY, JSON, bearer, f"Content-Length: {len(BODY) + 1}", hang_up=True)
    assert (reply.status, reply.document["type"]) == (400, "/problems/malformed-body")
    submission = Submission.objects.get()
    assert (bytes(submission.body), submission.body_complete) == (BODY, False)
    assert not Lead.objects.exists()


def test_chunked_body_is_read_whole(server: Server, bearer: str) -> None:
    reply = server.post(_chunks(BODY[:20], BODY[20:]) + b"0\r\n\r\n", JSON, bearer, CHUNKED)
    assert reply.status == 201
    assert bytes(Submission.objects.get().body) == BODY


@pytest.mark.parametrize("end", [b"", b"5\r\nab", b"zz\r\n"])
def test_chunked_body_that_is_cut_is_no_lead(end: bytes, server: Server, bearer: str) -> None:
    reply = server.post(_chunks(BODY) + end, JSON, bearer, CHUNKED, hang_up=True)
    assert (reply.status, reply.document["type"]) == (400, "/problems/malformed-body")
    assert not Lead.objects.exists()
    assert not Submission.objects.get().body_complete


@pytest.mark.parametrize("end", [b"", b"5\r\nab", b"zz\r\n", b"0\r\nX: y\r\nAuthorization: x\r\n\r\n"])
def test_bytes_of_a_body_that_breaks_off_are_journalled(server: Server, bearer: str, end: bytes) -> None:
    big = b" " * 100_000
    server.post(_chunks(BODY, big) + end, JSON, bearer, CHUNKED, hang_up=True)
    assert bytes(Submission.objects.get().body).startswith(BODY + big)


def test_empty_chunked_body_is_an_empty_body(server: Server, bearer: str) -> None:
    assert server.post(b"0\r\n\r\n", JSON, bearer, CHUNKED).status == 400


@pytest.mark.parametrize("second", ["", "Authorization: ab==", "authorization: Basic eDp5"])
def test_two_authorization_headers_are_refused(server: Server, bearer: str, second: str) -> None:
    reply = server.post(BODY, JSON, bearer, second or bearer, f"Content-Length: {len(BODY)}")
    assert (reply.status, reply.document["type"]) == (400, "/problems/malformed-request")
    assert not Submission.objects.exists()


def test_compressed_body_is_refused_and_journalled(server: Server, bearer: str) -> None:
    reply = server.post(BODY, JSON, bearer, "Content-Encoding: br", f"Content-Length: {len(BODY)}")
    assert (reply.status, reply.document["type"]) == (415, "/problems/unsupported-media-type")
    assert bytes(Submission.objects.get().body) == BODY


@pytest.mark.parametrize("chunked", [False, True])
def test_body_over_8_mib_is_refused_and_its_start_is_kept(chunked: bool, server: Server, bearer: str) -> None:
    body = b"[" + b" " * (8 * 1024 * 1024) + b"]"
    if chunked:
        reply = server.post(_chunks(body) + b"0\r\n\r\n", JSON, bearer, CHUNKED)
    else:
        reply = server.post(body, JSON, bearer, f"Content-Length: {len(body)}")
    assert (reply.status, reply.document["type"]) == (413, "/problems/content-too-large")
    submission = Submission.objects.get()
    assert (bytes(submission.body), submission.body_complete) == (body[: 64 * 1024], False)


def test_lead_over_1_mib_is_refused_and_kept_whole(server: Server, bearer: str) -> None:
    body = BODY[:-1] + b" " * 1024 * 1024 + b"}"
    assert server.post(body, JSON, bearer, f"Content-Length: {len(body)}").status == 413
    assert bytes(Submission.objects.get().body) == body


def test_contradicting_lengths_never_make_a_lead(server: Server, bearer: str) -> None:
    reply = server.post(_chunks(BODY) + b"0\r\n\r\n", JSON, bearer, CHUNKED, "Content-Length: 5")
    assert (reply.status, reply.headers["Content-Type"]) == (400, "application/problem+json")
    assert not Lead.objects.exists()


def test_request_without_a_token_is_challenged_and_not_journalled(server: Server, world: World) -> None:
    reply = server.post(BODY, JSON, f"Content-Length: {len(BODY)}")
    assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, 'Bearer realm="easycall"')
    assert not Submission.objects.exists()


def test_nothing_that_was_sent_is_in_the_servers_log(server: Server, bearer: str, world: World) -> None:
    server.post(BODY, JSON, bearer, f"Content-Length: {len(BODY)}")
    server.post(BODY, JSON, bearer, f"Content-Length: {len(BODY) + 9}", hang_up=True)
    said = server.log.read_text()
    assert not any(secret in said for secret in (world.tokens["<token>"], "Luc", "600 11 12 22", "600111222"))


def test_database_that_is_gone_is_503_and_no_trace(tmp_path: Path, django_db_setup: None, bearer: str) -> None:
    gone = database_url(
        str(tmp_path / "nowhere" / "gone.sqlite3") if connection.vendor == "sqlite" else "no_such_database"
    )
    with serving(gone, tmp_path / "log") as server:
        reply = server.post(BODY, JSON, bearer, f"Content-Length: {len(BODY)}")
    assert (reply.status, reply.headers["Retry-After"]) == (503, "5")
    assert reply.document["type"] == "/problems/temporarily-unavailable"
    assert not any(word in reply.body.decode() for word in ("Traceback", "sqlite", "psycopg", "no_such_database"))


@pytest.mark.sqlite
def test_database_that_is_spoilt_is_503_and_no_trace(tmp_path: Path, bearer: str) -> None:
    spoilt = tmp_path / "spoilt.sqlite3"
    spoilt.write_bytes(b"this is no database, and never was one; " * 200)
    with serving(database_url(str(spoilt)), tmp_path / "log") as server:
        reply = server.post(BODY, JSON, bearer, f"Content-Length: {len(BODY)}")
    assert (reply.status, reply.document["type"]) == (503, "/problems/temporarily-unavailable")
    assert "Luc" not in (tmp_path / "log").read_text()
