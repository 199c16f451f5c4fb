"""gunicorn's own odd requests, byte by byte, against the server as it is shipped.

Black box: whatever serves easycall is judged by the bytes that it answers.
"""

import json
import re
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leads.models import Lead
from tests.api.server import Server, database_url, serving
from tests.intake.world import World, make_world

DATA = json.loads((Path(__file__).parent / "raw_requests.json").read_text("utf-8"))


def raw_of(case: Mapping[str, Any]) -> bytes:
    parts = case["raw"] if isinstance(case["raw"], list) else [case["raw"]]
    return b"".join((part if isinstance(part, str) else part[0] * part[1]).encode("latin-1") for part in parts)


INVALID, VALID = ({case["name"]: raw_of(case) for case in DATA[kind]} for kind in ("invalid", "valid"))

# A head that never ends is no request: nobody has to be answered.
UNFINISHED = {"invalid/001"}
# Refused by gunicorn's own tests for a setting that is not ours: `Transfer_Encoding` is not the header that it looks
# like, and is dropped before anybody can take it for that.
HARMLESS = {"invalid/040", "invalid/chunked_07"}

REFUSALS = {
    (400, "malformed-request"),
    (414, "malformed-request"),
    (431, "malformed-request"),
    (400, "malformed-body"),
}

_STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3}) [^\r\n]*\r\n")
_TARGET = re.compile(rb"\A([A-Z]+) /[!-~]{0,99} (HTTP/1\.[01])\r\n")
_HOST = re.compile(rb"Host: [a-z.]+\r\n")
_HELLO = re.compile(rb"5((?:[^\w\r][^0]*?)?)\r\nhello", re.DOTALL)


@dataclass(frozen=True)
class Answer:
    status: int
    head: bytes
    body: bytes


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(database_url(), tmp_path_factory.mktemp("server") / "log") as running:
        yield running
        alive = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        assert running.talk(alive).status == 200


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


def at_the_door(raw: bytes, token: str) -> bytes:
    """The same oddity in what would be a lead: posted to the door with a token, as a text that has a phone."""
    head = rf"POST /easycall/spring?campaign=expo_2026 \2\r\nAuthorization: Bearer {token}\r\n".encode()
    sent = raw.partition(b"\r\n\r\n")[0]
    for header in (b"Host: localhost", b"Content-Type: text/plain"):
        if header.partition(b" ")[0] not in sent:
            head += header + rb"\r\n"
    return _HELLO.sub(rb"12\1\r\ntelefono=600111222", _TARGET.sub(head, _HOST.sub(b"Host: localhost\r\n", raw)))


def answers_to(server: Server, raw: bytes) -> list[Answer]:
    """Everything that the server says to these bytes and to our hanging up."""
    said = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client, suppress(ConnectionError):
        client.sendall(raw)
        client.shutdown(socket.SHUT_WR)
        while block := client.recv(65536):
            said += block
    found = list(_STATUS_LINE.finditer(said))
    assert bool(found) == bool(said)
    ends = [each.start() for each in found[1:]] + [len(said)]
    messages = [said[each.end() : end].partition(b"\r\n\r\n") for each, end in zip(found, ends, strict=False)]
    return [Answer(int(each[1]), head, body) for each, (head, _, body) in zip(found, messages, strict=True)]


def test_what_is_no_http_is_refused(server: Server) -> None:
    for name, raw in INVALID.items():
        answers = answers_to(server, raw)
        assert answers or name in UNFINISHED, name
        assert all(400 <= answer.status < 500 for answer in answers), name


def test_what_is_no_http_makes_no_lead(server: Server, world: World) -> None:
    # What is wrong with the others is their first line, and that is judged above.
    aimed = [name for name, raw in INVALID.items() if _TARGET.match(raw) and name not in UNFINISHED | HARMLESS]
    assert len(aimed) > 40
    for name in aimed:
        first, *others = answers_to(server, at_the_door(INVALID[name], world.tokens["<token>"]))
        assert b"content-type: application/problem+json\r\n" in first.head.lower(), name
        problem = json.loads(first.body)
        assert problem["status"] == first.status, name
        assert (first.status, problem["type"].removeprefix("/problems/")) in REFUSALS, name
        assert all(400 <= answer.status < 500 for answer in others), name
    assert not Lead.objects.exists()


def test_what_is_http_is_answered(server: Server, world: World) -> None:
    harmless = {name: INVALID[name] for name in HARMLESS}
    for name, raw in (VALID | harmless).items():
        for each in (raw, at_the_door(raw, world.tokens["<token>"])):
            answers = answers_to(server, each)
            assert answers, name
            assert all(answer.status < 500 for answer in answers), name


def test_a_lead_in_odd_but_good_chunks_is_taken_unless_it_is_said_to_be_compressed(
    server: Server, world: World
) -> None:
    odd = [name for name, raw in VALID.items() if raw.startswith(b"POST") and _HELLO.search(raw)]
    assert len(odd) > 5
    for name in odd:
        answers = answers_to(server, at_the_door(VALID[name], world.tokens["<token>"]))
        assert answers[0].status == (415 if b"gzip" in VALID[name] else 201), name
