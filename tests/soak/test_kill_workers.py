"""Workers are killed and replaced, again and again, while leads come in."""

import os
import random
import signal
from pathlib import Path

import pytest

from tests.soak.amounts import KILLS, LONG, RELOADS, RESTARTS
from tests.soak.history import statuses
from tests.soak.installation import Database, Installation, running
from tests.soak.senders import Crowd

# 300 kills with so many between each two are 20,000 acknowledged requests.
BETWEEN = 67 if LONG else 15


def kill_workers(crowd: Crowd, installation: Installation, times: int) -> None:
    for _ in range(times):
        crowd.wait_for(BETWEEN)
        os.kill(random.choice(installation.workers()), signal.SIGKILL)


def test_killed_workers_lose_and_double_nothing(shared: Installation, figures: list[str]) -> None:
    with Crowd(shared) as crowd:
        kill_workers(crowd, shared, KILLS)
        back = crowd.wait_for_full_service()
    verdict = crowd.judge()
    figures.append(f"{KILLS} workers killed: {verdict}; full service after {back:.1f} s")
    assert verdict.faults == {}


def test_twin_that_answers_before_it_stores_is_found_out(database: Database, tmp_path: Path) -> None:
    with running(database, tmp_path, application="tests.soak.plants.answers_first:application") as installation:
        with Crowd(installation) as crowd:
            kill_workers(crowd, installation, 2)
        assert crowd.judge().lost


def test_reload_is_not_noticed(shared: Installation, figures: list[str]) -> None:
    with Crowd(shared) as crowd:
        for _ in range(RELOADS):
            crowd.wait_for(BETWEEN)
            shared.signal(signal.SIGHUP)
        crowd.wait_for_full_service()
    verdict = crowd.judge()
    figures.append(f"{RELOADS} reloads: {verdict}")
    assert verdict.faults == {}
    assert set(statuses(crowd.history)) <= {200, 201}


def test_restart_loses_nothing(shared: Installation, figures: list[str]) -> None:
    with Crowd(shared) as crowd:
        for _ in range(RESTARTS):
            crowd.wait_for(BETWEEN)
            shared.stop()
            shared.start()
        crowd.wait_for_full_service()
    verdict = crowd.judge()
    figures.append(f"{RESTARTS} restarts: {verdict}")
    assert verdict.faults == {}


@pytest.mark.soak
def test_twin_that_ends_without_its_requests_is_found_out(database: Database, tmp_path: Path) -> None:
    changes = {"GUNICORN_CMD_ARGS": "--graceful-timeout 0"}
    with running(database, tmp_path, environment=changes) as installation, Crowd(installation) as crowd:
        for _ in range(10):
            crowd.wait_for(BETWEEN)
            installation.signal(signal.SIGHUP)
    assert 0 in statuses(crowd.history)


@pytest.mark.soak
def test_twin_that_answers_before_it_stores_is_found_out_by_a_restart(database: Database, tmp_path: Path) -> None:
    with running(database, tmp_path, application="tests.soak.plants.answers_first:application") as installation:
        with Crowd(installation) as crowd:
            crowd.wait_for(BETWEEN)
            installation.stop()
            installation.start()
        assert crowd.judge().lost
