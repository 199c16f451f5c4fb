import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from easycall import casualties

BODY = b"x" * casualties.LARGE


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    counter = tmp_path / "counter"
    counter.write_text("pgfault 12\noom_kill 3\n")
    monkeypatch.setattr(casualties, "COUNTER", counter)
    casualties.watch()
    yield counter
    casualties.end()


@pytest.mark.parametrize(("killed", "body", "deadly"), [(4, BODY, True), (3, BODY, False), (4, BODY[:-1], False)])
def test_what_was_in_hand_is_deadly_when_somebody_was_killed_for_memory(
    counter: Path, killed: int, body: bytes, deadly: bool
) -> None:
    with casualties.in_hand(body):
        counter.write_text(f"oom_kill {killed}\n")
        casualties.bury(os.getpid())
    assert casualties.is_deadly(body) is deadly
    assert not casualties.is_deadly(b"other" + body)


def test_what_was_answered_is_not_deadly(counter: Path) -> None:
    with casualties.in_hand(BODY):
        pass
    counter.write_text("oom_kill 4\n")
    casualties.bury(os.getpid())
    assert not casualties.is_deadly(BODY)


def test_nothing_is_noted_without_an_arbiter_or_in_the_notes_of_one_that_stopped(counter: Path) -> None:
    casualties.end()
    with casualties.in_hand(BODY):
        assert not casualties.is_deadly(BODY)
    casualties.bury(os.getpid())


def test_machine_that_does_not_count_blames_nobody(counter: Path) -> None:
    counter.unlink()
    with casualties.in_hand(BODY):
        casualties.bury(os.getpid())
    assert not casualties.is_deadly(BODY)


def test_what_an_arbiter_left_that_was_killed_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casualties, "_MEMORY", tmp_path)
    left, living = tmp_path / f"easycall-{2**30}-a", tmp_path / f"easycall-{os.getpid()}-b"
    (left / "deadly").mkdir(parents=True)
    living.mkdir()
    casualties.watch()
    try:
        assert (left.exists(), living.exists()) == (False, True)
    finally:
        casualties.end()
