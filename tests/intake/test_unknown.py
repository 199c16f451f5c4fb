import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.enums import KeyState
from leads.intake.replay import replay_all
from leads.models import Lead, Submission, UnknownKey, unknown_key
from leads.unknown_keys import make_alias
from tests.factories import KeyAliasFactory, UnknownKeyFactory
from tests.intake.world import World, send

LEAD = {"Campaign": "expo_2026", "telefono": "600 11 12 22"}


def post(world: World, body: object, **kwargs: Any) -> HttpResponse:
    return send(json.dumps(body), world.tokens["<token>"], **kwargs)


def test_an_unknown_key_is_counted_with_what_it_carried(world: World) -> None:
    for value in ("piso", "casa", "piso", "ático", "local"):
        post(world, {**LEAD, "Chiave Nueva": value})
    row = UnknownKey.objects.get()
    assert (row.mapping, row.key, row.count, row.resembles) == (world.mapping, "Chiave Nueva", 5, "chiave_nueva")
    assert (row.samples, row.state) == ("piso\ncasa\nático", KeyState.NEW)


def test_samples_that_were_deleted_begin_anew(world: World) -> None:
    post(world, {**LEAD, "raro": "piso"})
    UnknownKey.objects.update(samples="")
    post(world, {**LEAD, "raro": "casa"})
    assert UnknownKey.objects.get().samples == "casa"


def test_first_and_last_time_are_kept(world: World) -> None:
    now = timezone.now()
    for day in (2, 1):
        with time_machine.travel(now - timedelta(days=day), tick=False):
            post(world, {**LEAD, "raro": "x"})
    row = UnknownKey.objects.get()
    assert (row.first_seen, row.last_seen) == (now - timedelta(days=2), now - timedelta(days=1))


def test_a_key_counts_once_a_lead_and_a_batch_counts_its_leads(world: World) -> None:
    post(world, [{**LEAD, "a?": "1", "b?": "1"}, {**LEAD, "a?": "2"}, {**LEAD, "Campaign": "roma", "a?": "3"}])
    counts = UnknownKey.objects.order_by("pk").values_list("mapping__external_code", "key", "count")
    assert list(counts) == [("expo_2026", "a?", 2), ("expo_2026", "b?", 1), ("roma", "a?", 1)]


def test_a_key_that_a_form_repeats_counts_under_its_own_name(world: World) -> None:
    form = "Campaign=expo_2026&telefono=600111222&color=rojo&color=azul"
    send(form, world.tokens["<token>"], content_type="application/x-www-form-urlencoded")
    assert [(row.key, row.count) for row in UnknownKey.objects.all()] == [("color", 1)]


def test_the_keys_of_a_lead_that_was_refused_for_want_of_a_contact_count(world: World) -> None:
    assert post(world, {"Campaign": "expo_2026", "fono": "600 11 12 22"}).status_code == 422
    post(world, [{"Campaign": "expo_2026", "fono": "600 11 12 22"}])
    assert [(row.key, row.count) for row in UnknownKey.objects.all()] == [("fono", 2)]


@pytest.mark.parametrize("key", ["nombre", "notas", "Channel", "presupuesto"])
def test_what_is_known_anywhere_is_not_counted(world: World, key: str) -> None:
    post(world, {**LEAD, key: "x"})
    assert not UnknownKey.objects.exists()


def test_what_is_only_explained_or_repeated_is_not_counted(world: World) -> None:
    lead = {**LEAD, "raro": "x"}
    post(world, lead, path="/easycall/spring?explain=1")
    post(world, {"raro": "x", "Campaign": "expo_2026"}, path="/easycall/spring?explain=1")
    assert not UnknownKey.objects.exists()
    for _ in range(2):
        post(world, lead, headers={"Idempotency-Key": "k"})
    assert UnknownKey.objects.get().count == 1


def test_the_unknown_keys_of_what_is_replayed_count_when_it_becomes_a_lead(world: World) -> None:
    post(world, {**LEAD, "Campaign": "expo", "raro": "x"})
    post(world, {"Campaign": "expo_2026", "fono": "600 11 12 22"})
    assert [(row.key, row.count) for row in UnknownKey.objects.all()] == [("fono", 1)]
    world.mapping.external_code = "expo"
    world.mapping.save()
    list(replay_all(submissions=Submission.objects.all(), by=None))
    counts = UnknownKey.objects.order_by("key").values_list("key", "count")
    assert list(counts) == [("fono", 1), ("raro", 1)]


