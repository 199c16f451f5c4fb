"""Requests made up from the OpenAPI document against a real gunicorn: each answer has to be one that it names."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from accounts.enums import Scope
from accounts.services import create_token
from leads.models import Lead, Submission
from tests.api.server import Server, database_url, serving
from tests.factories import LeadFactory, UserFactory
from tests.intake.world import make_world

# Whether a request is taken or refused is not asked here: the door takes, and keeps aside, what others refuse.
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,ignored_auth,unsupported_method,allow_header_conformance"
)


# Python 3.11 may say so when two threads parse source at once, which is what Hypothesis does to describe itself.
BUG_OF_PYTHON = "AST constructor recursion depth mismatch"


def attack(server: Server, document: dict[str, Any], token: str, *options: str) -> None:
    file = server.log.with_name("schema.json")
    file.write_text(json.dumps(document))
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(file), "--url", f"http://127.0.0.1:{server.port}"]
    command += ["--header", f"Authorization: Bearer {token}", "--checks", CHECKS, "--continue-on-failure"]
    command += [
        "--seed",
        "20261123",
        "--generation-database",
        "none",
        "--no-color",
        "--request-timeout",
        "60",
        *options,
    ]
    result = subprocess.run(command, cwd=server.log.parent, capture_output=True, text=True, check=False)
    if BUG_OF_PYTHON in result.stdout:
        attack(server, document, token, *options)
    elif result.returncode:
        pytest.fail(result.stdout + result.stderr)


def keep_to_good_leads(document: dict[str, Any]) -> None:
    """Left to chance, hardly a lead has a campaign that is there, and a phone, and is meant to be stored."""
    lead = document["components"]["schemas"]["Lead"]
    lead["properties"] |= {"Campaign": {"const": "expo_2026"}, "telefono": {"type": "string", "minLength": 3}}
    lead["required"] = ["Campaign", "telefono"]
    for path in document["paths"].values():
        path.get("post", {})["parameters"] = [{"$ref": "#/components/parameters/IdempotencyKey"}]


def keep_to_what_is_there(document: dict[str, Any], lead: Lead) -> None:
    """Left to chance, no id is one of a row, and nobody can make up a cursor."""
    for path, pk in (("/api/leads/{id}/", lead.pk), ("/api/submissions/{id}/", lead.submission_id)):
        document["paths"][path]["get"]["parameters"][0]["schema"] = {"const": str(pk)}
    for path in ("/api/leads/", "/api/submissions/"):
        operation = document["paths"][path]["get"]
        operation["parameters"] = [each for each in operation["parameters"] if each["name"] != "cursor"]


@pytest.mark.django_db(transaction=True)
def test_server_reads_as_its_document_says(tmp_path: Path) -> None:
    lead = LeadFactory()
    reader = UserFactory(permissions=["leads.view_lead", "leads.view_submission"])
    _, token = create_token(user=reader, by=None, scopes=[Scope.READ])
    with serving(database_url(), tmp_path / "log") as server:
        request = "GET /api/schema/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        document = server.talk(request.encode()).document
        reading = ["--include-path-regex", "^/api/"]
        attack(server, document, token, *reading, "--phases", "coverage")
        keep_to_what_is_there(document, lead)
        attack(server, document, token, *reading, "--phases", "fuzzing", "--max-examples", "20")


@pytest.mark.django_db(transaction=True)
def test_server_answers_as_its_document_says(tmp_path: Path) -> None:
    token = make_world().tokens["<token>"]
    with serving(database_url(), tmp_path / "log") as server:
        request = "GET /api/schema/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        document = server.talk(request.encode()).document
        whole = ["--include-path-regex", "^/(easycall/spring|health/.+)$", "--phases", "coverage"]
        attack(server, document, token, *whole)
        keep_to_good_leads(document)
        attack(server, document, token, "--phases", "examples,fuzzing", "--max-examples", "20")
    assert (Submission.objects.count() > 50, Lead.objects.count() > 20) == (True, True)
