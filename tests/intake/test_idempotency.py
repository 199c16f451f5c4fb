import json
from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.utils import timezone

from accounts import services
from easycall.errors import IdempotencyKeyInvalid
from leads.intake.idempotency import parse_key
from leads.models import IdempotencyKey, Lead, Submission
from tests.intake.world import World, send

LEAD = {"Campaign": "expo_2026", "nombre": "Lucía", "telefono": "600 11 12 22"}


def post(world: World, body: object = LEAD, key: str = "k1", token: str = "<token>", **kwargs: str) -> HttpResponse:
    raw = body if isinstance(body, str) else json.dumps(body)
    return send(raw, world.tokens.get(token, token), headers={"Idempotency-Key": key}, **kwargs)


@pytest.mark.parametrize("header", ["k1", '"k1"', " k1 "])
def test_a_key_may_be_quoted_or_bare(header: str) -> None:
    assert parse_key(header) == "k1"


def test_a_request_without_the_header_has_no_key() -> None:
    assert parse_key(None) == ""


@pytest.mark.parametrize("header", ["", '""', "x" * 256, "a b", "a\tb", "ñ", "a\x7f", "a,b", '"a", "b"', '"a'])
def test_what_is_no_key_is_refused(header: str) -> None:
    with pytest.raises(IdempotencyKeyInvalid):
        parse_key(header)


def test_a_key_may_be_of_255_characters() -> None:
    assert parse_key("x" * 255) == parse_key('"' + "x" * 255 + '"') == "x" * 255


def test_the_same_request_again_gets_the_same_answer_byte_for_byte(world: World) -> None:
    first, again = post(world), post(world)
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert Lead.objects.count() == 1


def test_a_repetition_is_journalled_and_names_the_first(world: World) -> None:
    post(world)
    post(world)
    again, first = Submission.objects.all()
    assert (again.repeats, first.repeats) == (first, None)
    assert (again.created_count, again.status, again.answer) == (0, 201, first.answer)


@pytest.mark.parametrize(
    "body", ['{"telefono": "600 11 12 22",\n "nombre": "Luc\\u00eda", "Campaign": "expo_2026"}', json.dumps(LEAD) + " "]
)
def test_the_same_data_in_another_order_or_spacing_is_the_same_request(world: World, body: str) -> None:
    assert post(world).content == post(world, body).content


def test_the_same_data_in_another_kind_of_body_is_the_same_request(world: World) -> None:
    form = "Campaign=expo_2026&nombre=Luc%C3%ADa&telefono=600+11+12+22"
    assert post(world).content == post(world, form, content_type="application/x-www-form-urlencoded").content


@pytest.mark.parametrize("other", [{**LEAD, "nombre": "Ana"}, [LEAD], {**LEAD, "nombre": None}])
def test_other_data_under_the_same_key_is_refused_and_journalled(world: World, other: object) -> None:
    post(world)
    answer = post(world, other)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert (Lead.objects.count(), Submission.objects.count()) == (1, 2)


def test_another_code_in_the_url_is_other_data(world: World) -> None:
    lead = {"telefono": "600111222"}
    assert post(world, lead, path="/easycall/spring?campaign=expo_2026").status_code == 201
    assert post(world, lead, path="/easycall/spring?campaign=roma").status_code == 422


def test_a_key_is_its_users_whatever_the_token(world: World) -> None:
    second = services.create_token(user=world.user, by=None)[1]
    assert post(world).content == post(world, token=second).content


def test_a_key_of_another_user_is_another_key(world: World) -> None:
    lead = {"telefono": "600111222"}
    post(world, {**lead, "Campaign": "expo_2026"})
    assert "Idempotent-Replayed" not in post(world, {**lead, "Campaign": "solo"}, token="<solo>")
    assert Lead.objects.count() == 2


@pytest.mark.parametrize(("hours", "leads"), [(71, 1), (73, 2)])
def test_a_key_is_remembered_for_72_hours(world: World, hours: int, leads: int) -> None:
    post(world)
    with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False):
        assert post(world).status_code == 201
    assert (Lead.objects.count(), IdempotencyKey.objects.count()) == (leads, 1)


def test_a_refused_request_leaves_its_key_free(world: World) -> None:
    assert post(world, {"nombre": "Ana"}).status_code == 422
    assert post(world).status_code == 201


def test_a_replay_is_answered_whatever_became_of_the_set_up(world: World) -> None:
    first = post(world)
    world.mapping.active = False
    world.mapping.save()
    assert post(world).content == first.content


def test_a_batch_is_answered_again_as_a_whole(world: World) -> None:
    batch = [LEAD, {"nombre": "Ana"}]
    first, again = post(world, batch), post(world, batch)
    assert (again.status_code, again.content, Lead.objects.count()) == (200, first.content, 1)


def test_an_invalid_key_is_refused_and_journalled(world: World) -> None:
    answer = post(world, key="a b")
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/idempotency-key-invalid")
    assert Submission.objects.count() == 1
    assert not Lead.objects.exists()


def test_without_a_key_the_same_request_makes_two_leads(world: World) -> None:
    for _ in range(2):
        assert send(json.dumps(LEAD), world.tokens["<token>"]).status_code == 201
    assert Lead.objects.count() == 2


def test_a_batch_of_which_nothing_was_taken_leaves_its_key_free(world: World) -> None:
    batch = [{"telefono": "600111222", "Campaign": "expo"}]
    assert post(world, batch).json()["rejected"] == 1
    world.mapping.external_code = "expo"
    world.mapping.save()
    assert post(world, batch).json()["created"] == 1


def test_items_that_can_not_be_read_are_data_too(world: World) -> None:
    post(world, [LEAD, 5])
    assert post(world, [LEAD, 6]).status_code == 422
    assert post(world, [LEAD, 5])["Idempotent-Replayed"] == "true"
