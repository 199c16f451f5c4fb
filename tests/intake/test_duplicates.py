import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import Campaign
from leads.enums import EventKind
from leads.intake.draft import Draft
from leads.intake.duplicates import compared_values
from leads.intake.keys import KeyTable
from leads.intake.replay import Fate, replay
from leads.models import Lead, LeadEvent, Submission
from tests.intake.world import PATH, World, send

LEAD = {"Campaign": "expo_2026", "nombre": "Lucía", "telefono": "600 11 12 22"}


def post(world: World, body: object, status: int = 201, token: str = "<token>", path: str = PATH) -> Any:
    response = send(json.dumps(body), world.tokens[token], path=path)
    assert response.status_code == status
    return response.json()


def policy(**columns: object) -> None:
    """The policy of every campaign."""
    Campaign.objects.update(**columns)


def names(receipt: Any) -> tuple[str, list[str]]:
    return receipt["status"], receipt.get("duplicate_of", {}).get("matched", [])


def test_the_same_phone_again_is_stored_and_marked(world: World) -> None:
    first, again = post(world, LEAD), post(world, {**LEAD, "nombre": "Ana"})
    assert "duplicate_of" not in first
    assert again["status"] == "duplicate"
    assert again["duplicate_of"] == {"lead": first["id"], "matched": ["phone"], "policy": "mark"}
    lead = Lead.objects.get(pk=again["id"])
    assert (str(lead.duplicate_of_id), lead.duplicate_rules, lead.nome) == (first["id"], "phone", "Ana")
    submission = Submission.objects.get(pk=again["submission"])
    assert (submission.created_count, submission.duplicate_count, submission.outcome) == (0, 1, "accepted")


COLUMNS = ("telefono_mobile", "telefono_fisso", "altro_telefono", "telefono")


@pytest.mark.parametrize("stored", COLUMNS)
@pytest.mark.parametrize(("sent", "rule"), zip(COLUMNS, ("mobile", "landline", "phone", "phone"), strict=True))
def test_a_phone_is_the_same_number_in_every_column(stored: str, sent: str, rule: str, world: World) -> None:
    post(world, {"Campaign": "expo_2026", stored: "600111222"})
    assert names(post(world, {"Campaign": "expo_2026", sent: "+34 600 11 12 22"})) == ("duplicate", [rule])


@pytest.mark.parametrize(
    ("rule", "keys"),
    [
        ("mobile", ("telefono_mobile",)),
        ("landline", ("telefono_fisso",)),
        ("phone", ("telefono", "altro_telefono")),
        ("email", ("email",)),
        ("tax_id", ("codice_fiscale", "partita_iva")),
    ],
)
def test_only_what_is_ticked_is_compared(rule: str, keys: tuple[str, ...], world: World) -> None:
    values = {
        "telefono_mobile": "600111221",
        "telefono_fisso": "910000002",
        "telefono": "910000003",
        "altro_telefono": "910000004",
        "email": "lucia@example.com",
        "codice_fiscale": "12345678Z",
        "partita_iva": "A58818501",
    }
    everything = ("mobile", "landline", "phone", "email", "tax_id")
    policy(**{f"compare_{each}": each == rule for each in everything})
    first = post(world, {**values, "Campaign": "expo_2026"})
    for key, value in values.items():
        contact = {"consent": "1"} if "telefono" in key or key == "email" else {"telefono": "699000111"}
        receipt = post(world, {"Campaign": "expo_2026", key: value, **contact}, path=f"{PATH}?explain=1")
        assert names(receipt) == (("duplicate", [rule]) if key in keys else ("created", []))
        assert receipt.get("duplicate_of", {"lead": first["id"]})["lead"] == first["id"]


def test_nothing_ticked_compares_nothing(world: World) -> None:
    policy(compare_mobile=False, compare_landline=False, compare_phone=False, compare_email=False)
    post(world, LEAD)
    with CaptureQueriesContext(connection) as queries:
        assert post(world, LEAD)["status"] == "created"
    assert not any("pg_advisory" in query["sql"] or 'FROM "leads_lead"' in query["sql"] for query in queries)


@pytest.mark.parametrize("again", ["LUCIA@example.com", "Lucia@EXAMPLE.COM"])
def test_the_case_of_an_email_does_not_matter(again: str, world: World) -> None:
    post(world, {"Campaign": "expo_2026", "email": "lucia@example.com"})
    assert names(post(world, {"Campaign": "expo_2026", "email": again})) == ("duplicate", ["email"])


@pytest.mark.parametrize(("first", "again"), [("PEÑA@example.com", "peña@example.com"), ("peña@a.es", "PEÑA@a.es")])
def test_nor_beyond_ascii(first: str, again: str, world: World) -> None:
    post(world, {"Campaign": "expo_2026", "email": first})
    assert names(post(world, {"Campaign": "expo_2026", "email": again})) == ("duplicate", ["email"])


