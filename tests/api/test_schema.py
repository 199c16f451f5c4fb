"""The OpenAPI document: it is served, it is valid, and it says what the code and docs/api.md say."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import resolve
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator

from campaigns.fields import ALIASES, ENVELOPE_NAMES, FIELDS
from easycall.api import schema
from easycall.errors import PROBLEMS
from leads.api import lanes
from leads.api.openapi import DOOR, EXPLAIN
from leads.api.views import intake
from leads.enums import Verdict
from tests.intake.test_cases import CASES, read_case

READ = ("/api/leads/", "/api/leads/{id}/", "/api/submissions/", "/api/submissions/{id}/")
API = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text(encoding="utf-8")


def get(path: str = "/api/schema/", **headers: str) -> Any:
    return Client(SERVER_NAME="localhost").get(path, headers=headers)


@pytest.fixture
def document() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(get().content)
    return made


@pytest.fixture
def components(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]
    return found


def test_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    validate_schema(document)


@pytest.mark.parametrize(
    ("path", "accept", "content_type"),
    [
        ("/api/schema/", "", "application/json"),
        ("/api/schema", "*/*", "application/json"),
        ("/api/schema/", "text/html,*/*;q=0.5", "application/json"),
        ("/api/schema/", "application/yaml", "application/yaml"),
        ("/api/schema/", "application/vnd.oai.openapi+json", "application/vnd.oai.openapi+json"),
        ("/api/schema/", "application/json;q=0.5, application/vnd.oai.openapi", "application/vnd.oai.openapi"),
        ("/api/schema.yaml", "application/json", "application/yaml"),
        ("/api/schema.json", "", "application/json"),
    ],
)
def test_document_is_json_or_yaml_as_asked_for(
    path: str, accept: str, content_type: str, document: dict[str, Any]
) -> None:
    response = get(path, Accept=accept)
    assert (response.status_code, response["Content-Type"]) == (200, content_type)
    assert yaml.safe_load(response.content) == document


def test_other_formats_and_methods_are_problems() -> None:
    refused = get(Accept="text/html")
    assert (refused.status_code, refused["Content-Type"]) == (406, "application/problem+json")
    posted = Client(SERVER_NAME="localhost", enforce_csrf_checks=True).post("/api/schema/")
    assert (posted.status_code, posted["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("language", ["es", "it"])
def test_document_is_in_english_whoever_asks(language: str, document: dict[str, Any]) -> None:
    schema._rendered.cache_clear()  # whoever asks first has it made
    response = get(**{"Accept-Language": language})
    assert response["Content-Language"] == "en"
    assert json.loads(response.content) == document
    assert document["components"]["schemas"]["Fields"]["properties"]["nome"]["title"] == "First name"


def test_every_path_of_the_door_is_there(document: dict[str, Any]) -> None:
    assert [*document["paths"]] == [*READ, *DOOR, *EXPLAIN, "/health/live", "/health/ready"]
    assert all(lanes.serves(path) and resolve(path).func is intake for path in (*DOOR, *EXPLAIN))
    ids = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))


def test_every_problem_is_an_answer_of_its_status(components: dict[str, Any]) -> None:
    answers = components["responses"]
    for slug, problem in PROBLEMS.items():
        [schema] = [content["schema"] for content in answers[f"Problem{problem.status}"]["content"].values()]
        assert f"/problems/{slug}" in schema["allOf"][1]["properties"]["type"]["enum"]


def test_no_answer_is_there_that_the_documentation_does_not_name(document: dict[str, Any]) -> None:
    table = {status for status, _ in re.findall(r"^\| (\d{3}) \| `([\w-]+)` \|", API, re.M)}
    [server] = re.findall(r"with 400 or the status that HTTP has for it \(([\d, ]+)\)", API)
    answered = {*document["paths"][DOOR[0]]["post"]["responses"]}
    assert answered == {"200", "201", *table, *server.split(", ")}
    for path in (*DOOR, *EXPLAIN):
        assert {*document["paths"][path]["post"]["responses"]} == answered


def test_every_key_of_a_lead_is_named(components: dict[str, Any]) -> None:
    properties = components["schemas"]["Lead"]["properties"]
    assert {*FIELDS} < {*properties}
    for alias in ALIASES:
        assert alias.key == alias.field or f"`{alias.key}`" in properties[alias.field]["description"]
    for first, *others in ENVELOPE_NAMES.values():
        assert all(f"`{name}`" in properties[first]["description"] for name in others)


def test_every_verdict_is_a_status_of_a_receipt(components: dict[str, Any]) -> None:
    assert {*Verdict} <= {*components["schemas"]["Receipt"]["properties"]["status"]["enum"]}


def test_token_is_a_bearer(document: dict[str, Any]) -> None:
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert all(document["paths"][path]["post"]["security"] == [{"token": []}] for path in (*DOOR, *EXPLAIN))
    assert all(document["paths"][path]["get"]["security"] == [{"token": []}] for path in READ)


def test_page_for_trying_out_loads_nothing_from_elsewhere() -> None:
    page = get("/api/docs/").content.decode()
    assert "swagger-ui" in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert all(finders.find(name) for name in re.findall(r'="/?static/([\w./-]+)"', page))
    assert 'data-document="/api/schema/"' in page


BATCHES = [path for path in CASES if "results" in read_case(path)["answer"].get("body", {})]


@pytest.mark.parametrize("path", BATCHES, ids=[path.stem for path in BATCHES])
def test_answers_to_batches_are_of_their_schema(path: Path, components: dict[str, Any]) -> None:
    schema = {"$ref": "#/components/schemas/BatchAnswer", "components": components}
    Draft202012Validator(schema).validate(read_case(path)["answer"]["body"])
