import json
import logging
import re
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign
from easycall.logs import PrivateFormatter
from leads.enums import Outcome
from leads.models import Lead, LeadEvent, Submission
from tests.factories import ImportMappingFactory, QuestionFactory
from tests.intake.world import World, send

LEAD = {"Campaign": "expo_2026", "nombre": "Lucía", "telefono": "600 11 12 22", "email": "lucia@example.com"}
OTHER = {"Campaign": "expo_2026", "nombre": "Ana", "telefono": "600 33 44 55"}


def _statements(world: World, body: object) -> Counter[str]:
    """What one request runs: the verb and the table of each statement, less the savepoints of the test."""
    for _ in range(2):  # “last used” is written once a minute, and then the credential is another
        send(json.dumps(LEAD), world.tokens["<token>"])
    with CaptureQueriesContext(connection) as queries:
        assert send(json.dumps(body), world.tokens["<token>"]).status_code in (200, 201)
    return Counter(_verb_and_table(query["sql"]) for query in queries if "SAVEPOINT" not in query["sql"])


def _verb_and_table(sql: str) -> str:
    if "pg_advisory" in sql:
        return "LOCK"
    sql = re.sub(r"^\d+ times: ", "", sql).strip()
    verb, _, rest = sql.partition(" ")
    table = (rest if verb == "COPY" else rest.partition("FROM " if verb == "SELECT" else "INTO ")[2]).split()[0]
    return f"{verb} {table.replace(chr(34), '')}"


ONE_LEAD = Counter(
    {
        "SELECT accounts_credential": 1,
        "SELECT leads_importmapping": 1,
        "SELECT campaigns_question": 1,
        "SELECT leads_lead": 2,
    }
)
if connection.vendor == "postgresql":
    ONE_LEAD.update(("LOCK", "COPY leads_submission", "COPY leads_lead", "COPY leads_leadevent"))
else:
    ONE_LEAD.update(("INSERT leads_submission", "INSERT leads_lead", "INSERT leads_leadevent"))


def test_one_lead_takes_few_statements(world: World) -> None:
    assert _statements(world, LEAD) == ONE_LEAD


def test_statements_do_not_grow_with_the_set_up(world: World) -> None:
    for _ in range(30):
        QuestionFactory(campaigns=[world.expo])
        ImportMappingFactory(user=world.user)
    assert _statements(world, LEAD) == ONE_LEAD


def test_batch_of_1000_is_written_in_bulk(world: World) -> None:
    assert _statements(world, [LEAD] * 1000) == ONE_LEAD


def test_first_use_of_a_token_is_written_and_the_next_of_its_minute_is_not(world: World) -> None:
    with CaptureQueriesContext(connection) as queries:
        send(json.dumps(LEAD), world.tokens["<token>"])
    assert sum("UPDATE" in query["sql"] for query in queries) == 1
    with CaptureQueriesContext(connection) as queries:
        send(json.dumps(LEAD), world.tokens["<token>"])
    assert not any("UPDATE" in query["sql"] for query in queries)


def test_refused_token_takes_one_query_beside_its_counter(world: World) -> None:
    send(json.dumps(LEAD), world.tokens["<revoked>"])  # what is remembered of the credential is read once
    with CaptureQueriesContext(connection) as queries:
        send(json.dumps(LEAD), world.tokens["<revoked>"])
    assert sum("accounts_credential" in query["sql"] for query in queries) == 1
    assert not any("leads_" in query["sql"] for query in queries)


def _break_the_set_up(world: World) -> None:
    Campaign.objects.filter(pk=world.expo.pk).update(time_zone="Mars/Olympus")


FATAL = {**LEAD, "cuando": "05/04/2026 17:30"}


def test_fault_while_mapping_is_503_and_leaves_the_submission_as_failed(world: World) -> None:
    _break_the_set_up(world)
    body = json.dumps(FATAL)

    response = send(body, world.tokens["<token>"])

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json()["type"] == "/problems/temporarily-unavailable"
    submission = Submission.objects.get()
    assert (submission.outcome, bytes(submission.body)) == (Outcome.FAILED, body.encode())
    assert not Lead.objects.exists()


def test_fault_of_one_item_leaves_no_lead_of_the_batch(world: World) -> None:
    _break_the_set_up(world)
    assert send(json.dumps([LEAD, FATAL]), world.tokens["<token>"]).status_code == 503
    assert (Lead.objects.count(), Submission.objects.get().outcome) == (0, Outcome.FAILED)