@pytest.mark.parametrize("one", [("telefono", "12"), ("email", "lucia@"), ("telefono", "910000000 ext 5")])
def test_a_doubtful_value_is_not_compared(one: tuple[str, str], world: World) -> None:
    for _ in range(2):
        assert post(world, {"Campaign": "expo_2026", one[0]: one[1]})["status"] == "created"


def test_a_wrong_tax_id_is_not_compared(world: World) -> None:
    policy(compare_tax_id=True)
    for phone in ("600111222", "600111333"):
        assert post(world, {"Campaign": "expo_2026", "telefono": phone, "cif_nif": "12345678A"})["status"] == "created"


def test_all_rules_that_tell_the_lead_are_named(world: World) -> None:
    lead = {"Campaign": "expo_2026", "telefono_movil": "600111222", "email": "lucia@example.com"}
    post(world, lead)
    assert names(post(world, lead)) == ("duplicate", ["mobile", "email"])


def test_the_oldest_wins_and_a_marked_one_stands_for_nothing(world: World) -> None:
    first = post(world, {**LEAD, "email": "a@example.com"})
    second = post(world, {"Campaign": "expo_2026", "email": "b@example.com"})
    third = post(world, {**LEAD, "email": "b@example.com"})
    assert third["duplicate_of"]["lead"] == first["id"]
    assert post(world, {**LEAD, "nombre": "Ana"})["duplicate_of"]["lead"] == first["id"]
    assert post(world, {"Campaign": "expo_2026", "email": "b@example.com"})["duplicate_of"]["lead"] == second["id"]
    assert set(Lead.objects.exclude(duplicate_of=None).values_list("duplicate_of__duplicate_of", flat=True)) == {None}


@pytest.mark.parametrize(("days", "status"), [(None, "duplicate"), (31, "duplicate"), (29, "created")])
def test_days_are_counted_from_the_lead_that_is_here(days: int | None, status: str, world: World) -> None:
    policy(duplicate_days=days)
    post(world, LEAD)
    with time_machine.travel(timezone.now() + timedelta(days=30), tick=False):
        assert post(world, LEAD)["status"] == status


@pytest.mark.parametrize(("scope", "status"), [("campaign", "created"), ("all", "duplicate")])
def test_where_to_look_is_this_campaign_or_all(scope: str, status: str, world: World) -> None:
    policy(duplicate_scope=scope)
    post(world, LEAD)
    assert post(world, {**LEAD, "Campaign": "roma", "telefono": "+34600111222"})["status"] == status


def test_two_import_apis_of_one_campaign_share_its_leads(world: World) -> None:
    post(world, LEAD)
    assert post(world, {**LEAD, "Campaign": "solo"}, token="<solo>")["status"] == "duplicate"


@pytest.mark.parametrize(("action", "status"), [("mark", 201), ("merge", 200), ("refuse", 422)])
def test_a_lead_of_another_user_is_not_named(action: str, status: int, world: World) -> None:
    post(world, {**LEAD, "email": "hidden@example.com"})
    policy(duplicate_action=action)
    text = json.dumps(answer := post(world, {**LEAD, "Campaign": "solo", "ID": "s-1"}, status, token="<solo>"))
    assert answer["duplicate_of"] == {"lead": None, "matched": ["phone"], "policy": action}
    assert str(Lead.objects.earliest("pk").pk) not in text
    assert "hidden" not in text


@pytest.mark.parametrize("name", ["Lucía", "Ana"])
def test_another_users_lead_can_not_be_guessed_by_merging(name: str, world: World) -> None:
    post(world, LEAD)
    policy(duplicate_action="merge")
    answer = post(world, {**LEAD, "Campaign": "solo", "nombre": name}, 200, token="<solo>")
    assert (answer["id"], answer["status"], answer["kept_aside"]) == (None, "updated", {})
    assert answer["stored"]["nombre"] == {"field": "nome", "value": name}


def test_the_senders_own_id_goes_first(world: World) -> None:
    policy(duplicate_action="refuse")
    first = post(world, {**LEAD, "ID": "crm-7"})
    again = post(world, {**LEAD, "ID": "crm-7", "nombre": "Ana"}, 200)
    assert (again["status"], again["id"]) == ("updated", first["id"])
    assert "duplicate_of" not in again


def test_refused_is_journalled_and_in_the_history_of_the_lead_that_is_here(world: World) -> None:
    policy(duplicate_action="refuse")
    first = post(world, LEAD)
    answer = post(world, {**LEAD, "nombre": "Ana"}, 422)
    assert answer["type"] == "/problems/duplicate-refused"
    assert answer["duplicate_of"] == {"lead": first["id"], "matched": ["phone"], "policy": "refuse"}
    assert "same phone is" in answer["detail"]
    assert "600" not in json.dumps({**answer, "duplicate_of": None, "submission": None, "instance": None})
    submission = Submission.objects.get(pk=answer["submission"])
    assert (submission.outcome, submission.problem) == ("rejected", "duplicate-refused")
    event = LeadEvent.objects.get(kind=EventKind.REFUSED)
    assert (str(event.lead_id), event.submission, event.data) == (first["id"], submission, {"matched": ["phone"]})
    assert Lead.objects.count() == 1


