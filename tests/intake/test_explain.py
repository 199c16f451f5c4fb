import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from leads.models import Lead, Submission
from tests.intake.test_cases import CASES, perform, read_case
from tests.intake.world import PATH, World, send

LEAD = {"Campaign": "expo_2026", "ID": "crm-7", "nombre": "Lucía", "telefono": "600 11 12 22"}
# What a row that was not written does not have.
OF_ROWS = {"id", "lead", "submission", "instance"}


def without_rows(document: Any) -> Any:
    if isinstance(document, dict):
        return {name: without_rows(value) for name, value in document.items() if name not in OF_ROWS}
    return [without_rows(value) for value in document] if isinstance(document, list) else document


@pytest.mark.parametrize("path", CASES, ids=[path.stem for path in CASES])
def test_a_case_explained_is_answered_as_it_would_be_and_leaves_nothing(path: Path, world: World) -> None:
    request = read_case(path)["request"]
    where = request.get("path", PATH)
    explained = perform({**request, "path": f"{where}{'&' if '?' in where else '?'}explain=1"}, world)
    assert not Submission.objects.exists()
    assert not Lead.objects.exists()
    real = perform(request, world)
    assert explained.status_code == real.status_code
    assert without_rows(json.loads(explained.content)) == without_rows(json.loads(real.content))


@pytest.mark.parametrize("path", ["/easycall/spring/explain", "/easycall/spring/lead/explain/", f"{PATH}?explain=1"])
def test_explain_may_be_asked_in_the_path_or_the_query(path: str, world: World) -> None:
    answer = send(json.dumps(LEAD), world.tokens["<token>"], path=path)
    assert (answer.status_code, answer.json()["status"]) == (201, "created")
    assert (answer.json()["id"], answer.json()["submission"]) == (None, None)


def test_an_explained_problem_names_no_submission(world: World) -> None:
    answer = send("{}", world.tokens["<token>"], path=f"{PATH}?explain=1").json()
    assert answer["status"] == 422
    assert not OF_ROWS & answer.keys()


def test_explain_knows_the_leads_that_are_here_and_changes_none(world: World) -> None:
    lead_id = send(json.dumps(LEAD), world.tokens["<token>"]).json()["id"]
    before = _all_rows()
    answer = send(json.dumps({**LEAD, "nombre": "Ana"}), world.tokens["<token>"], path=f"{PATH}?explain=1")
    assert (answer.status_code, answer.json()["status"], answer.json()["id"]) == (200, "updated", lead_id)
    assert _all_rows() == before


def test_explain_leaves_a_key_free(world: World) -> None:
    for path in (f"{PATH}?explain=1", PATH):
        answer = send(json.dumps(LEAD), world.tokens["<token>"], path=path, headers={"Idempotency-Key": "k"})
        assert "Idempotent-Replayed" not in answer
    assert Lead.objects.count() == 1


def test_explain_needs_a_token(world: World) -> None:
    assert send(json.dumps(LEAD), path=f"{PATH}?explain=1").status_code == 401


def _all_rows() -> dict[str, list[Any]]:
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in apps.get_models()}


@pytest.mark.parametrize(("query", "leads"), [("explain", 0), ("explain=true", 0), ("explain=0", 1), ("explain=no", 1)])
def test_whoever_names_explain_means_it_unless_they_deny_it(query: str, leads: int, world: World) -> None:
    assert send(json.dumps(LEAD), world.tokens["<token>"], path=f"{PATH}?{query}").status_code == 201
    assert Lead.objects.count() == leads


def test_a_lead_that_is_not_there_has_no_id_however_often_a_batch_names_it(world: World) -> None:
    batch = [LEAD, LEAD, {**LEAD, "nombre": "Ana"}]
    answer = send(json.dumps(batch), world.tokens["<token>"], path=f"{PATH}?explain=1").json()
    assert [(result["status"], result["id"]) for result in answer["results"]] == [
        ("created", None),
        ("repeated", None),
        ("updated", None),
    ]
