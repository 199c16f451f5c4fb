import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Credential
from accounts.rates import check_rate
from easycall.errors import TooManyRequests
from tests.factories import CredentialFactory

pytestmark = pytest.mark.django_db

START = timezone.now()


def is_taken(credential: Credential) -> bool:
    try:
        check_rate(credential)
    except TooManyRequests:
        return False
    return True


def taken(credential: Credential, *, at: float, of: int) -> int:
    """How many of so many requests are taken, `at` seconds after the start."""
    with time_machine.travel(START + timedelta(seconds=at), tick=False):
        return sum(is_taken(credential) for _ in range(of))


@pytest.mark.parametrize("rate", [1, 3, 7, 60])
def test_a_minutes_requests_may_come_at_once_and_no_more(rate: int) -> None:
    assert taken(CredentialFactory(requests_per_minute=rate), at=0, of=rate + 5) == rate


def test_what_is_spent_comes_back_evenly() -> None:
    credential = CredentialFactory(requests_per_minute=6)
    assert [taken(credential, at=at, of=9) for at in (0, 9, 10, 35, 40, 99, 200)] == [6, 0, 1, 2, 1, 5, 6]


def test_a_refusal_says_how_long_to_wait_and_then_it_is_so() -> None:
    credential = CredentialFactory(requests_per_minute=4)
    taken(credential, at=0, of=4)
    with time_machine.travel(START, tick=False), pytest.raises(TooManyRequests) as caught:
        check_rate(credential)
    assert caught.value.headers == {"Retry-After": "15"}
    assert [taken(credential, at=14.9, of=1), taken(credential, at=15, of=2)] == [0, 1]


def test_credentials_spend_apart() -> None:
    first, second = CredentialFactory.create_batch(2, requests_per_minute=1)
    assert [taken(each, at=0, of=2) for each in (first, second)] == [1, 1]


def test_a_credential_without_a_rate_has_no_limit_and_costs_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    credential = CredentialFactory()
    with django_assert_num_queries(0):
        assert taken(credential, at=0, of=1000) == 1000


def test_a_clock_that_is_put_back_locks_nobody_out() -> None:
    credential = CredentialFactory(requests_per_minute=2)
    assert [taken(credential, at=at, of=3) for at in (3600, 0, 3600)] == [2, 2, 2]


@pytest.mark.django_db(transaction=True)
def test_workers_never_both_spend_the_last_one() -> None:
    credential = CredentialFactory(requests_per_minute=1)
    answers: list[bool] = []

    def send() -> None:
        answers.append(is_taken(credential))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(True) == 1


@pytest.mark.parametrize("rate", [0, 60_001])
def test_the_database_refuses_a_rate_that_is_none(rate: int) -> None:
    credential = CredentialFactory()
    with pytest.raises(IntegrityError, match="credential_rate_is_possible"):
        Credential.objects.filter(pk=credential.pk).update(requests_per_minute=rate)