def test_a_phone_under_an_unknown_key_makes_a_lead_when_it_is_named_and_replayed(world: World) -> None:
    post(world, {"Campaign": "expo_2026", "fono": "600 11 12 22"})
    make_alias(unknown=UnknownKey.objects.get(), target="telefono", by=world.user)
    list(replay_all(submissions=Submission.objects.all(), by=None))
    assert Lead.objects.get().telefono == "+34600111222"


def test_a_long_value_is_cut_and_an_object_is_a_sample_too(world: World) -> None:
    post(world, {**LEAD, "a?": "x" * 5_000, "b?": {"c": [1, "ñ"]}, "d?": "one\n\ttwo"})
    samples = dict(UnknownKey.objects.values_list("key", "samples"))
    assert samples == {"a?": "x" * 79 + "…", "b?": '{"c": [1, "ñ"]}', "d?": "one two"}


@pytest.mark.parametrize("key", ["'; DROP TABLE leads_lead; --", "100%s", "ñ\u202e{}", '"', "k" * 100])
def test_a_key_is_counted_letter_for_letter(world: World, key: str) -> None:
    for _ in range(2):
        post(world, {**LEAD, key: "%s ' \" \\"})
    assert list(UnknownKey.objects.values_list("key", "count", "samples")) == [(key, 2, "%s ' \" \\")]


@pytest.mark.parametrize(("before", "after"), [("known", "new"), ("new", "new"), ("dismissed", "dismissed")])
def test_a_known_key_that_comes_in_unknown_is_to_be_decided_again(world: World, before: str, after: str) -> None:
    UnknownKeyFactory(mapping=world.mapping, key="raro", state=before)
    post(world, {**LEAD, "raro": "x"})
    assert UnknownKey.objects.get().state == after


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leads.intake.unknown.MOST_KEYS", 3)


@pytest.mark.usefixtures("few")
def test_keys_beyond_the_limit_are_counted_together(world: World) -> None:
    for number in range(5):
        post(world, {**LEAD, f"made up {number}": "x", "raro": "x"})
    post(world, {**LEAD, "Campaign": "roma", "made up 4": "x"})
    counts = {row.key: row.count for row in UnknownKey.objects.filter(mapping=world.mapping)}
    assert counts == {"raro": 5, "made up 0": 1, "made up 1": 1, "": 3}
    assert UnknownKey.objects.exclude(mapping=world.mapping).get().key == "made up 4"


def test_keys_beyond_200_of_one_submission_are_counted_together(world: World) -> None:
    post(world, [{**LEAD, f"a{number}": "x", f"b{number}": "x"} for number in range(150)])
    assert UnknownKey.objects.exclude(key="").count() == 200
    assert UnknownKey.objects.get(key="").count == 100
    assert unknown_key.MOST_KEYS == 1_000


def test_counting_takes_one_statement_and_none_without_an_unknown_key(world: World) -> None:
    def statements(lead: dict[str, str]) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert post(world, lead).status_code == 201
        return sum("leads_unknownkey" in query["sql"] for query in queries)

    unknown = {f"unknown {number}": "x" for number in range(20)}
    assert (statements(LEAD), statements(LEAD | unknown), statements(LEAD | unknown)) == (0, 1, 1)


def test_another_name_is_stored_and_not_counted(world: World) -> None:
    KeyAliasFactory(mapping=world.mapping, key="nombre_de_pila")
    world.mapping.has_aliases = True
    world.mapping.save()
    receipt = post(world, {**LEAD, "Nombre de Pila": "Lucía"}).json()
    assert receipt["stored"]["Nombre de Pila"] == {"field": "nome", "value": "Lucía"}
    assert not UnknownKey.objects.exists()
    assert "Nombre de Pila" in post(world, {**LEAD, "Campaign": "roma", "Nombre de Pila": "x"}).json()["kept_aside"]


def test_other_names_cost_one_query_and_only_whom_they_concern(world: World) -> None:
    def queries_for(token: str, code: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            send(json.dumps({**LEAD, "Campaign": code}), world.tokens[token])
        return sum("leads_keyalias" in query["sql"] for query in queries)

    for key in ("a", "b"):
        KeyAliasFactory(mapping=world.mapping, key=key)
    world.mapping.has_aliases = True
    world.mapping.save()
    senders = (("<token>", "expo_2026"), ("<solo>", "solo"))
    for sender in senders:
        queries_for(*sender)  # what is remembered of the set-up is read once
    assert [queries_for(*sender) for sender in senders] == [1, 0]
