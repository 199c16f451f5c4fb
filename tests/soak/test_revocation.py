"""A token is revoked while it is in use: what starts afterwards is refused, by every worker."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import wait_until
from tests.soak.amounts import REVOCATIONS
from tests.soak.history import Reply, statuses
from tests.soak.installation import ENVIRONMENT, Database, Installation, running
from tests.soak.planted import reviving_credentials
from tests.soak.senders import Crowd

NEW_PEPPER = "the-pepper-that-comes-after-the-first-one-and-is-as-long"
REVOKE = "UPDATE accounts_credential SET revoked_at = created_at"
REVIVE = "UPDATE accounts_credential SET revoked_at = NULL"


@pytest.fixture(autouse=True)
def alive_afterwards(shared: Installation) -> Iterator[None]:
    yield
    shared.database.rows(REVIVE)


def revoke(installation: Installation, times: int, *, seconds: float) -> tuple[Crowd, list[tuple[float, float]]]:
    """Revoke and give back, with the whole of the time between in which the token was certainly no good."""
    spans = []
    with Crowd(installation) as crowd:
        for _ in range(times):
            crowd.wait_for(2)
            installation.database.rows(REVOKE)
            begin = time.monotonic()
            time.sleep(seconds)
            wait_until(lambda since=begin: has_tried(crowd, since), seconds=60)
            spans.append((begin, time.monotonic()))
            installation.database.rows(REVIVE)
    return crowd, spans


def has_tried(crowd: Crowd, since: float) -> bool:
    """Whether somebody was answered who began after that: on a slow machine that takes longer."""
    last = [attempt for sender in crowd.senders for request in sender.history[-2:] for attempt in request.attempts[-2:]]
    return any(each.reply and each.begun > since for each in last)


def answered_within(crowd: Crowd, spans: list[tuple[float, float]]) -> list[Reply]:
    """The answers to what began after a revocation and ended before the token was given back."""
    attempts = [attempt for request in crowd.history for attempt in request.attempts]
    return [
        each.reply
        for each in attempts
        if each.reply and any(begin < each.begun and each.ended < end for begin, end in spans)
    ]


def accepted(replies: list[Reply]) -> int:
    return sum(reply.is_acknowledged for reply in replies)


def test_nothing_is_accepted_that_starts_after_the_revocation(shared: Installation, figures: list[str]) -> None:
    crowd, spans = revoke(shared, REVOCATIONS, seconds=0.2)
    answers = [attempt.reply for request in crowd.history for attempt in request.attempts if attempt.reply]
    tried = answered_within(crowd, spans)
    figures.append(f"{REVOCATIONS} revocations: {len(tried)} tries afterwards, {accepted(tried)} of them accepted")
    assert accepted(tried) == 0
    # Most get 429, for they are so many. Fewer tries than revocations would show nothing.
    assert len(tried) >= REVOCATIONS
    assert 401 in {reply.status for reply in tried}
    assert {reply.status for reply in answers} <= {200, 201, 401, 429}


def rotate(installation: Installation, peppers: str) -> Crowd:
    """Restart with these peppers while leads come in."""
    with Crowd(installation) as crowd:
        crowd.wait_for(20)
        installation.stop()
        installation.environment = {"TOKEN_PEPPERS": peppers}
        installation.start()
        time.sleep(2)
    return crowd


@pytest.mark.soak
def test_tokens_outlive_a_rotation_of_the_pepper(database: Database, tmp_path: Path) -> None:
    with running(database, tmp_path) as installation:
        crowd = rotate(installation, f"{NEW_PEPPER},{ENVIRONMENT['SECRET_KEY']}")
    assert crowd.judge().faults == {}
    assert set(statuses(crowd.history)) <= {0, 200, 201, 409}


@pytest.mark.soak
def test_twin_that_forgets_the_old_pepper_is_found_out(database: Database, tmp_path: Path) -> None:
    with running(database, tmp_path) as installation:
        crowd = rotate(installation, NEW_PEPPER)
    assert 401 in statuses(crowd.history)


def test_twin_whose_revocation_does_nothing_is_found_out(shared: Installation) -> None:
    with reviving_credentials(shared.database):
        crowd, spans = revoke(shared, 2, seconds=2)
    assert accepted(answered_within(crowd, spans))
