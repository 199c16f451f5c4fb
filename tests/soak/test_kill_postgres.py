"""PostgreSQL dies as a whole, restarts, or cuts its connections, while leads come in."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Cluster
from tests.processes import children
from tests.soak.amounts import CRASHES, SECONDS
from tests.soak.installation import Database, Installation, running
from tests.soak.judge import Verdict
from tests.soak.senders import Crowd

pytestmark = pytest.mark.postgresql

TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sender'"


@pytest.fixture(autouse=True)
def alive_afterwards(own_cluster: Cluster) -> Iterator[None]:
    yield
    if not own_cluster.process:
        own_cluster.start()


def crash(installation: Installation, cluster: Cluster, times: int) -> tuple[Verdict, float]:
    """Kill all of PostgreSQL, leave it dead for a moment and start it, again and again."""
    back = 0.0
    with Crowd(installation) as crowd:
        for _ in range(times):
            crowd.wait_for(15)
            cluster.kill()
            time.sleep(0.5)
            cluster.start()
            back = max(back, crowd.wait_for_full_service())
    return crowd.judge(), back


def test_crash_of_postgresql_loses_nothing(shared: Installation, own_cluster: Cluster, figures: list[str]) -> None:
    verdict, back = crash(shared, own_cluster, CRASHES)
    figures.append(f"{CRASHES} crashes of PostgreSQL: {verdict}; full service {back:.1f} s after its start at most")
    assert verdict.faults == {}


def test_twin_that_does_not_wait_for_the_disk_is_found_out(
    database: Database, own_cluster: Cluster, tmp_path: Path
) -> None:
    """With synchronous_commit off, and what would write the log asleep as it may be when the power fails."""
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.soak.plants.asynchronous",
        "ALLOW_UNSAFE_DATABASE": "1",  # or the server refuses to start
    }
    with running(database, tmp_path, environment=environment) as installation:
        assert own_cluster.process
        for pid in children(own_cluster.process.pid):
            if b"walwriter" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGSTOP)
        assert crash(installation, own_cluster, 1)[0].lost


def test_restart_of_postgresql_is_survived(shared: Installation, own_cluster: Cluster) -> None:
    with Crowd(shared) as crowd:
        crowd.wait_for(15)
        own_cluster.stop()
        own_cluster.start()
        crowd.wait_for_full_service()
    assert crowd.judge().faults == {}


def cut(cluster: Cluster, *, seconds: float) -> int:
    """Cut all connections, again and again. Returns how often."""
    end, cuts = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        cluster.execute(TERMINATE)
        cuts += 1
        time.sleep(0.2)
    return cuts


def test_connections_that_are_cut_lose_nothing(shared: Installation, own_cluster: Cluster, figures: list[str]) -> None:
    with Crowd(shared) as crowd:
        cuts = cut(own_cluster, seconds=SECONDS)
        back = crowd.wait_for_full_service()
    verdict = crowd.judge()
    figures.append(f"connections cut {cuts} times: {verdict}; full service after {back:.1f} s")
    assert verdict.faults == {}


@pytest.mark.soak
def test_twin_that_answers_before_it_stores_is_found_out(
    database: Database, own_cluster: Cluster, tmp_path: Path
) -> None:
    with running(database, tmp_path, application="tests.soak.plants.answers_first:application") as installation:
        with Crowd(installation) as crowd:
            crowd.wait_for(15)
            cut(own_cluster, seconds=5)
        assert crowd.judge().lost
