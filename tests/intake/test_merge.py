import json
from typing import Any

import pytest

from leads.enums import EventKind
from leads.models import Lead, LeadEvent, Submission
from leads.queries import search
from tests.intake.test_duplicates import policy
from tests.intake.world import World, send

LEAD = {"Campaign": "expo_2026", "nombre": "Lucía", "telefono": "600 11 12 22"}


@pytest.fixture
def world(world: World) -> World:
    policy(duplicate_action="merge")
    return world


def post(world: World, body: object, status: int = 200, token: str = "<token>") -> Any:
    response = send(json.dumps(body), world.tokens[token])
    assert response.status_code == status
    return response.json()


def test_blanks_are_filled_and_what_differs_stays_in_the_history_only(world: World) -> None:
    first = post(world, LEAD, 201)
    answer = post(world, {**LEAD, "nombre": "Ana", "apellido": "Núñez", "movil": "x", "telefono_movil": "600333444"})
    assert (answer["status"], answer["id"]) == ("updated", first["id"])
    assert answer["duplicate_of"] == {"lead": first["id"], "matched": ["phone"], "policy": "merge"}
    lead = Lead.objects.get()
    assert (lead.nome, lead.cognome) == ("Lucía", "Núñez")
    assert (lead.telefono_mobile, lead.telefono_mobile_sent) == ("+34600333444", "600333444")
    event = LeadEvent.objects.get(kind=EventKind.MERGED)
    assert str(event.submission_id) == answer["submission"]
    assert event.data == {
        "matched": ["phone"],
        "filled": {
            "fields": {"cognome": ["", "Núñez"], "telefono_mobile": ["", "+34600333444"]},
            "kept_aside": {"movil": [None, {"value": "x", "reason": "unknown_key"}]},
        },
        "not_taken": {"fields": {"nome": ["Lucía", "Ana"]}},
    }


def test_the_receipt_says_what_was_not_taken(world: World) -> None:
    post(world, {**LEAD, "notas": "uno"}, 201)
    answer = post(world, {**LEAD, "nombre": "Ana", "notas": "dos", "apellido": " Núñez "})
    assert answer["kept_aside"] == {
        "nombre": {"value": "Ana", "reason": "not_taken"},
        "notas": {"value": "dos", "reason": "not_taken"},
    }
    assert set(answer["stored"]) == {"Campaign", "telefono", "apellido"}


def test_the_same_data_again_is_repeated_and_leaves_no_line(world: World) -> None:
    first = post(world, {**LEAD, "email": "lucia@example.com"}, 201)
    answer = post(world, {**LEAD, "email": "LUCIA@example.com"})
    assert (answer["status"], answer["id"]) == ("repeated", first["id"])
    assert answer["duplicate_of"]["matched"] == ["phone", "email"]
    assert LeadEvent.objects.count() == 1
    submission = Submission.objects.latest("pk")
    assert (submission.repeated_count, submission.updated_count) == (1, 0)


def test_what_only_differs_is_an_update_too(world: World) -> None:
    post(world, LEAD, 201)
    assert post(world, {**LEAD, "nombre": "Ana"})["status"] == "updated"
    assert Lead.objects.get().nome == "Lucía"


def test_answers_and_kept_aside_keys_are_filled_and_stay(world: World) -> None:
    post(world, {**LEAD, "notas": "uno", "Raro": "1"}, 201)
    post(world, {**LEAD, "notas": "dos", "metros": "70", "Raro": "2", "Nuevo": "3"})
    lead = Lead.objects.get()
    assert lead.answers == {"notas": "uno", "metros": "70"}
    assert {key: aside["value"] for key, aside in lead.kept_aside.items()} == {"Raro": "1", "Nuevo": "3"}
    not_taken = LeadEvent.objects.get(kind=EventKind.MERGED).data["not_taken"]
    assert not_taken["answers"] == {"notas": ["uno", "dos"]}
    assert not_taken["kept_aside"]["Raro"][1]["value"] == "2"


def test_an_external_id_is_filled_where_it_is_the_senders_own(world: World) -> None:
    first = post(world, LEAD, 201)
    post(world, {**LEAD, "ID": "crm-7"})
    assert Lead.objects.get().external_id == "crm-7"
    again = post(world, {"Campaign": "expo_2026", "ID": "crm-7", "telefono": "600333444"})
    assert (again["id"], again["status"]) == (first["id"], "updated")
    assert "duplicate_of" not in again


def test_another_external_id_stays_in_the_history(world: World) -> None:
    post(world, {**LEAD, "ID": "crm-7"}, 201)
    answer = post(world, {**LEAD, "ID": "crm-8"})
    assert answer["kept_aside"] == {"ID": {"value": "crm-8", "reason": "not_taken"}}
    assert Lead.objects.get().external_id == "crm-7"


def test_an_external_id_of_another_import_api_is_not_taken(world: World) -> None:
    post(world, LEAD, 201)
    post(world, {**LEAD, "Campaign": "solo", "ID": "s-1"}, token="<solo>")
    assert Lead.objects.get().external_id == ""
    assert LeadEvent.objects.get(kind=EventKind.MERGED).data["not_taken"] == {"fields": {"external_id": ["", "s-1"]}}


def test_warnings_come_along_with_what_was_filled(world: World) -> None:
    post(world, {**LEAD, "email": "lucia@example.com"}, 201)
    post(world, {**LEAD, "email": "doubtful@", "telefono_fijo": "12"})
    lead = Lead.objects.get()
    assert (lead.email, lead.telefono_fisso, lead.warning_codes) == ("lucia@example.com", "12", "invalid_phone")


def test_an_answer_that_was_missing_is_there_now(world: World) -> None:
    lead = {"Campaign": "roma", "telefono": "+34600111222"}
    post(world, lead, 201)
    assert Lead.objects.get().warning_codes == "missing_answer"
    post(world, {**lead, "presupuesto": "1"})
    assert Lead.objects.get().warnings == []
    assert post(world, lead)["warnings"] == []


def test_a_merged_name_is_found(world: World) -> None:
    post(world, LEAD, 201)
    post(world, {**LEAD, "apellido": "Íñiguez"})
    assert search(Lead.objects.all(), "iniguez").count() == 1


def test_items_of_a_batch_merge_one_after_the_other(world: World) -> None:
    batch = [LEAD, {**LEAD, "ID": "crm-7", "apellido": "Núñez"}, {**LEAD, "ID": "crm-7", "apellido": "Gil"}, LEAD]
    answer = post(world, batch)
    assert [each["status"] for each in answer["results"]] == ["created", "updated", "updated", "repeated"]
    lead = Lead.objects.get()
    assert (lead.external_id, lead.cognome) == ("crm-7", "Gil")
    assert LeadEvent.objects.count() == 3


def test_a_lead_is_updated_and_merged_into_by_one_batch(world: World) -> None:
    post(world, {**LEAD, "ID": "crm-7"}, 201)
    post(world, [{**LEAD, "ID": "crm-7", "cp": "28001"}, {**LEAD, "ciudad": "Madrid"}])
    lead = Lead.objects.get()
    assert (lead.cap, lead.comune) == ("28001", "Madrid")


def test_merging_into_a_lead_fills_it_in_its_own_campaign(world: World) -> None:
    policy(duplicate_scope="all")
    post(world, LEAD, 201)
    answer = post(world, {"Campaign": "roma", "telefono": "+34600111222", "presupuesto": "1"})
    lead = Lead.objects.get()
    assert (answer["campaign"]["code"], lead.campaign) == ("roma", world.expo)
    assert (lead.answers, lead.warnings) == ({"presupuesto": "1"}, [])
