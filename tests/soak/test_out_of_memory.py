"""A worker is killed for memory over the bytes that it reads. Sent again, they are refused and kill no other one."""

import json
import secrets
from pathlib import Path

import pytest

from tests.processes import wait_until
from tests.soak.history import Request
from tests.soak.installation import Database, Installation, running
from tests.soak.senders import Crowd, Sender

OUTCOME = "SELECT outcome FROM leads_submission WHERE body = ?"


def large(sender: Sender, word: str) -> Request:
    request = sender.next_request()
    lead = json.loads(request.body) | {f"{word} {number}": "x" * 9_000 for number in range(3)}
    request.body = json.dumps(lead).encode()
    return request


def environment(counter: Path) -> dict[str, str]:
    return {"GUNICORN_CMD_ARGS": "--worker-class tests.soak.plants.hungry.Worker", "SOAK_COUNTER": str(counter)}


def has_replaced(installation: Installation, before: list[int]) -> bool:
    now = installation.workers()
    return len(now) == len(before) and set(now) != set(before)


def answers(installation: Installation, word: str, times: int) -> tuple[list[int], Request]:
    """What the same bytes are answered, one time after the other; 0 is a worker that died."""
    sender = Sender(installation, secrets.token_hex(4), with_key=True)
    request = large(sender, word)
    replies = []
    for _ in range(times):
        before = installation.workers()
        replies.append(reply := sender.post(request))
        if reply is None:
            # The arbiter looks after its dead before it makes new ones.
            wait_until(lambda before=before: has_replaced(installation, before), seconds=60)
    return [reply.status if reply else 0 for reply in replies], request


def test_bytes_that_killed_a_worker_are_refused_the_second_time(database: Database, tmp_path: Path) -> None:
    changes = environment(tmp_path / "counter")
    with running(database, tmp_path, environment=changes) as installation, Crowd(installation) as crowd:
        crowd.wait_for(10)
        statuses, request = answers(installation, "HUNGRY", 5)
        crowd.wait_for_full_service()
    assert statuses == [0, 413, 413, 413, 413]
    assert database.rows(OUTCOME, request.body) == [("rejected",)] * 4
    assert crowd.judge().faults == {}


@pytest.mark.soak
def test_bytes_in_hand_of_a_worker_that_died_otherwise_are_taken(database: Database, tmp_path: Path) -> None:
    with running(database, tmp_path, environment=environment(tmp_path / "counter")) as installation:
        assert answers(installation, "UNLUCKY", 3)[0] == [0, 201, 201]


def test_twin_that_does_not_count_its_dead_is_found_out(database: Database, tmp_path: Path) -> None:
    with running(database, tmp_path, environment=environment(Path("/dev/null"))) as installation:
        assert answers(installation, "HUNGRY", 3)[0] == [0, 0, 0]
