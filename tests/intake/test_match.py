import json
from typing import Any

from leads.enums import EventKind
from leads.models import Lead, LeadEvent, Submission
from leads.queries import from_channel, search
from tests.intake.world import World, send

LEAD = {"Campaign": "expo_2026", "ID": "crm-7", "nombre": "Lucía", "telefono": "600 11 12 22"}


def post(world: World, body: object, status: int = 200, token: str = "<token>") -> Any:
    response = send(json.dumps(body), world.tokens[token])
    assert response.status_code == status
    return response.json()


def test_the_same_id_with_the_same_data_is_repeated(world: World) -> None:
    first, again = post(world, LEAD, 201), post(world, LEAD)
    assert (again["status"], again["id"]) == ("repeated", first["id"])
    assert again["submission"] != first["submission"]
    assert (Lead.objects.count(), LeadEvent.objects.count(), Submission.objects.count()) == (1, 1, 2)


def test_another_spelling_of_the_same_phone_is_the_same_data(world: World) -> None:
    post(world, LEAD, 201)
    assert post(world, {**LEAD, "telefono": "+34600111222"})["status"] == "repeated"
    assert Lead.objects.get().telefono_sent == "600 11 12 22"


def test_the_same_id_with_other_data_is_updated_and_the_old_stays_in_the_history(world: World) -> None:
    first = post(world, LEAD, 201)
    again = post(world, {**LEAD, "nombre": "Ana", "telefono": "600333444", "notas": "x", "Raro": "1"})
    assert (again["status"], again["id"]) == ("updated", first["id"])
    lead = Lead.objects.get()
    assert (lead.nome, lead.telefono, lead.telefono_sent) == ("Ana", "+34600333444", "600333444")
    assert (lead.answers, lead.kept_aside) == ({"notas": "x"}, {"Raro": {"value": "1", "reason": "unknown_key"}})
    assert LeadEvent.objects.get(kind=EventKind.UPDATED).data == {
        "fields": {"nome": ["Lucía", "Ana"], "telefono": ["+34600111222", "+34600333444"]},
        "answers": {"notas": [None, "x"]},
        "kept_aside": {"Raro": [None, {"value": "1", "reason": "unknown_key"}]},
    }


def test_an_update_fills_blanks_and_keeps_what_it_does_not_say(world: World) -> None:
    post(world, LEAD, 201)
    post(world, {"Campaign": "expo_2026", "ID": "crm-7", "email": "lucia@example.com", "nombre": ""})
    lead = Lead.objects.get()
    assert (lead.nome, lead.telefono, lead.email) == ("Lucía", "+34600111222", "lucia@example.com")


def test_an_updated_lead_is_found_by_its_new_name(world: World) -> None:
    post(world, LEAD, 201)
    post(world, {**LEAD, "nombre": "Íñigo"})
    assert search(Lead.objects.all(), "inigo").count() == 1
    assert search(Lead.objects.all(), "lucia").count() == 0


def test_an_updated_lead_is_found_by_its_new_channel(world: World) -> None:
    post(world, {**LEAD, "canal": "Web"}, 201)
    post(world, {**LEAD, "canal": "Radio"})
    assert from_channel(Lead.objects.all(), "radio").count() == 1
    assert from_channel(Lead.objects.all(), "web").count() == 0


def test_a_mended_value_takes_its_warning_away(world: World) -> None:
    post(world, {**LEAD, "email": "lucia@", "cp": "x", "telefono": "1"}, 201)
    assert Lead.objects.get().warning_codes == "invalid_email invalid_phone"
    post(world, {**LEAD, "email": "lucia@example.com", "telefono": "1"})
    assert Lead.objects.get().warning_codes == "invalid_phone"


def test_the_same_id_from_another_import_api_is_another_lead(world: World) -> None:
    post(world, LEAD, 201)
    post(world, {**LEAD, "Campaign": "roma"}, 201)
    post(world, {**LEAD, "Campaign": "solo"}, 201, token="<solo>")
    assert Lead.objects.count() == 3


def test_leads_without_an_id_are_never_the_same(world: World) -> None:
    for _ in range(2):
        post(world, {**LEAD, "ID": ""}, 201)
    assert Lead.objects.count() == 2


def test_a_batch_counts_its_verdicts_and_may_name_an_id_twice(world: World) -> None:
    post(world, LEAD, 201)
    new = {**LEAD, "ID": "crm-8", "telefono": "600333444", "Raro": "1"}
    answer = post(world, [LEAD, {**LEAD, "nombre": "Ana"}, new, {**new, "Raro": "2"}, {"nombre": "sin"}])
    counts = {name: answer[name] for name in ("created", "updated", "repeated", "rejected")}
    assert counts == {"created": 1, "updated": 2, "repeated": 1, "rejected": 1}
    assert [result["status"] for result in answer["results"]] == ["repeated", "updated", "created", "updated", 422]
    assert answer["results"][2]["kept_aside"]["Raro"]["value"] == "1"
    assert Lead.objects.get(external_id="crm-8").kept_aside["Raro"]["value"] == "2"
    assert {lead.nome for lead in Lead.objects.all()} == {"Ana", "Lucía"}


def test_a_submission_says_what_it_did(world: World) -> None:
    post(world, LEAD, 201)
    post(world, [LEAD, {**LEAD, "nombre": "Ana"}])
    submission = Submission.objects.first()
    assert submission is not None
    counts = (submission.created_count, submission.updated_count, submission.repeated_count)
    assert (counts, submission.outcome, submission.status) == ((0, 1, 1), "accepted", 200)


def test_an_answer_that_came_before_is_not_missing(world: World) -> None:
    lead = {"Campaign": "roma", "ID": "crm-9", "telefono": "+34600111222"}
    post(world, lead, 201)
    assert Lead.objects.get().warning_codes == "missing_answer"
    post(world, {**lead, "presupuesto": "1"})
    answer = post(world, {**lead, "nombre": "Ana"})
    assert (answer["status"], answer["warnings"], Lead.objects.get().warnings) == ("updated", [], [])


def test_a_warning_does_not_pile_up(world: World) -> None:
    lead = {"Campaign": "roma", "ID": "crm-9", "telefono": "+34600111222"}
    for name in ("Ana", "Berta", "Carla"):
        send(json.dumps({**lead, "nombre": name}), world.tokens["<token>"])
    assert [warning["code"] for warning in Lead.objects.get().warnings] == ["missing_answer"]


def test_a_value_mended_under_another_key_takes_its_warning_away(world: World) -> None:
    post(world, {**LEAD, "telefono_mobile": "12"}, 201)
    post(world, {**LEAD, "telefono_movil": "600333444"})
    lead = Lead.objects.get()
    assert (lead.telefono_mobile, lead.warning_codes) == ("+34600333444", "")
