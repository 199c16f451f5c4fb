"""Leads and submissions by GET, with a token that reads."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from jsonschema import Draft202012Validator

from accounts.enums import Scope
from accounts.models import User
from accounts.services import create_token
from leads.enums import Outcome
from leads.models import Lead, Submission
from tests.factories import ImportMappingFactory, LeadEventFactory, LeadFactory, SubmissionFactory, UserFactory

LEADS, SUBMISSIONS = "/api/leads/", "/api/submissions/"
SEES_ALL = ["leads.view_lead", "leads.view_submission"]

pytestmark = pytest.mark.django_db


def reading(user: User, **options: Any) -> Client:
    _, token = create_token(user=user, by=None, scopes=[Scope.READ], **options)
    return Client(headers={"authorization": f"Bearer {token}", "accept-language": "es"})


@pytest.fixture
def staff(db: None) -> Client:
    return reading(UserFactory(permissions=SEES_ALL))


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def problem(response: Any) -> tuple[int, str]:
    assert response["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["type"].rpartition("/")[2]


def test_lists_have_the_newest_first_and_go_on_by_cursor(staff: Client) -> None:
    leads = LeadFactory.create_batch(5)
    newest_first = [str(lead.pk) for lead in reversed(leads)]
    first = staff.get(LEADS, {"page_size": 2})
    assert (ids(first), first.json()["previous"]) == (newest_first[:2], None)
    LeadFactory()  # what comes in the meantime moves nothing
    second = staff.get(first.json()["next"])
    assert ids(second) == newest_first[2:4]
    assert ids(staff.get(second.json()["next"])) == newest_first[4:]
    assert ids(staff.get(second.json()["previous"])) == newest_first[:2]


def test_lead_has_its_fields_its_answers_and_its_history(staff: Client) -> None:
    mapping = ImportMappingFactory(external_code="expo_2026", user__username="acme", campaign__name="Expo")
    lead = LeadFactory(mapping=mapping, answers={"floor": {"value": "3"}}, external_id="A-1")
    LeadEventFactory(lead=lead, by=None)
    [row] = staff.get(LEADS).json()["results"]
    told = staff.get(f"{LEADS}{lead.pk}/").json()
    assert told == {**row, "history": told["history"]}
    assert (told["import_api"], told["sender"], told["campaign"]["name"]) == ("expo_2026", "acme", "Expo")
    assert (told["fields"]["telefono_mobile"], told["as_sent"]["telefono_mobile"]) == ("+34600111222", "600 11 12 22")
    assert (told["state"], told["is_test"]) == ("open", False)
    assert (told["answers"], told["external_id"]) == ({"floor": {"value": "3"}}, "A-1")
    assert [event["kind"] for event in told["history"]] == ["created"]


def test_submission_has_its_receipt_in_the_order_that_was_sent(staff: Client) -> None:
    submission = SubmissionFactory(answer='{"z": 1, "a": 2}')
    assert "answer" not in staff.get(SUBMISSIONS).json()["results"][0]
    told = staff.get(f"{SUBMISSIONS}{submission.pk}/").json()
    assert ([*told["answer"]], told["first_answer"]) == (["z", "a"], None)
    assert told["credential"] == submission.credential.prefix
    assert submission.credential.digest not in json.dumps(told)


def test_token_of_an_integrator_reads_its_own_submissions_and_nothing_else() -> None:
    own, other = SubmissionFactory(), SubmissionFactory()
    LeadFactory(submission=own)
    client = reading(own.user)
    assert ids(client.get(SUBMISSIONS)) == [str(own.pk)]
    assert client.get(f"{SUBMISSIONS}{own.pk}/").status_code == 200
    assert problem(client.get(f"{SUBMISSIONS}{other.pk}/")) == (404, "not-found")
    assert ids(client.get(SUBMISSIONS, {"sender": other.user.username})) == []
    assert problem(client.get(LEADS)) == (403, "permission-denied")
    assert problem(client.get(f"{LEADS}{Lead.objects.get().pk}/")) == (403, "permission-denied")


def test_role_that_is_taken_away_counts_at_once() -> None:
    user = UserFactory(permissions=SEES_ALL)
    client = reading(user)
    assert client.get(LEADS).status_code == 200
    user.user_permissions.clear()
    assert problem(client.get(LEADS)) == (403, "permission-denied")


def test_token_for_sending_does_not_read_and_one_for_reading_does_not_send() -> None:
    mapping = ImportMappingFactory()
    _, token = create_token(user=mapping.user, by=None)
    refused = Client(headers={"authorization": f"Bearer {token}"}).get(SUBMISSIONS)
    assert problem(refused) == (403, "insufficient-scope")
    assert 'scope="read"' in refused["WWW-Authenticate"]
    sent = reading(mapping.user).post("/easycall/spring", {"telefono": "600111222"}, "application/json")
    assert problem(sent) == (403, "insufficient-scope")
    assert (Lead.objects.count(), Submission.objects.get().outcome) == (0, Outcome.REJECTED)


def test_token_may_have_both_scopes() -> None:
    mapping = ImportMappingFactory()
    _, token = create_token(user=mapping.user, by=None, scopes=[Scope.READ, Scope.INTAKE])
    client = Client(headers={"authorization": f"Bearer {token}"})
    sent = client.post("/easycall/spring", {"telefono": "600111222"}, "application/json")
    assert sent.status_code == 201
    assert ids(client.get(SUBMISSIONS)) == [sent.json()["submission"]]


def test_networks_and_rate_hold_for_reading_too() -> None:
    user = UserFactory()
    elsewhere = reading(user, networks=["203.0.113.7"])
    assert problem(elsewhere.get(SUBMISSIONS)) == (403, "address-not-allowed")
    slow = reading(user, requests_per_minute=1)
    assert [slow.get(SUBMISSIONS).status_code for _ in range(2)] == [200, 429]


def test_without_a_token_nothing_is_told(client: Client) -> None:
    for path in (LEADS, SUBMISSIONS, f"{LEADS}{LeadFactory().pk}/"):
        assert problem(client.get(path)) == (401, "missing-credentials")
        assert problem(client.get(path, headers={"authorization": "Bearer x"})) == (401, "invalid-token")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_nothing_can_be_written_here(staff: Client, method: str) -> None:
    for path in (LEADS, f"{SUBMISSIONS}{SubmissionFactory().pk}/"):
        response = getattr(staff, method)(path)
        assert (problem(response), response["Allow"]) == ((405, "method-not-allowed"), "GET, HEAD")


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (LEADS, "page_size=0"),
        (LEADS, "page_size=201"),
        (LEADS, "page_size=²"),
        (LEADS, "cursor=x"),
        (LEADS, "cursor=cD1mb28%3D"),  # p=foo
        (LEADS, "colour=red"),
        (LEADS, "received_from=yesterday"),
        (LEADS, "received_from=0001-01-01T00:00:00Z"),
        (LEADS, "received_to=9999-12-31T23:59:59Z"),
        (LEADS, "campaign=x"),
        (LEADS, "campaign=99999999999999999999"),
        (LEADS, "submission=x"),
        (LEADS, "search=%00"),
        (LEADS, "warning=x"),
        (LEADS, "format=xml"),
        (SUBMISSIONS, "outcome=x"),
        (SUBMISSIONS, "problem=x"),
        (SUBMISSIONS, "sender=%00"),
    ],
)
def test_query_that_means_nothing_is_a_problem_in_english(staff: Client, path: str, query: str) -> None:
    response = staff.get(f"{path}?{query}")
    assert problem(response) == (400, "invalid-query")
    assert response.json()["errors"]
    assert response["Content-Language"] == "en"
    assert "Introduzca" not in response.content.decode()
    assert "Escoja" not in response.content.decode()


def test_other_formats_are_a_problem(staff: Client) -> None:
    assert problem(staff.get(LEADS, headers={"accept": "text/html"})) == (406, "not-acceptable")


def test_state_that_there_is_not_is_a_problem(staff: Client) -> None:
    assert problem(staff.get(LEADS, {"state": "gone"})) == (400, "invalid-query")


def test_state_is_in_the_document() -> None:
    document = Client().get("/api/schema/").json()
    lead = document["components"]["schemas"]["StoredLead"]
    assert {"state", "is_test"} <= {*lead["required"]}
    assert lead["properties"]["state"]["enum"] == ["open", "closed"]
    parameters = {each["name"]: each for each in document["paths"]["/api/leads/"]["get"]["parameters"]}
    assert parameters["state"]["schema"]["enum"] == ["closed", "open"]
    assert parameters["is_test"]["schema"] == {"type": "boolean"}


def _filters() -> dict[str, Callable[[Lead], dict[str, Any]]]:
    return {
        "search": lambda lead: {"search": "600 99 88 77"},
        "campaign": lambda lead: {"campaign": lead.campaign_id},
        "import_api": lambda lead: {"import_api": lead.mapping.external_code},
        "external_id": lambda lead: {"external_id": "A-1"},
        "channel": lambda lead: {"channel": "WEB"},
        "submission": lambda lead: {"submission": lead.submission_id},
        "warning": lambda lead: {"warning": "invalid_phone"},
        "state": lambda lead: {"state": "closed"},
        "is_test": lambda lead: {"is_test": "true"},
        "duplicate": lambda lead: {"duplicate": "true"},
        "period": lambda lead: {"received_from": "2026-01-02T00:00:00Z", "received_to": "2026-01-03T00:00:00+01:00"},
    }


@pytest.mark.parametrize("name", _filters())
def test_leads_are_filtered(staff: Client, name: str) -> None:
    first = LeadFactory(created_at=datetime(2026, 1, 1, tzinfo=UTC))
    lead = LeadFactory(
        telefono_mobile="+34600998877",
        external_id="A-1",
        channel="web",
        warning_codes="invalid_phone",
        state="closed",
        is_test=name == "is_test",
        duplicate_of=first,
        duplicate_rules="email",
        created_at=datetime(2026, 1, 2, 12, tzinfo=UTC),
    )
    LeadFactory()
    assert ids(staff.get(LEADS, _filters()[name](lead))) == [str(lead.pk)]


def test_test_leads_are_listed_only_to_who_asks_for_them(staff: Client) -> None:
    lead, test = LeadFactory(), LeadFactory(is_test=True)
    assert ids(staff.get(LEADS)) == ids(staff.get(LEADS, {"is_test": "false"})) == [str(lead.pk)]
    assert ids(staff.get(LEADS, {"is_test": "true"})) == [str(test.pk)]
    assert ids(staff.get(LEADS, {"submission": test.submission_id})) == []
    assert [staff.get(f"{LEADS}{each.pk}/").json()["is_test"] for each in (lead, test)] == [False, True]


@pytest.mark.parametrize(
    "query", [{"outcome": "rejected"}, {"problem": "unknown-campaign"}, {"sender": "acme"}, {"import_api": "expo"}]
)
def test_submissions_are_filtered(staff: Client, query: dict[str, str]) -> None:
    mapping = ImportMappingFactory(external_code="expo", user__username="acme")
    found = SubmissionFactory(rejected=True, mapping=mapping, credential__user=mapping.user)
    SubmissionFactory()
    assert ids(staff.get(SUBMISSIONS, query)) == [str(found.pk)]


@pytest.mark.parametrize("path", [LEADS, SUBMISSIONS])
def test_page_needs_as_many_queries_for_one_row_as_for_thirty(staff: Client, path: str) -> None:
    counts = []
    for _ in range(2):
        staff.get(path)  # the first use of a token is noted
    for more in (1, 29):
        LeadFactory.create_batch(more)
        with CaptureQueriesContext(connection) as captured:
            assert len(ids(staff.get(path))) == Lead.objects.count()
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 6


def test_reads_are_in_the_log_of_requests_without_what_they_found(staff: Client, caplog: Any) -> None:
    lead = LeadFactory()
    with caplog.at_level("INFO", "easycall.requests"):
        staff.get(f"{LEADS}{lead.pk}/")
    [line] = [json.loads(record.message) for record in caplog.records if record.name == "easycall.requests"]
    assert (line["route"], line["status"], line["credential"][:9]) == ("leads", 200, "easycall_")
    assert str(lead.pk) not in json.dumps(line)


def test_answers_are_for_no_cache(staff: Client) -> None:
    assert staff.get(LEADS)["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("api:leads", "PaginatedStoredLeadList"),
        ("api:lead", "StoredLeadDetail"),
        ("api:submissions", "PaginatedSubmissionList"),
        ("api:submission", "SubmissionDetail"),
    ],
)
def test_answers_are_of_their_schema(staff: Client, path: str, schema: str) -> None:
    lead = LeadFactory()
    LeadEventFactory(lead=lead)
    pk = {"api:lead": lead.pk, "api:submission": lead.submission_id}.get(path)
    answer = staff.get(reverse(path, args=[pk] if pk else [])).json()
    components = Client().get("/api/schema/").json()["components"]
    Draft202012Validator({"$ref": f"#/components/schemas/{schema}", "components": components}).validate(answer)
