"""A worker dies at each step of a request. Then the database is asked, and the request sent again."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes import wait_until
from tests.soak.amounts import STEPS
from tests.soak.installation import Database, Installation, copy_of, running
from tests.soak.planted import forgetting_keys
from tests.soak.senders import Sender
from tests.soak.steps import Step
from tests.soak.wire import Proxy

STORED = "SELECT count(*) FROM leads_lead WHERE nome = ?"


@dataclass
class Mortal:
    """A server of one worker that dies by order, and a sender."""

    installation: Installation
    order: Path
    sender: Sender

    def die_at(self, step: Step) -> tuple[int, int]:
        """How many leads there are of a request in which the worker died, and of the same sent until answered."""
        wait_until(self.installation.is_live, seconds=60)
        request = self.sender.next_request()
        self.order.write_text(step)
        reply = self.sender.post(request)
        assert reply is None, f"answered {reply.status}"
        assert not self.order.exists(), "the step was not reached"
        before = self.count(request.marks[0])
        self.sender.send(request)
        assert request.is_acknowledged
        return before, self.count(request.marks[0])

    def count(self, mark: str) -> int:
        count: int = self.installation.database.rows(STORED, mark)[0][0]
        return count


@pytest.fixture(scope="module")
def mortal(prepared: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mortal]:
    folder = tmp_path_factory.mktemp("mortal")
    database, order = copy_of(prepared, folder), folder / "order"
    environment = {"WORKERS": "1", "SOAK_ORDER": str(order)}
    proxy = None
    if database.cluster:
        proxy = Proxy(database.cluster.port, order, lambda: _kill_workers(running_one))
        environment["DATABASE_URL"] = database.url.replace(str(database.cluster.port), str(proxy.port))
    application = "tests.soak.plants.dies:application"
    with running(database, folder, environment=environment, application=application) as running_one:
        yield Mortal(running_one, order, Sender(running_one, "mortal", with_key=True))
    if proxy:
        proxy.close()


def _kill_workers(installation: Installation) -> None:
    for pid in installation.workers():
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("step", Step)
def test_request_killed_at_a_step_makes_one_lead_in_the_end(mortal: Mortal, step: Step) -> None:
    for _ in range(STEPS):
        assert mortal.die_at(step) == (int(step.is_stored), 1)


@pytest.mark.parametrize("step", [Step.BODY_READ, Step.AFTER_RAW, Step.AFTER_COMMIT, Step.HALF_ANSWERED])
def test_repetition_killed_at_a_step_makes_no_second_lead(mortal: Mortal, step: Step) -> None:
    request = mortal.sender.next_request()
    mortal.sender.send(request)
    for _ in range(STEPS):
        wait_until(mortal.installation.is_live, seconds=60)
        mortal.order.write_text(step)
        assert mortal.sender.post(request) is None
        assert not mortal.order.exists(), "the step was not reached"
        mortal.sender.send(request)
        assert request.last
        assert request.last.headers["Idempotent-Replayed"] == "true"
    assert mortal.count(request.marks[0]) == 1


def test_twin_without_keys_is_found_out(mortal: Mortal) -> None:
    with forgetting_keys(mortal.installation.database):
        assert mortal.die_at(Step.AFTER_COMMIT) == (1, 2)
