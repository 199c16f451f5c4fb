import threading

import pytest

from accounts.throttle import Throttle, site_of


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_an_address_may_fail_so_often_and_then_has_to_wait(clock: Clock) -> None:
    throttle = Throttle(3, clock=clock)
    assert [throttle.fail("192.0.2.1") for _ in range(5)] == [0, 0, 0, 60, 60]


def test_the_window_slides(clock: Clock) -> None:
    throttle = Throttle(2, clock=clock)
    waits = []
    for clock.now in (0.0, 30.0, 40.5, 60.0, 61.0, 90.0):
        waits.append(throttle.fail("192.0.2.1"))
    assert waits == [0, 0, 20, 0, 29, 0]


def test_who_goes_on_is_not_locked_out_for_longer(clock: Clock) -> None:
    throttle = Throttle(1, clock=clock)
    waits = []
    for clock.now in range(61):
        waits.append(throttle.fail("192.0.2.1"))
    assert waits == [0, *range(59, 0, -1), 0]


def test_a_wait_is_a_second_at_least(clock: Clock) -> None:
    throttle = Throttle(1, clock=clock)
    throttle.fail("192.0.2.1")
    clock.now = 59.999
    assert throttle.fail("192.0.2.1") == 1


def test_addresses_are_counted_apart(clock: Clock) -> None:
    throttle = Throttle(1, clock=clock)
    assert [throttle.fail(address) for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1")] == [0, 0, 60]


def test_a_limit_of_0_is_none(clock: Clock) -> None:
    throttle = Throttle(0, clock=clock)
    assert [throttle.fail("192.0.2.1") for _ in range(100)] == [0] * 100
    assert not len(throttle)


def test_memory_is_bounded_and_the_oldest_is_forgotten(clock: Clock) -> None:
    throttle = Throttle(1, clock=clock, most_addresses=100)
    for number in range(1000):
        throttle.fail(f"192.0.{number // 256}.{number % 256}")
    assert len(throttle) == 100
    assert throttle.fail("192.0.3.231") == 60  # the last
    assert throttle.fail("192.0.0.0") == 0  # the first


def test_who_fails_again_is_not_the_oldest(clock: Clock) -> None:
    throttle = Throttle(2, clock=clock, most_addresses=2)
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.3"):
        throttle.fail(address)
    assert throttle.fail("192.0.2.1") == 60


def test_threads_get_no_more_than_the_limit() -> None:
    throttle = Throttle(100)
    admitted: list[int] = []
    threads = [
        threading.Thread(target=lambda: admitted.extend(throttle.fail("x") for _ in range(50))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert admitted.count(0) == 100


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("no address", "no address"),
    ],
)
def test_a_client_is_an_address_or_a_site(address: str, site: str) -> None:
    assert site_of(address) == site