def test_refused_leaves_its_idempotency_key_free(world: World) -> None:
    policy(duplicate_action="refuse")
    post(world, LEAD)
    for _ in range(2):
        answer = send(json.dumps(LEAD), world.tokens["<token>"], headers={"Idempotency-Key": "k"})
        assert (answer.status_code, answer.headers.get("Idempotent-Replayed")) == (422, None)


def test_earlier_items_of_a_batch_are_here_already(world: World) -> None:
    answer = post(world, [LEAD, {**LEAD, "nombre": "Ana"}, {**LEAD, "telefono": "600333444"}], 200)
    first, second, third = answer["results"]
    assert [each["status"] for each in answer["results"]] == ["created", "duplicate", "created"]
    assert second["duplicate_of"]["lead"] == first["id"]
    assert (answer["created"], answer["duplicate"]) == (2, 1)
    assert "duplicate_of" not in third


def test_a_refused_item_of_a_batch_is_its_problem_only(world: World) -> None:
    policy(duplicate_action="refuse")
    answer = post(world, [LEAD, LEAD, {**LEAD, "telefono": "600333444"}], 200)
    assert [each["status"] for each in answer["results"]] == ["created", 422, "created"]
    assert answer["results"][1]["errors"][0]["pointer"] == "/1"
    assert answer["results"][1]["duplicate_of"]["lead"] == answer["results"][0]["id"]
    assert (answer["created"], answer["rejected"], Lead.objects.count()) == (2, 1, 2)


def test_a_batch_of_refused_ones_is_rejected(world: World) -> None:
    policy(duplicate_action="refuse")
    post(world, LEAD)
    post(world, [LEAD, LEAD], 200)
    assert Submission.objects.latest("pk").outcome == "rejected"


def test_a_lead_that_a_batch_updates_is_compared_by_what_it_is_now(world: World) -> None:
    post(world, {**LEAD, "ID": "crm-7"})
    batch = [{**LEAD, "ID": "crm-7", "telefono": "600333444"}, LEAD, {**LEAD, "telefono": "600333444"}]
    assert [each["status"] for each in post(world, batch, 200)["results"]] == ["updated", "created", "duplicate"]


@pytest.mark.parametrize(("action", "status"), [("mark", 201), ("merge", 200), ("refuse", 422)])
def test_explain_answers_the_same_and_takes_no_lock(action: str, status: int, world: World) -> None:
    policy(duplicate_action=action)
    first = post(world, LEAD)
    rows = (Submission.objects.count(), LeadEvent.objects.count())
    with CaptureQueriesContext(connection) as queries:
        answer = post(world, {**LEAD, "nombre": "Ana"}, status, path=f"{PATH}?explain=1")
    assert answer["duplicate_of"] == {"lead": first["id"], "matched": ["phone"], "policy": action}
    assert (Submission.objects.count(), LeadEvent.objects.count()) == rows
    assert Lead.objects.get().nome == "Lucía"
    assert not any("pg_advisory" in query["sql"] or "FOR " in query["sql"] for query in queries)


def test_a_lead_that_is_only_imagined_has_no_id(world: World) -> None:
    answer = post(world, [LEAD, LEAD], 200, path=f"{PATH}?explain=1")
    assert answer["results"][1]["duplicate_of"] == {"lead": None, "matched": ["phone"], "policy": "mark"}


@pytest.mark.parametrize("action", ["mark", "merge", "refuse"])
def test_queries_do_not_grow_with_the_duplicates(action: str, world: World) -> None:
    policy(duplicate_action=action)

    def reads(leads: int) -> int:
        batch = [{**LEAD, "telefono": f"6001112{number:02}"} for number in range(leads)]
        post(world, batch, 200)
        with CaptureQueriesContext(connection) as queries:
            post(world, batch, 200)
        return sum(query["sql"].startswith("SELECT") for query in queries)

    post(world, {**LEAD, "telefono": "600222333"})  # what is remembered of the set-up is read once
    assert reads(2) == reads(40)


def test_what_is_compared_is_in_its_normal_form(world: World) -> None:
    draft = Draft(
        world.mapping, KeyTable({}), columns={"telefono": "+34600111222", "email": "Lucia@example.com", "nome": "Lucía"}
    )
    assert compared_values(draft.campaign.compared, draft.columns, draft.doubtful) == {
        "phone": {("phone", "+34600111222")},
        "email": {("email", "lucia@example.com")},
    }


def test_a_refused_duplicate_is_replayed_by_the_policy_of_now(world: World) -> None:
    policy(duplicate_action="refuse")
    first = post(world, LEAD)
    refused = Submission.objects.get(pk=post(world, LEAD, 422)["submission"])
    assert replay(submission_id=refused.pk, by=None).fate is Fate.REJECTED
    policy(duplicate_action="mark")
    assert replay(submission_id=refused.pk, by=None).fate is Fate.ACCEPTED
    refused.refresh_from_db()
    assert (refused.duplicate_count, refused.status, refused.problem) == (1, 201, "")
    assert str(Lead.objects.get(submission=refused).duplicate_of_id) == first["id"]
