"""Nobody takes the log any more: the disk under it stands still, or is full. Leads are taken as if nothing was."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.processes import wait_until
from tests.soak.amounts import LONG
from tests.soak.installation import Database, running
from tests.soak.senders import Crowd, post_one

ROOM = 4096  # bytes that go into the pipe before it blocks, which is less than the lines of 20 requests
MEANWHILE = 2_000 if LONG else 100  # requests
STOPPED_WITHIN = 20.0  # seconds


@contextmanager
def blocked_log() -> Iterator[int]:
    """A pipe that nobody reads, as a disk that stands still."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, ROOM)
    try:
        yield writer
    finally:
        os.close(reader)
        os.close(writer)


def test_log_that_blocks_holds_up_nobody(database: Database, tmp_path: Path, figures: list[str]) -> None:
    with blocked_log() as log, running(database, tmp_path, errors=log) as installation:
        with Crowd(installation) as crowd:
            crowd.wait_for(MEANWHILE)
            dead = installation.workers()[0]
            os.kill(dead, signal.SIGKILL)
            wait_until(lambda: len(set(installation.workers()) - {dead}) == 2, seconds=30)
            back = crowd.wait_for_full_service()
        begun = time.monotonic()
        installation.stop()
        stopped = time.monotonic() - begun
    verdict = crowd.judge()
    figures.append(f"log blocked: {verdict}; full service {back:.1f} s after a kill; stopped after {stopped:.1f} s")
    assert verdict.faults == {}
    assert stopped < STOPPED_WITHIN


def test_twin_that_waits_for_its_log_is_found_out(database: Database, tmp_path: Path) -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "tests.soak.plants.blocking_log"}
    with blocked_log() as log, running(database, tmp_path, errors=log, environment=environment) as installation:
        assert any(post_one(installation, timeout=2)[0] is None for _ in range(40))


@pytest.mark.soak
def test_log_on_a_full_disk_holds_up_nobody(database: Database, tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as log, running(database, tmp_path, errors=log.fileno()) as installation:
        with Crowd(installation) as crowd:
            crowd.wait_for(MEANWHILE)
        assert installation.workers()
    assert crowd.judge().faults == {}


@pytest.mark.soak
def test_twin_whose_requests_fail_with_their_log_is_found_out(database: Database, tmp_path: Path) -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "tests.soak.plants.strict_log"}
    with (
        Path("/dev/full").open("wb") as log,
        running(database, tmp_path, errors=log.fileno(), environment=environment) as installation,
    ):
        reply, _ = post_one(installation)
    assert not (reply and reply.is_acknowledged)
