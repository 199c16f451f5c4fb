"""The files of `cases`, one body each, through the endpoint: its answer, its row in the journal, its lead."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from campaigns.fields import FIELDS
from leads.intake.body import BATCH_BYTES
from leads.models import Lead, Submission
from tests.intake.world import PATH, World, send, without_ids

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))

Case = dict[str, Any]


def read_case(path: Path) -> Case:
    case: Case = json.loads(path.read_text(encoding="utf-8"))
    return case


def body_of(request: Mapping[str, Any]) -> bytes:
    """`json` is a document, `body` a text in `encoding`, `repeat` a text, a number of times, and what goes around."""
    if "json" in request:
        return json.dumps(request["json"], ensure_ascii=False).encode()
    if "repeat" in request:
        before, piece, times, after = request["repeat"]
        return f"{before}{piece * times}{after}".encode()
    body: str = request["body"]
    return body.encode(request.get("encoding", "utf-8"))


def perform(request: Mapping[str, Any], world: World) -> Any:
    headers = {"Content-Type": "application/json", "Authorization": "Bearer <token>", **request.get("headers", {})}
    for name, token in world.tokens.items():
        headers["Authorization"] = headers["Authorization"].replace(name, token)
    return send(
        body_of(request),
        content_type=headers.pop("Content-Type"),
        path=request.get("path", PATH),
        method=request.get("method", "POST"),
        headers={name: value for name, value in headers.items() if value},
    )


@pytest.fixture(params=CASES, ids=[path.stem for path in CASES])
def case(request: pytest.FixtureRequest) -> Case:
    return read_case(request.param)


def test_case_gets_its_answer(case: Case, world: World) -> None:
    response = perform(case["request"], world)

    expected = case["answer"]
    document = json.loads(without_ids(response.content.decode()))
    if "has" in expected:
        document = {name: document[name] for name in expected["has"]}
    assert (response.status_code, document) == (expected["status"], expected.get("has", expected.get("body")))
    for name, value in expected.get("headers", {}).items():
        assert response[name] == value


def test_case_is_answered_in_its_media_type(case: Case, world: World) -> None:
    response = perform(case["request"], world)

    is_problem = response.status_code >= 400
    assert response["Content-Type"] == ("application/problem+json" if is_problem else "application/json")
    if is_problem:
        assert json.loads(response.content)["status"] == response.status_code


def test_case_is_journalled_as_it_was_sent_if_its_token_is_good(case: Case, world: World) -> None:
    response = perform(case["request"], world)

    rows = list(Submission.objects.all())
    assert len(rows) == (0 if case.get("unjournalled") else 1)
    for row in rows:
        sent = body_of(case["request"])
        # Of what is over 8 MiB only the start is kept.
        assert bytes(row.body) == (sent if len(sent) <= BATCH_BYTES else sent[: 64 * 1024])
        assert row.body_complete is (len(sent) <= BATCH_BYTES)
        assert (row.status, row.answer) == (response.status_code, response.content.decode())


def test_receipts_account_for_every_key(case: Case, world: World) -> None:
    document = json.loads(perform(case["request"], world).content)

    receipts = [each for each in document.get("results", [document]) if "stored" in each]
    assert len(receipts) == len(case.get("received", []))
    for receipt, keys in zip(receipts, case.get("received", []), strict=True):
        accounted = [*receipt["stored"], *receipt["kept_aside"], *receipt["empty"]]
        assert sorted(accounted) == sorted(keys)


def test_leads_are_what_their_receipts_say(case: Case, world: World) -> None:
    document = json.loads(perform(case["request"], world).content)

    receipts = [each for each in document.get("results", [document]) if "stored" in each]
    made = Counter(receipt["id"] for receipt in receipts)
    assert Lead.objects.count() == len(made)
    # What several receipts made of one lead, by merging, is more than one of them says.
    for receipt in (receipt for receipt in receipts if made[receipt["id"]] == 1):
        lead = Lead.objects.select_related("campaign", "mapping").get(pk=receipt["id"])
        assert _stored_in(lead) == _stored_by(receipt)
        assert (lead.kept_aside, lead.warnings) == (receipt["kept_aside"], receipt["warnings"])
        assert str(lead.submission_id) == receipt["submission"]
        assert receipt["campaign"] == {"code": lead.mapping.external_code, "name": lead.campaign.name}


def _stored_in(lead: Lead) -> dict[tuple[str, str], str]:
    fields = {("field", name): getattr(lead, name) for name in FIELDS}
    envelope = {("envelope", name): getattr(lead, name) for name in ("external_id", "channel", "consent")}
    answers = {("question", key): value for key, value in lead.answers.items()}
    return {where: value for where, value in (fields | envelope | answers).items() if value}


def _stored_by(receipt: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """Where each value went, less the campaign, which is not a column but a row."""
    places = {}
    for entry in receipt["stored"].values():
        kind = next(kind for kind in ("field", "question", "envelope") if kind in entry)
        if (kind, entry[kind]) != ("envelope", "campaign"):
            places[kind, entry[kind]] = entry["value"]
    return places


def test_there_are_cases_of_every_problem_of_the_body() -> None:
    types = {read_case(path)["answer"].get("type") for path in CASES}
    assert types >= {
        "malformed-request", "malformed-body", "missing-credentials", "invalid-token", "address-not-allowed",
        "method-not-allowed", "not-acceptable", "unsupported-media-type", "content-too-large", "unknown-campaign",
        "campaign-inactive", "missing-contact",
    }  # fmt: skip
    assert len(CASES) >= 70


def test_a_case_names_the_type_that_its_answer_has(case: Case) -> None:
    answer = case["answer"]
    document = answer.get("has", answer.get("body", {}))
    assert answer.get("type") == (document["type"].removeprefix("/problems/") if answer["status"] >= 400 else None)
