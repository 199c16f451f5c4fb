"""The conductor: one delivery in, one answer out, one transaction in between."""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone, translation

from accounts.models import Credential
from campaigns.queries import all_questions
from easycall.errors import Problem, TemporarilyUnavailable
from easycall.ids import new_id
from leads.enums import EventKind, Outcome
from leads.intake import body
from leads.intake.draft import Draft, draft
from leads.intake.keys import KeyTable
from leads.intake.route import active_mappings, route
from leads.models import Lead, LeadEvent, Submission

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came in, as it came: enough to do it all again."""

    credential: Credential
    raw: bytes
    content_type: str
    method: str
    path: str
    query: str
    url_code: str
    remote_address: str | None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is the JSON document to send, as it is journalled."""

    status: int
    text: str
    headers: Mapping[str, str]
    is_problem: bool


Draftlike = Draft | Problem


def receive(delivery: Delivery) -> Answer:
    """Make leads of a delivery, or a problem; either way it is in the journal when this returns.

    Answers are in English whoever asks: the same bytes get the same receipt, today and when they are replayed.

    Raises django.db.Error when the database can't answer: then nothing was written, and the sender has to be told so.
    """
    try:
        with translation.override("en"):
            content = body.read(delivery.raw, delivery.content_type)
            drafts = _drafts(delivery, content)
            if not content.batch and isinstance(drafts[0], Problem):
                return refuse(delivery, drafts[0])
            return _write(delivery, content, drafts)
    except Problem as problem:
        return refuse(delivery, problem)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # whatever it is, what was sent must not be lost
        log.exception("A submission could not be mapped")
        return refuse(delivery, TemporarilyUnavailable(), outcome=Outcome.FAILED)


def refuse(delivery: Delivery, problem: Problem, *, outcome: Outcome = Outcome.REJECTED) -> Answer:
    """Journal a delivery that becomes no lead."""
    submission = _submission(delivery)
    with translation.override("en"):
        text = _dump(problem.document(submission.id))
    submission.outcome, submission.status, submission.problem = outcome, problem.status, _types([problem])
    submission.rejected_count = 1
    submission.answer = text
    submission.save(force_insert=True)
    return Answer(problem.status, text, problem.headers, is_problem=True)


def _drafts(delivery: Delivery, content: body.Body) -> list[Draftlike]:
    mappings = active_mappings(delivery.credential.user_id)
    campaigns = {mapping.campaign_id for mapping in mappings.values()}
    # A question of campaigns that this user sends nothing to is not the sender's to know of.
    keys = KeyTable({key: asked for key, asked in all_questions().items() if asked.is_asked_in_any(campaigns)})

    def one(item: body.Item) -> Draftlike:
        if isinstance(item.content, Problem):
            return item.content
        try:
            mapping, warnings = route(item.content, url_code=delivery.url_code, mappings=mappings, place=item.pointer)
            result = draft(item.content, mapping=mapping, keys=keys, place=item.pointer)
        except Problem as problem:
            return problem
        result.warn(None, [*content.warnings, *warnings])
        return result

    return [one(item) for item in content.items]


def _write(delivery: Delivery, content: body.Body, drafts: list[Draftlike]) -> Answer:
    submission = _submission(delivery)
    leads = {index: each.lead(submission, index) for index, each in enumerate(drafts) if isinstance(each, Draft)}
    results = [
        each.receipt(leads[index].id, submission.id, EventKind.CREATED)
        if isinstance(each, Draft)
        else each.document(submission.id)
        for index, each in enumerate(drafts)
    ]
    _conclude(submission, content, drafts, results)
    with transaction.atomic():
        submission.save(force_insert=True)
        Lead.objects.bulk_create(leads.values())
        LeadEvent.objects.bulk_create(
            LeadEvent(lead=lead, kind=EventKind.CREATED, at=submission.received_at, submission=submission)
            for lead in leads.values()
        )
    return Answer(submission.status, submission.answer, {}, is_problem=False)


def _conclude(
    submission: Submission, content: body.Body, drafts: list[Draftlike], results: list[dict[str, Any]]
) -> None:
    """Fill in what became of it: the answer, the counts and the outcome."""
    problems = [each for each in drafts if isinstance(each, Problem)]
    mappings = {each.mapping.pk for each in drafts if isinstance(each, Draft)}
    submission.created_count, submission.rejected_count = len(drafts) - len(problems), len(problems)
    submission.mapping_id = mappings.pop() if len(mappings) == 1 else None
    if problems:
        submission.problem = _types(problems)
        submission.outcome = Outcome.PARTIAL if submission.created_count else Outcome.REJECTED
    else:
        submission.outcome = Outcome.ACCEPTED
    submission.status = 200 if content.batch else 201
    submission.answer = _dump(_batch_document(submission, results) if content.batch else results[0])


def _types(problems: Iterable[Problem]) -> str:
    return " ".join(sorted({problem.type for problem in problems}))


def _batch_document(submission: Submission, results: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "results": results,
        "created": submission.created_count,
        "duplicate": 0,
        "updated": 0,
        "repeated": 0,
        "rejected": submission.rejected_count,
    }


def _submission(delivery: Delivery) -> Submission:
    return Submission(
        id=new_id(),
        received_at=timezone.now(),
        user_id=delivery.credential.user_id,
        credential=delivery.credential,
        remote_address=delivery.remote_address,
        method=delivery.method,
        path=delivery.path,
        query=delivery.query,
        content_type=delivery.content_type,
        body=delivery.raw,
        body_complete=delivery.complete,
    )


def _dump(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
