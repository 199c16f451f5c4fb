"""The conductor: one delivery in, one answer out, one transaction in between."""

import json
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone, translation

from accounts.models import Credential
from campaigns.queries import all_questions
from easycall.errors import Problem, TemporarilyUnavailable
from easycall.ids import new_id
from leads.enums import Outcome, Verdict
from leads.intake import body
from leads.intake.draft import Draft, draft
from leads.intake.idempotency import Claim
from leads.intake.keys import KeyTable
from leads.intake.match import Match, match
from leads.intake.route import active_mappings, route
from leads.models import Submission

log = logging.getLogger(__name__)

# How often a submission that others keep overtaking is tried, before it is a fault.
_ATTEMPTS = 5
_DEADLOCK = "40P01"  # PostgreSQL's name for it


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
    idempotency_key: str = ""
    explain: bool = False
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

    A delivery that asks to explain gets the answer that it would get, and leaves nothing behind.

    Answers are in English whoever asks: the same bytes get the same receipt, today and when they are replayed.

    Raises django.db.Error when the database can't answer: then nothing was written, and the sender has to be told so.
    """
    try:
        with translation.override("en"):
            content = body.read(delivery.raw, delivery.content_type)
            claim = _claim(delivery, content)
            if claim and (first := claim.first()):
                return _repeat(delivery, first)
            drafts = _drafts(delivery, content)
            if not content.batch and isinstance(drafts[0], Problem):
                return refuse(delivery, drafts[0])
            if delivery.explain:
                return _explain(delivery, content, drafts)
            return _write_unless_overtaken(delivery, content, drafts, claim)
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
        text = _dump(problem.document(None if delivery.explain else submission.id))
    submission.outcome, submission.status, submission.problem = outcome, problem.status, _types([problem])
    submission.rejected_count = 1
    submission.answer = text
    if not delivery.explain:
        submission.save(force_insert=True)
    return Answer(problem.status, text, problem.headers, is_problem=True)


def _claim(delivery: Delivery, content: body.Body) -> Claim | None:
    key = delivery.idempotency_key
    return Claim.of(delivery.credential.user_id, key, content, delivery.url_code, delivery.raw) if key else None


def _repeat(delivery: Delivery, first: Submission) -> Answer:
    """Answer as the first time, byte for byte, and write no more than that this happened."""
    submission = _submission(delivery)
    submission.outcome, submission.status, submission.answer = Outcome.ACCEPTED, first.status, first.answer
    submission.repeats, submission.mapping_id = first, first.mapping_id
    if not delivery.explain:
        submission.save(force_insert=True)
    return Answer(first.status, first.answer, {"Idempotent-Replayed": "true"}, is_problem=False)


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


def _explain(delivery: Delivery, content: body.Body, drafts: list[Draftlike]) -> Answer:
    submission = _submission(delivery)
    found = match(submission, _good(drafts), lock=False)
    _conclude(submission, content, drafts, found.matches, explain=True)
    return Answer(submission.status, submission.answer, {}, is_problem=False)


def _good(drafts: list[Draftlike]) -> dict[int, Draft]:
    return {index: each for index, each in enumerate(drafts) if isinstance(each, Draft)}


def _write_unless_overtaken(
    delivery: Delivery, content: body.Body, drafts: list[Draftlike], claim: Claim | None
) -> Answer:
    """Write, and again when another request wrote a lead with the same external id after we had looked."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return _write(delivery, content, drafts, claim)
        except IntegrityError:
            continue
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != _DEADLOCK:
                raise
    return _write(delivery, content, drafts, claim)


def _write(delivery: Delivery, content: body.Body, drafts: list[Draftlike], claim: Claim | None) -> Answer:
    submission = _submission(delivery)
    with transaction.atomic():
        if claim:
            claim.lock()
            # Asked again, because a twin may have ended between the first question and the lock.
            if first := claim.first():
                return _repeat(delivery, first)
        found = match(submission, _good(drafts), lock=True)
        _conclude(submission, content, drafts, found.matches, explain=False)
        submission.save(force_insert=True)
        found.write()
        # A batch of which nothing was taken is tried afresh, as a single lead is.
        if claim and found.matches:
            claim.keep(submission)
    return Answer(submission.status, submission.answer, {}, is_problem=False)


def _conclude(
    submission: Submission,
    content: body.Body,
    drafts: list[Draftlike],
    matches: Mapping[int, Match],
    *,
    explain: bool,
) -> None:
    """Fill in what became of it: the answer, the counts and the outcome."""
    problems = [each for each in drafts if isinstance(each, Problem)]
    mappings = {each.mapping.pk for each in drafts if isinstance(each, Draft)}
    verdicts = Counter(each.verdict for each in matches.values())
    submission.created_count, submission.rejected_count = verdicts[Verdict.CREATED], len(problems)
    submission.updated_count, submission.repeated_count = verdicts[Verdict.UPDATED], verdicts[Verdict.REPEATED]
    submission.mapping_id = mappings.pop() if len(mappings) == 1 else None
    if problems:
        submission.problem = _types(problems)
        submission.outcome = Outcome.PARTIAL if matches else Outcome.REJECTED
    else:
        submission.outcome = Outcome.ACCEPTED
    submission_id = None if explain else submission.id
    results = [
        each.document(submission_id) if isinstance(each, Problem) else _receipt(each, matches[index], submission_id)
        for index, each in enumerate(drafts)
    ]
    submission.status = 201 if verdicts[Verdict.CREATED] and not content.batch else 200
    submission.answer = _dump(_batch_document(submission, results) if content.batch else results[0])


def _receipt(each: Draft, found: Match, submission_id: UUID | None) -> dict[str, Any]:
    """The receipt. What is only explained has no submission, and then a lead that would be new has no id."""
    is_imagined = submission_id is None and found.is_new
    return each.receipt(None if is_imagined else found.lead.id, submission_id, found.verdict)


def _types(problems: Iterable[Problem]) -> str:
    return " ".join(sorted({problem.type for problem in problems}))


def _batch_document(submission: Submission, results: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "results": results,
        "created": submission.created_count,
        "duplicate": 0,
        "updated": submission.updated_count,
        "repeated": submission.repeated_count,
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
