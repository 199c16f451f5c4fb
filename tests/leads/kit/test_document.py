"""The OpenAPI document of one Import API row: valid, about this row and no other, and a client can be made of it."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from pytest_django.live_server_helper import LiveServer

from campaigns.fields import ENVELOPE_NAMES, FIELDS
from easycall.errors import PROBLEMS
from leads.api.openapi.of_mapping import document
from leads.models import Lead
from tests.factories import QuestionFactory
from tests.leads.kit.integration import CHOICE, Integration, make_integration

pytestmark = pytest.mark.django_db


@pytest.fixture
def integration() -> Integration:
    return make_integration()


@pytest.fixture
def described(integration: Integration) -> dict[str, Any]:
    return document(integration.kit, server="https://leads.example.com")


@pytest.fixture
def properties(described: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = described["components"]["schemas"]["Lead"]["properties"]
    return found


def test_document_is_valid_openapi(described: dict[str, Any]) -> None:
    validate(described)
    assert described["openapi"].startswith("3.1")
    assert described["servers"] == [{"url": "https://leads.example.com"}]


def test_code_is_filled_in(integration: Integration, properties: dict[str, Any]) -> None:
    assert properties["Campaign"]["enum"] == [integration.mapping.external_code]


def test_every_field_and_question_is_there_and_nothing_of_another_campaign(properties: dict[str, Any]) -> None:
    questions = {"barrio", "pregunta_text", "pregunta_number", "pregunta_date", "pregunta_yes_no"}
    assert {*properties} == {*FIELDS, *(names[0] for names in ENVELOPE_NAMES.values()), *questions}


def test_field_says_its_other_names_those_of_this_row_too(properties: dict[str, Any]) -> None:
    assert {"nombre", "mi_nombre"} <= {*properties["nome"]["x-other-names"]}
    assert "`mi_nombre`" in properties["nome"]["description"]


def test_question_says_its_choices_and_that_it_is_required(
    described: dict[str, Any], properties: dict[str, Any]
) -> None:
    assert properties["barrio"]["enum"] == [CHOICE, "Centro"]
    assert described["components"]["schemas"]["Lead"]["required"] == ["Campaign", "barrio"]


def test_label_that_asks_needs_no_full_stop(integration: Integration) -> None:
    QuestionFactory(key="tipo", label="¿Tipo?", type="text", campaigns=[integration.mapping.campaign])
    lead = document(integration.kit, server="https://leads.example.com")["components"]["schemas"]["Lead"]
    assert lead["properties"]["tipo"]["description"].startswith("¿Tipo?")
    assert "?." not in lead["properties"]["tipo"]["description"]


def test_examples_fit_their_own_schema(described: dict[str, Any], properties: dict[str, Any]) -> None:
    for each in properties.values():
        for example in each.get("examples", ()):
            Draft202012Validator(each).validate(example)
    schema = {"$ref": "#/components/schemas/Lead", "components": described["components"]}
    Draft202012Validator(schema).validate(described["components"]["schemas"]["Lead"]["examples"][0])


def test_every_problem_is_there(described: dict[str, Any]) -> None:
    text = json.dumps(described["components"]["responses"])
    assert [slug for slug in PROBLEMS if f"/problems/{slug}" not in text] == []


@pytest.mark.django_db(transaction=True)
def test_a_client_generated_from_it_sends_a_lead_that_is_accepted(live_server: LiveServer, tmp_path: Path) -> None:
    integration = make_integration()
    source = tmp_path / "openapi.json"
    source.write_text(json.dumps(document(integration.kit, server=live_server.url)), encoding="utf-8")
    _generate(source, tmp_path / "made_client")
    sys.path.insert(0, str(tmp_path))
    try:
        made, spring, models = (
            importlib.import_module(f"made_client{name}") for name in ("", ".api.leads.spring", ".models")
        )
        client = made.AuthenticatedClient(base_url=live_server.url, token=integration.token)
        lead = models.Lead.from_dict(integration.kit.lead)
        answer = spring.sync_detailed(client=client, body=lead)
        refused = spring.sync_detailed(client=client, body=models.Lead(campaign=lead.campaign, barrio=lead.barrio))
    finally:
        sys.path.remove(str(tmp_path))
    assert (answer.status_code, answer.parsed.status.value) == (201, "created")
    assert answer.parsed.warnings == []
    assert Lead.objects.get().answers["barrio"] == CHOICE
    assert (refused.status_code, refused.parsed.type_.value) == (422, "/problems/missing-contact")


def _generate(source: Path, folder: Path) -> None:
    settings = source.with_suffix(".yml")
    settings.write_text("post_hooks: []\n", encoding="utf-8")
    program = Path(sys.executable).with_name("openapi-python-client")
    options = ["--meta", "none", "--fail-on-warning", "--config", settings]
    command = [program, "generate", "--path", source, "--output-path", folder, *options]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
