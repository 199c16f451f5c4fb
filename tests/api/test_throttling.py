"""Too much at once: guessing from an address, and more requests than a credential is good for."""

import json
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from pytest_django import DjangoAssertNumQueries

from accounts import authentication, refusals, services, tokens
from accounts.models import Credential, Refusal
from accounts.throttle import Throttle
from leads.enums import Outcome
from leads.models import Lead, Submission
from tests.intake.world import World, send

BODY = '{"Campaign": "expo_2026", "telefono": "600111222"}'
BATCH = json.dumps([json.loads(BODY)] * 20)
LIMIT = 3


@pytest.fixture(autouse=True)
def _limit(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(authentication, "guesses", Throttle(LIMIT))
    refusals.flush()
    Refusal.objects.all().delete()
    yield
    refusals.flush()


def type_of(response: HttpResponse) -> str:
    return str(json.loads(response.content)["type"])


def guess(address: str = "192.0.2.1") -> HttpResponse:
    return send(BODY, tokens.make().text, address=address)


@pytest.mark.parametrize("token", ["", "nonsense", "<unknown>"])
def test_guessing_is_refused_after_some_failures(world: World, token: str) -> None:
    answers = [send(BODY, world.tokens.get(token, token)) for _ in range(LIMIT + 2)]

    assert [answer.status_code for answer in answers] == [401] * LIMIT + [429] * 2
    assert type_of(answers[-1]) == "/problems/too-many-requests"
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert "WWW-Authenticate" not in answers[-1]


def test_owner_of_a_token_is_not_locked_out_by_one_who_guesses(world: World) -> None:
    for _ in range(LIMIT + 1):
        guess()

    assert send(BODY, world.tokens["<token>"], address="192.0.2.1").status_code == 201
    assert guess().status_code == 429


def test_valid_tokens_are_no_failures(world: World) -> None:
    for _ in range(LIMIT + 1):
        assert send(BODY, world.tokens["<token>"], address="192.0.2.1").status_code == 201

    assert guess().status_code == 401


def test_revoked_token_is_a_failure_like_any_other(world: World) -> None:
    answers = [send(BODY, world.tokens["<revoked>"]) for _ in range(LIMIT + 1)]

    assert answers[-1].status_code == 429


def test_other_addresses_are_not_concerned(world: World) -> None:
    for _ in range(LIMIT + 1):
        guess("2001:db8::1")

    assert guess("2001:db8::2").status_code == 429
    assert guess("2001:db8:0:1::1").status_code == 401


def test_guess_over_the_limit_costs_no_write(
    world: World, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "WRITE_EVERY", float("inf"))  # the thread that counts writes now and then
    for _ in range(LIMIT + 1):
        guess()

    with django_assert_num_queries(0):
        assert send(BODY, "nonsense", address="192.0.2.1").status_code == 429
    with django_assert_num_queries(1):
        assert guess().status_code == 429


def test_guesses_are_counted_and_not_journalled(world: World) -> None:
    for _ in range(LIMIT + 2):
        guess()
    refusals.flush()

    assert dict(Refusal.objects.values_list("reason", "count")) == {"invalid-token": LIMIT, "too-many-requests": 2}
    assert not Submission.objects.exists()


@pytest.fixture
def slow(world: World) -> str:
    """A token that is good for two requests a minute."""
    Credential.objects.filter(key=world.tokens["<token>"].split("_")[1]).update(requests_per_minute=2)
    return world.tokens["<token>"]


def test_request_over_the_rate_is_refused_and_journalled(slow: str) -> None:
    answers = [send(BODY, slow) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert (type_of(answers[-1]), answers[-1]["Retry-After"]) == ("/problems/too-many-requests", "30")
    submission = Submission.objects.latest("received_at")
    assert (submission.outcome, submission.problem) == (Outcome.REJECTED, "too-many-requests")
    assert bytes(submission.body) == BODY.encode()
    assert json.loads(answers[-1].content)["submission"] == str(submission.pk)
    assert Lead.objects.count() == 2


def test_batch_is_one_request(slow: str) -> None:
    assert [send(BATCH, slow).status_code for _ in range(3)] == [200, 200, 429]


def test_refused_request_spends_too_and_one_from_elsewhere_does_not(slow: str) -> None:
    Credential.objects.filter(requests_per_minute=2).update(networks=["192.0.2.0/24"])
    assert [send(BODY, slow).status_code for _ in range(3)] == [403] * 3
    assert [send("{", slow, address="192.0.2.1").status_code for _ in range(3)] == [400, 400, 429]


def test_explanation_over_the_rate_leaves_nothing_behind(slow: str) -> None:
    answers = [send(BODY, slow, path="/easycall/spring/explain") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert not Submission.objects.exists()


def test_other_token_of_the_same_user_is_not_concerned(slow: str, world: World) -> None:
    _, other = services.create_token(user=world.user, by=None)
    for _ in range(3):
        send(BODY, slow)

    assert send(BODY, other).status_code == 201
