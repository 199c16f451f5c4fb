"""The database can't do its part: the sender is told so, nothing is acknowledged, and then all goes on by itself."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.postgres import Cluster
from tests.processes import wait_until
from tests.soak.amounts import BACK_WITHIN, DOWN, LONG
from tests.soak.installation import LIVE, READY, Database, Installation, running
from tests.soak.senders import Crowd, post_one

LOCKED = 60  # seconds
# Twice the longest time-out, which is SQLite's: that of those who came before, and one's own. More is a pile-up.
PATIENT = 45
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'sender'"
AT_ONCE = 1.0 if LONG else 5.0  # seconds; in `make test` others use the machine too
ANSWERS_FIRST = "tests.soak.plants.answers_first:application"


@pytest.fixture
def back(shared: Installation, figures: list[str], request: pytest.FixtureRequest) -> Iterator[None]:
    """After the test everybody is served, within the time that is allowed for it, and nothing was lost."""
    yield
    with Crowd(shared) as crowd:
        seconds = crowd.wait_for_full_service()
    figures.append(f"{request.node.name}: full service after {seconds:.1f} s")
    assert crowd.judge().faults == {}


def refused(installation: Installation) -> float:
    """That a lead gets a proper 503. Returns the seconds until then."""
    reply, seconds = post_one(installation)
    assert reply
    assert (reply.status, reply.headers.get("Content-Type")) == (503, "application/problem+json")
    assert int(reply.headers["Retry-After"]) > 0
    return seconds


@contextmanager
def down(cluster: Cluster) -> Iterator[None]:
    cluster.stop(signal.SIGQUIT)
    try:
        yield
    finally:
        cluster.start()


@contextmanager
def exhausted(cluster: Cluster) -> Iterator[None]:
    """There is no connection left."""
    cluster.execute("ALTER ROLE sender CONNECTION LIMIT 0", CUT)
    try:
        yield
    finally:
        cluster.execute("ALTER ROLE sender CONNECTION LIMIT -1")


@contextmanager
def read_only(cluster: Cluster) -> Iterator[None]:
    cluster.execute("ALTER ROLE sender SET default_transaction_read_only = on", CUT)
    try:
        yield
    finally:
        cluster.execute("ALTER ROLE sender RESET default_transaction_read_only", CUT)


@pytest.mark.postgresql
@pytest.mark.usefixtures("back")
def test_database_that_is_down_is_503_and_not_ready_but_live(
    shared: Installation, own_cluster: Cluster, figures: list[str]
) -> None:
    with down(own_cluster):
        end, seconds = time.monotonic() + DOWN, [refused(shared)]
        while len(seconds) < 2 or time.monotonic() < end:
            seconds.append(refused(shared))
            assert shared.status(READY) == 503
            assert shared.status(LIVE) == 200
    ready = wait_until(lambda: shared.status(READY) == 200, seconds=BACK_WITHIN)
    figures.append(f"database down {DOWN} s: {len(seconds)} times 503 after {max(seconds):.2f} s at most")
    figures.append(f"database up: ready after {ready:.1f} s")
    assert max(seconds) < AT_ONCE


@pytest.mark.postgresql
@pytest.mark.usefixtures("back")
def test_exhausted_connections_are_503(shared: Installation, own_cluster: Cluster) -> None:
    with exhausted(own_cluster):
        refused(shared)
        assert shared.status(READY) == 503


@pytest.mark.postgresql
@pytest.mark.usefixtures("back")
def test_database_that_may_only_be_read_is_503(shared: Installation, own_cluster: Cluster) -> None:
    with read_only(own_cluster):
        refused(shared)


@pytest.mark.soak
@pytest.mark.postgresql
def test_twin_that_answers_before_it_stores_is_found_out(
    database: Database, own_cluster: Cluster, tmp_path: Path
) -> None:
    with running(database, tmp_path, application=ANSWERS_FIRST) as installation:
        for fault in (down, exhausted, read_only):
            with fault(own_cluster), pytest.raises(AssertionError, match="201"):
                refused(installation)


@pytest.mark.sqlite
def test_file_that_may_only_be_read_is_503(database: Database, tmp_path: Path) -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "tests.soak.plants.read_only"}
    with running(database, tmp_path, environment=environment) as installation:
        refused(installation)
    assert database.rows("SELECT count(*) FROM leads_lead WHERE nome LIKE 'one-%'") == [(0,)]


@pytest.mark.soak
@pytest.mark.sqlite
def test_twin_that_answers_before_it_writes_is_found_out(database: Database, tmp_path: Path) -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "tests.soak.plants.read_only"}
    with (
        running(database, tmp_path, environment=environment, application=ANSWERS_FIRST) as installation,
        pytest.raises(AssertionError, match="201"),
    ):
        refused(installation)


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """The table of leads is somebody else's; on SQLite that is the whole database."""
    connection = database.connect()
    connection.execute("BEGIN" if database.cluster else "BEGIN IMMEDIATE")
    if database.cluster:
        connection.execute("LOCK TABLE leads_lead IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


@pytest.mark.soak
@pytest.mark.usefixtures("back")
def test_lock_that_is_held_is_503_and_nothing_piles_up(shared: Installation, figures: list[str]) -> None:
    with Crowd(shared) as crowd:
        crowd.wait_for(10)
        with locked(shared.database):
            begun = time.monotonic()
            time.sleep(LOCKED)
            ended = time.monotonic()
        back = crowd.wait_for_full_service()
    attempts = [attempt for request in crowd.history for attempt in request.attempts]
    waited = sorted(each.ended - each.begun for each in attempts if begun < each.ended and each.begun < ended)
    answered = [each.reply for each in attempts if begun < each.begun and each.ended < ended]
    figures.append(
        f"lock held {LOCKED} s: {len(answered)} refused meanwhile, the slowest answer after {waited[-1]:.1f} s, "
        f"full service after {back:.1f} s; {crowd.judge()}"
    )
    assert {reply.status if reply else 0 for reply in answered} <= {409, 503}
    assert waited[-1] < PATIENT
    assert crowd.judge().faults == {}


@pytest.mark.soak
def test_twin_that_waits_as_long_as_the_lock_is_held_is_found_out(database: Database, tmp_path: Path) -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "tests.soak.plants.patient"}
    with running(database, tmp_path, environment=environment) as installation, locked(database):
        assert post_one(installation, timeout=PATIENT)[0] is None


@pytest.mark.usefixtures("back")
def test_lock_that_is_held_for_a_moment_is_waited_for(shared: Installation) -> None:
    answers = []
    with locked(shared.database):
        thread = threading.Thread(target=lambda: answers.append(post_one(shared)[0]))
        thread.start()
        time.sleep(1)
        assert answers == []
    wait_until(lambda: bool(answers), seconds=BACK_WITHIN)
    assert answers[0]
    assert answers[0].status == 201


@pytest.mark.soak
def test_twin_that_waits_for_no_lock_is_found_out(database: Database, tmp_path: Path) -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "tests.soak.plants.hasty"}
    with running(database, tmp_path, environment=environment) as installation, locked(database):
        refused(installation)
