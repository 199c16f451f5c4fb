"""Which requests are taken together."""

import asyncio
import time
from collections.abc import Coroutine
from threading import Event
from typing import Any, TypeVar

import pytest

from leads.api import lanes
from leads.api.door import Reply
from leads.api.lanes import Lane
from leads.api.wire import Arrival, Body

T = TypeVar("T")

REPLY = Reply(201, "application/json", {}, "{}")


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many requests were taken each time. What becomes of them is not asked here."""
    taken: list[int] = []

    def answer(arrivals: list[Arrival]) -> list[Reply]:
        taken.append(len(arrivals))
        return [REPLY] * len(arrivals)

    monkeypatch.setattr(lanes, "_answer", answer)
    return taken


async def send(lane: Lane, requests: int) -> None:
    arrival = Arrival("POST", "/easycall/spring", "", "127.0.0.1", {}, Body(b"{}"))
    assert await asyncio.gather(*(lane.answer(arrival) for _ in range(requests))) == [REPLY] * requests


def run(what: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(what, 20))


def test_requests_that_arrive_at_once_are_taken_together(groups: list[int]) -> None:
    run(send(Lane(threads=2, together=32), 20))
    assert groups == [20]


def test_no_more_are_taken_together_than_may_be(groups: list[int]) -> None:
    run(send(Lane(threads=2, together=8), 20))
    assert sorted(groups) == [4, 8, 8]


def test_clients_that_come_back_one_by_one_are_waited_for(groups: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "_GATHER", 60)

    async def come_back() -> None:
        lane = Lane(threads=2, together=32)
        await send(lane, 3)
        first = [asyncio.create_task(send(lane, 1)) for _ in range(2)]
        await asyncio.sleep(0.05)
        assert groups == [3]
        await asyncio.gather(*first, send(lane, 1))

    run(come_back())
    assert groups == [3, 3]


def test_clients_that_do_not_come_back_are_not_waited_for_long(groups: list[int]) -> None:
    async def some_go() -> None:
        lane = Lane(threads=2, together=32)
        await send(lane, 5)
        await send(lane, 2)

    run(some_go())
    assert groups == [5, 2]


def test_who_comes_alone_waits_for_nobody(groups: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "_GATHER", 60)

    async def one_by_one() -> None:
        lane = Lane(threads=2, together=32)
        for _ in range(5):
            await send(lane, 1)

    run(one_by_one())
    assert groups == [1] * 5


def test_group_that_is_held_up_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    free = Event()

    def answer(arrivals: list[Arrival]) -> list[Reply]:
        if len(arrivals) == 2:
            free.wait(10)
        return [REPLY] * len(arrivals)

    monkeypatch.setattr(lanes, "_answer", answer)

    async def hold_up() -> float:
        lane = Lane(threads=2, together=32)
        held = asyncio.create_task(send(lane, 2))
        await asyncio.sleep(0.01)
        start = time.monotonic()
        await send(lane, 1)
        waited = time.monotonic() - start
        assert not held.done()
        free.set()
        await held
        return waited

    assert lanes._HELD_UP / 2 < run(hold_up()) < 5
