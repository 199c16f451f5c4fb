"""The conductor: one delivery in, one answer out, one transaction in between."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone, translation

from accounts.models import Credential
from campaigns.queries import all_questions
from easycall.api import problems
from easycall.errors import Problem, TemporarilyUnavailable
from easycall.ids import new_id
from leads.enums import Outcome
from leads.intake import body, conclude
from leads.intake.conclude import Draftlike
from leads.intake.draft import Draft, draft
from leads.intake.idempotency import Claim
from leads.intake.keys import KeyTable, aliases_of
from leads.intake.match import match
from leads.intake.matching import Incoming
from leads.intake.route import active_mappings, route
from leads.intake.unknown import count_unknown_keys
from leads.models import Submission

log = logging.getLogger(__name__)

_T = TypeVar("_T")

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
    objection: Problem | None = None  # what is wrong with the request whatever its body says


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is the JSON document to send, as it is journalled."""

    status: int
    text: str
    headers: Mapping[str, str]
    is_problem: bool
    # For the log: what it was about.
    submission_id: UUID | None = None
    problem: str = ""
    leads: int = 0


def receive_all(deliveries: Sequence[Delivery]) -> list[Answer]:
    """One answer a delivery, in order. It is 503 when the database can't take it; then nothing of it is there."""
    return [_or_unavailable(delivery) for delivery in deliveries]


def _or_unavailable(delivery: Delivery) -> Answer:
    try:
        return receive(delivery)
    except DatabaseError as error:
        log.error("The database could not answer: %s", type(error).__name__)
        problem = TemporarilyUnavailable()
        return Answer(problem.status, problems.text(problem), problem.headers, is_problem=True, problem=problem.type)


def receive(delivery: Delivery) -> Answer:
    """Make leads of a delivery, or a problem; either way it is in the journal when this returns.

    A delivery that asks to explain gets the answer that it would get, and leaves nothing behind.

    Answers are in English whoever asks: the same bytes get the same receipt, today and when they are replayed.

    Raises django.db.Error when the database can't answer: then nothing was written, and the sender has to be told so.
    """
    try:
        with translation.override("en"):
            if delivery.objection:
                raise delivery.objection
            content = body.read(delivery.raw, delivery.content_type)
            claim = claim_of(delivery, content)
            if claim and (first := claim.first()):
                return _repeat(delivery, first)
            drafts = drafts_of(delivery, content)
            if not content.batch and isinstance(drafts[0], Problem):
                return refuse(delivery, drafts[0])
            if delivery.explain:
                return _explain(delivery, content, drafts)
            return unless_overtaken(lambda: _write(delivery, content, drafts, claim))
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
    conclude.refused(submission, problem, outcome=outcome, explain=delivery.explain)
    if not delivery.explain:
        with transaction.atomic():
            submission.save(force_insert=True)
            count_unknown_keys([problem], at=submission.received_at)
    return _answer(delivery, submission, problem.headers)


def claim_of(delivery: Delivery, content: body.Body) -> Claim | None:
    """The delivery's claim to its key, if it has one."""
    key = delivery.idempotency_key
    return Claim.of(delivery.credential.user_id, key, content, delivery.url_code, delivery.raw) if key else None


def _repeat(delivery: Delivery, first: Submission) -> Answer:
    """Answer as the first time, byte for byte, and write no more than that this happened."""
    submission = _submission(delivery)
    conclude.repeated(submission, first)
    if not delivery.explain:
        submission.save(force_insert=True)
    return _answer(delivery, submission, {"Idempotent-Replayed": "true"})


def drafts_of(delivery: Delivery, content: body.Body) -> dict[int, Draftlike]:
    """Each item by its place: what it becomes, or its problem."""
    mappings = active_mappings(delivery.credential.user_id)
    campaigns = {mapping.campaign_id for mapping in mappings.values()}
    # A question of campaigns that this user sends nothing to is not the sender's to know of.
    questions = {key: asked for key, asked in all_questions().items() if asked.is_asked_in_any(campaigns)}
    keys = KeyTable(questions, aliases_of(mappings.values()))

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

    return {index: one(item) for index, item in enumerate(content.items)}


def _explain(delivery: Delivery, content: body.Body, drafts: Mapping[int, Draftlike]) -> Answer:
    submission = _submission(delivery)
    found = match(incoming(submission, drafts), explain=True)
    conclude.taken(submission, {**drafts, **found.refused}, found.matches, batch=content.batch, explain=True)
    return _answer(delivery, submission)


def good(drafts: Mapping[int, Draftlike]) -> dict[int, Draft]:
    """Those that can be leads."""
    return {index: each for index, each in drafts.items() if isinstance(each, Draft)}


def incoming(submission: Submission, drafts: Mapping[int, Draftlike]) -> dict[int, Incoming]:
    """Those that can be leads, with where they came."""
    return {index: Incoming(each, submission, index) for index, each in good(drafts).items()}


def unless_overtaken(write: Callable[[], _T]) -> _T:
    """Do it, and again when another request wrote a lead with the same external id after we had looked."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return write()
        except IntegrityError:
            continue
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != _DEADLOCK:
                raise
    return write()


def _write(delivery: Delivery, content: body.Body, drafts: Mapping[int, Draftlike], claim: Claim | None) -> Answer:
    submission = _submission(delivery)
    with transaction.atomic():
        if claim:
            claim.lock()
            # Asked again, because a twin may have ended between the first question and the lock.
            if first := claim.first():
                return _repeat(delivery, first)
        found = match(incoming(submission, drafts))
        conclude.taken(submission, {**drafts, **found.refused}, found.matches, batch=content.batch)
        submission.save(force_insert=True)
        found.write()
        # A batch of which nothing was taken is tried afresh, as a single lead is.
        if claim and found.matches:
            claim.keep(submission)
        # Last, because the rows of keys that many requests carry are locked from here to the commit.
        count_unknown_keys(drafts.values(), at=submission.received_at)
    return _answer(delivery, submission)


def _answer(delivery: Delivery, submission: Submission, headers: Mapping[str, str] | None = None) -> Answer:
    return Answer(
        submission.status,
        submission.answer,
        headers or {},
        is_problem=submission.status >= 400,
        submission_id=None if delivery.explain else submission.id,
        problem=submission.problem,
        leads=submission.lead_count,
    )


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
        idempotency_key=delivery.idempotency_key,
    )