def test_answer_to_a_fault_tells_nothing_of_it(world: World) -> None:
    _break_the_set_up(world)
    text = send(json.dumps(FATAL), world.tokens["<token>"]).content.decode()
    assert not any(word in text for word in ("Mars", "Traceback", "zoneinfo", "SELECT", "600"))


@pytest.fixture
def refusing_leads(world: World) -> None:
    """A constraint that nobody foresaw: the database refuses the row, and on PostgreSQL repeats it in its words."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER refuse BEFORE INSERT ON leads_lead BEGIN SELECT RAISE(ABORT, 'refused Lucía'); END"
            )
        else:
            cursor.execute("ALTER TABLE leads_lead ADD CONSTRAINT refuse CHECK (nome = 'x') NOT VALID")


@pytest.mark.usefixtures("refusing_leads")
def test_row_that_the_database_refuses_is_a_fault_and_no_500(world: World) -> None:
    assert send(json.dumps(LEAD), world.tokens["<token>"]).status_code == 503
    assert (Submission.objects.get().outcome, LeadEvent.objects.count()) == (Outcome.FAILED, 0)


def _said(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(PrivateFormatter("%(message)s").format(record) for record in caplog.records)


@pytest.mark.usefixtures("refusing_leads")
def test_log_of_a_fault_says_where_and_not_what_was_sent(world: World, caplog: pytest.LogCaptureFixture) -> None:
    send(json.dumps(LEAD), world.tokens["<token>"])
    said = _said(caplog)
    assert "IntegrityError" in said
    assert "rows.py" in said
    assert not any(secret in said for secret in ("Lucía", "600 11", "lucia@", world.tokens["<token>"]))


@pytest.mark.parametrize("token", ["<token>", "<revoked>"])
def test_nothing_that_was_sent_is_logged(token: str, world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    send(json.dumps(LEAD), world.tokens[token])
    send(json.dumps(LEAD)[:-1], world.tokens[token])
    send(json.dumps(LEAD), world.tokens[token], path=f"/easycall/spring?token={world.tokens['<token>']}")
    secrets = ("Lucía", "600 11", "lucia@", world.tokens[token], world.tokens["<token>"])
    assert not any(secret in _said(caplog) for secret in secrets)


def test_token_of_the_url_is_not_kept_in_the_journal(world: World) -> None:
    send(json.dumps(LEAD), world.tokens["<token>"], path=f"/easycall/spring?x={world.tokens['<solo>']}")
    submission = Submission.objects.get()
    assert (submission.status, submission.query) == (400, "(withheld: it carried a token)")


def test_lead_has_its_event_and_its_submission(world: World) -> None:
    send(json.dumps(LEAD), world.tokens["<token>"])
    lead = Lead.objects.get()
    event = LeadEvent.objects.get()
    assert (event.lead, event.submission, event.kind) == (lead, lead.submission, "created")
    assert lead.created_at == lead.submission.received_at == event.at


@pytest.mark.parametrize(
    ("body", "outcome", "counts"),
    [
        ([LEAD, OTHER], Outcome.ACCEPTED, (2, 0)),
        ([LEAD, {}], Outcome.PARTIAL, (1, 1)),
        ([{}, {}], Outcome.REJECTED, (0, 2)),
        ({}, Outcome.REJECTED, (0, 1)),
    ],
)
def test_submission_says_what_became_of_it(
    body: object, outcome: Outcome, counts: tuple[int, int], world: World
) -> None:
    send(json.dumps(body), world.tokens["<token>"])
    submission = Submission.objects.get()
    assert (submission.outcome, (submission.created_count, submission.rejected_count)) == (outcome, counts)


def test_submission_names_each_kind_of_its_problems_once(world: World) -> None:
    bare = {"Campaign": "expo_2026"}
    body = [bare, LEAD, {**LEAD, "Campaign": "nowhere"}, bare, {**LEAD, "nombre": "x" * 10_001}]
    send(json.dumps(body), world.tokens["<token>"])
    send("{", world.tokens["<token>"])
    problems = Submission.objects.order_by("pk").values_list("problem", flat=True)
    assert list(problems) == ["content-too-large missing-contact unknown-campaign", "malformed-body"]


def test_answers_are_in_english_whoever_asks(world: World) -> None:
    headers = {"Accept-Language": "es"}
    receipt = send(json.dumps({**LEAD, "telefono": "1"}), world.tokens["<token>"], headers=headers).json()
    problem = send("{", world.tokens["<token>"], headers=headers).json()
    assert "kept as sent" in receipt["warnings"][0]["detail"]
    assert problem["title"] == "The body can't be read"
