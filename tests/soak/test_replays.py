"""Submissions are replayed by a process that is killed half way, and by another one after it."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.processes import wait_until
from tests.soak.amounts import LONG, REPLAYS
from tests.soak.history import Request
from tests.soak.installation import ENVIRONMENT, ROOT, Database, Installation, running
from tests.soak.planted import forgetting_replays
from tests.soak.senders import Sender

COUNT = "SELECT count(*), count(DISTINCT nome) FROM leads_lead WHERE nome LIKE ?"
RENAME = "UPDATE leads_importmapping SET external_code = ?"
DEATHS = 25 if LONG else 2


def rejected(installation: Installation, name: str, number: int = REPLAYS) -> None:
    """Have so many leads turned away for their campaign code, half of them with a key."""
    senders = [Sender(installation, f"{name}-{key}", with_key=key) for key in (True, False)]
    requests = [(sender, sender.next_request()) for _ in range(number // 2) for sender in senders]

    def send(one: tuple[Sender, Request]) -> None:
        one[0].send(one[1])
        assert one[1].last
        assert one[1].last.status == 422

    installation.database.rows(RENAME, "gone")
    try:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(send, requests))
    finally:
        installation.database.rows(RENAME, "demo_leads")


def test_replay_that_is_killed_and_repeated_makes_each_lead_once(shared: Installation, figures: list[str]) -> None:
    name = "replay"
    rejected(shared, name)
    left = []
    for death in range(1, DEATHS + 1):
        process = replay(shared)
        goal = REPLAYS * death // (DEATHS + 1)
        wait_until(lambda goal=goal: count(shared, name)[0] >= goal, seconds=60 + REPLAYS / 20)
        process.send_signal(signal.SIGKILL)
        process.wait()
        left.append(REPLAYS - count(shared, name)[0])
    assert any(0 < each < REPLAYS for each in left), "no process was killed half way"
    assert replay(shared).wait() == 0
    figures.append(f"replay of {REPLAYS} submissions killed {DEATHS} times: {count(shared, name)[0]} leads")
    assert count(shared, name) == (REPLAYS, REPLAYS)


@pytest.mark.soak
def test_twin_that_forgets_what_it_replayed_is_found_out(database: Database, tmp_path: Path) -> None:
    with running(database, tmp_path) as installation, forgetting_replays(database):
        rejected(installation, "replay", 2)
        assert [replay(installation).wait() for _ in range(2)] == [0, 0]
        assert count(installation, "replay")[0] > 2


def count(installation: Installation, name: str) -> tuple[int, int]:
    leads, marks = installation.database.rows(COUNT, f"{name}-%")[0]
    return leads, marks


def replay(installation: Installation) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "manage.py", "replay_submissions"]
    environment = ENVIRONMENT | {"DATABASE_URL": installation.database.url}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
