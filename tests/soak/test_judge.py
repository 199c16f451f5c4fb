"""The judge itself: each thing that must not happen is made up, and has to be found."""

import pytest

from tests.soak.history import Attempt, Reply, Request
from tests.soak.installation import Installation
from tests.soak.judge import judge
from tests.soak.senders import Sender


class Scene:
    """Two leads that were sent and acknowledged, and nothing wrong with them."""

    def __init__(self, installation: Installation, name: str) -> None:
        self.database, self.name = installation.database, name
        sender = Sender(installation, name, with_key=False)
        self.history = [sender.next_request(), sender.next_request()]
        for request in self.history:
            sender.send(request)
        self.first, self.second = self.history

    def rename(self, request: Request, mark: str) -> None:
        self.database.rows("UPDATE leads_lead SET nome = ? WHERE nome = ?", mark, request.marks[0])

    def answer(self, status: int, **headers: str) -> None:
        self.first.attempts.insert(0, Attempt(0, 0, Reply(status, headers, b"")))

    def faults(self) -> set[str]:
        return set(judge(self.history, self.database, self.name).faults)


@pytest.fixture
def scene(shared: Installation, request: pytest.FixtureRequest) -> Scene:
    return Scene(shared, request.node.name)


def test_nothing_wrong(scene: Scene) -> None:
    assert scene.faults() == set()


def test_lead_that_is_not_there_is_lost(scene: Scene) -> None:
    scene.rename(scene.first, "away")
    assert scene.faults() == {"lost"}


def test_two_leads_of_one_mark_are_doubled(scene: Scene) -> None:
    scene.rename(scene.first, scene.second.marks[0])
    assert {"doubled", "lost"} <= scene.faults()


def test_lead_that_nobody_sent_is_invented(scene: Scene) -> None:
    scene.rename(scene.first, f"{scene.name}-nobody")
    assert "invented" in scene.faults()


def test_other_bytes_are_altered(scene: Scene) -> None:
    scene.first.body += b" "
    assert scene.faults() == {"altered"}


def test_key_without_a_definite_answer_is_unanswered(scene: Scene) -> None:
    scene.first.key = "key"
    scene.first.attempts.append(Attempt(0, 0, None))
    assert scene.faults() == {"unanswered"}


@pytest.mark.parametrize(
    ("status", "headers"), [(500, {}), (502, {}), (401, {}), (503, {}), (503, {"Retry-After": "5"})]
)
def test_answer_that_is_no_proper_503_is_improper(scene: Scene, status: int, headers: dict[str, str]) -> None:
    scene.answer(status, **headers)
    assert scene.faults() == {"improper"}
