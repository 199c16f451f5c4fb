import json
from typing import Any

import pytest
from django.test import Client

from tests.factories import ImportMappingFactory
from tests.leads.kit.integration import Integration, make_integration

pytestmark = pytest.mark.django_db


def send(integration: Integration, lead: dict[str, str]) -> Any:
    headers = {"Authorization": f"Bearer {integration.token}"}
    client = Client(SERVER_NAME="localhost")
    answer = client.post("/easycall/spring", json.dumps(lead), content_type="application/json", headers=headers)
    assert answer.status_code == 201, answer.content
    return answer.json()


@pytest.mark.parametrize("country", ["ES", "IT", "DE", "TA"])
def test_every_example_is_stored_without_a_warning(country: str) -> None:
    integration = make_integration(country)
    receipt = send(integration, {"Campaign": integration.kit.code, **integration.kit.examples})
    assert (receipt["warnings"], receipt["kept_aside"], receipt["empty"]) == ([], {}, [])
    assert {*receipt["stored"]} == {"Campaign", *integration.kit.examples}


def test_the_lead_that_is_shown_answers_every_question_of_the_campaign() -> None:
    integration = make_integration()
    receipt = send(integration, integration.kit.lead)
    asked = {question.key for question in integration.kit.questions}
    assert {key for key, entry in receipt["stored"].items() if "question" in entry} == asked
    assert "de_otra" not in asked
    assert len(asked) == 5


def test_every_other_name_means_its_field() -> None:
    integration = make_integration()
    kit = integration.kit
    for name in kit.names_of("nome"):
        receipt = send(integration, {"Campaign": kit.code, "email": kit.examples["email"], name: "Lucía"})
        assert receipt["stored"][name]["field"] == "nome"
    assert "mi_nombre" in kit.names_of("nome")


def test_names_of_another_import_api_are_not_there() -> None:
    make_integration()
    other = Integration(ImportMappingFactory(), token="")
    assert "mi_nombre" not in other.kit.names_of("nome")
