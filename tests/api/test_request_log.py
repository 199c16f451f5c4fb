"""The log of a real gunicorn: a line for each request, and in none of them a word that was sent."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from accounts import tokens
from leads.models import Submission
from tests.api.server import Server, database_url, serving
from tests.intake.world import World, make_world
from tests.processes import wait_until

LEAD = {
    "Campaign": "expo_2026",
    "nombre": "Lucía",
    "telefono": "600 11 12 22",
    "correo_electronico": "lucia@example.com",
}
BODY = json.dumps(LEAD, ensure_ascii=False).encode()
JSON = "Content-Type: application/json"
SENT = ("Luc", "600111222", "600 11", "lucia", "example.com", "12345678Z", "4F2", "Bearer", "/easycall/", "PALABRA")


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(database_url(), tmp_path_factory.mktemp("server") / "log") as running:
        yield running


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


class Log:
    """The lines since it was opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.start = len(path.read_text())

    @property
    def text(self) -> str:
        return self.path.read_text()[self.start :]

    def requests(self, number: int) -> list[dict[str, Any]]:
        """All of them, when there are so many: they are written behind the answers."""
        wait_until(lambda: self.text.count("\n{") + self.text.startswith("{") >= number, seconds=30)
        return [json.loads(line) for line in self.text.splitlines() if line.startswith("{")]


@pytest.fixture
def log(server: Server) -> Log:
    return Log(server.log)


def post(server: Server, token: str, body: bytes = BODY, *headers: str, path: str = "") -> Any:
    sent = (JSON, f"Authorization: Bearer {token}", f"Content-Length: {len(body)}", *headers)
    return server.post(body, *sent, path=path).document


def test_lead_has_a_line_with_its_submission(server: Server, world: World, log: Log) -> None:
    receipt = post(server, world.tokens["<token>"])

    [line] = log.requests(1)
    assert line.pop("time").endswith("Z")
    assert line.pop("ms") > 0
    assert line == {
        "method": "POST",
        "route": "spring",
        "status": 201,
        "problem": None,
        "submission": receipt["submission"],
        "credential": world.tokens["<token>"][:21],
        "leads": 1,
        "bytes": len(BODY),
    }


def test_batch_has_one_line(server: Server, world: World, log: Log) -> None:
    post(server, world.tokens["<token>"], b"[%s, {}, %s]" % (BODY, BODY))

    [line] = log.requests(1)
    assert (line["status"], line["leads"], line["problem"]) == (200, 2, "unknown-campaign")


def test_refusal_has_a_line_with_its_problem_and_submission(server: Server, world: World, log: Log) -> None:
    problem = post(server, world.tokens["<token>"], BODY.replace(b"expo", b"PALABRA"))

    [line] = log.requests(1)
    assert (line["status"], line["problem"], line["leads"]) == (422, "unknown-campaign", 0)
    assert line["submission"] == problem["submission"] == str(Submission.objects.get().pk)


def test_explanation_has_a_line_without_a_submission(server: Server, world: World, log: Log) -> None:
    post(server, world.tokens["<token>"], path="/explain")

    [line] = log.requests(1)
    assert (line["route"], line["status"], line["submission"], line["leads"]) == ("explain", 201, None, 1)


def test_guess_has_a_line_without_a_credential(server: Server, world: World, log: Log) -> None:
    post(server, tokens.make().text)

    [line] = log.requests(1)
    assert (line["status"], line["problem"], line["credential"]) == (401, "invalid-token", None)


def test_nothing_that_was_sent_is_in_the_log(server: Server, world: World, log: Log) -> None:
    token, guess = world.tokens["<token>"], tokens.make().text
    post(server, token)
    post(server, guess)
    post(server, token, BODY + b"PALABRA")
    post(server, token, b"\xff\x00" + BODY)
    post(server, token, BODY, "X-Palabra: PALABRA", "Idempotency-Key: PALABRA", path=f"?x=PALABRA&token={guess}")
    post(server, token, BODY, path=f"/PALABRA/{quote('Lucía')}?x=PALABRA")
    post(server, token, BODY, "Accept: PALABRA/12345678Z")
    server.post(BODY, JSON, f"Authorization: Basic {token}", f"Content-Length: {len(BODY) + 9}", hang_up=True)
    server.talk(b"PALABRA /easycall/spring HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    server.talk(b"PALABRA no HTTP\r\n\r\n")
    server.talk(b"POST /easycall/spring HTTP/1.1\r\nHost: palabra.example.com\r\nConnection: close\r\n\r\n")

    requests = log.requests(10)
    assert [line["status"] for line in requests] == [201, 401, 400, 400, 400, 404, 406, 401, 401, 400]
    assert len(log.text.splitlines()) == len(requests) + 1  # what was no HTTP is no request
    assert not [word for word in (*SENT, token, guess, token.split("_")[2], guess[9:21]) if word in log.text]


def test_method_that_the_client_made_up_is_not_repeated(server: Server, world: World, log: Log) -> None:
    server.talk(b"PALABRA /easycall/spring HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")

    assert [line["method"] for line in log.requests(1)] == ["other"]


def test_log_of_requests_can_be_switched_off(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_REQUESTS", "0")
    with serving(database_url(), tmp_path / "log") as server:
        assert post(server, world.tokens["<token>"])["status"] == "created"
        assert Log(server.log).path.read_text().count("{") == 0
