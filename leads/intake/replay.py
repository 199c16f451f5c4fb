"""The journal's bytes through the door again, after support has mended the set-up."""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone, translation

from accounts.authentication import check_address, check_scope
from accounts.enums import Scope
from accounts.models import User
from easycall.errors import IdempotencyKeyReused, Problem, TemporarilyUnavailable
from leads.enums import Outcome
from leads.intake import body, conclude
from leads.intake.draft import Draft
from leads.intake.match import match
from leads.intake.receive import claim_of, drafts_of, incoming, unless_overtaken
from leads.intake.route import url_code
from leads.intake.setup import set_up
from leads.intake.unknown import count_unknown_keys
from leads.intake.work import Delivery
from leads.models import Submission
from leads.queries import in_chunks, replayable

log = logging.getLogger(__name__)

_CHUNK = 500

# What a replay may change: the bytes and all that was sent with them stay.
_CHANGED = (
    "outcome",
    "status",
    "problem",
    "created_count",
    "duplicate_count",
    "updated_count",
    "repeated_count",
    "rejected_count",
    "mapping",
    "repeats",
    "answer",
    "first_status",
    "first_answer",
    "replayed_at",
    "replayed_by",
)


class Fate(StrEnum):
    """What a replay came to. `LEFT`: nothing was done, for it was a lead already or no set-up can make it one."""

    ACCEPTED = "accepted"
    PARTIAL = "partial"
    REPEATED = "repeated"
    REJECTED = "rejected"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Replayed:
    """`problems` are the types of those that are left, if any."""

    submission_id: UUID
    fate: Fate
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many replays came to what."""

    fates: Counter[Fate] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)

    def add(self, replayed: Replayed) -> None:
        self.fates[replayed.fate] += 1
        self.problems.update(replayed.problems)


def replay(*, submission_id: UUID, by: User | None) -> Replayed:
    """Run a submission that was not wholly taken again, in one transaction. `by` is None for the command line.

    Of the token only its scope and its networks are asked again: that it was good is why the submission is there, and
    the replay is support's act.

    Raises django.db.Error when the database can't answer: then nothing was written.
    """
    try:
        return unless_overtaken(lambda: _again(submission_id, by, _run))
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # what nobody expected of one must not keep the others from being replayed
        log.exception("A submission could not be replayed")
        return _again(submission_id, by, _fail)


def replay_all(*, submissions: QuerySet[Submission], by: User | None) -> Iterator[Replayed]:
    """Replay each, the oldest first, in a transaction of its own. Stopped anywhere, it may be begun again."""
    ids = chain.from_iterable(in_chunks(replayable(submissions), _CHUNK))
    return (replay(submission_id=submission_id, by=by) for submission_id in ids)


@transaction.atomic
def _again(submission_id: UUID, by: User | None, run: Callable[[Submission], None]) -> Replayed:
    submission = _locked(submission_id)
    if submission is None:
        return Replayed(submission_id, Fate.LEFT)
    taken_before = _taken(submission)
    if submission.replayed_at is None:
        submission.first_status, submission.first_answer = submission.status, submission.answer
    submission.replayed_at, submission.replayed_by = timezone.now(), by
    with translation.override("en"):
        run(submission)
    submission.save(update_fields=_CHANGED)
    return Replayed(submission_id, _fate(submission, taken_before), tuple(submission.problem.split()))


def _locked(submission_id: UUID) -> Submission | None:
    """The submission, kept until the transaction ends; None when there is nothing to do, or somebody is at it."""
    rows = replayable(Submission.objects.filter(pk=submission_id)).select_related("credential")
    # Not the key of the row: a sender that repeats what is replayed only points to it, and need not wait.
    return rows.select_for_update(of=("self",), no_key=True, skip_locked=True).first()


def _taken(submission: Submission) -> tuple[int, int]:
    written = submission.created_count + submission.duplicate_count + submission.updated_count
    return written, submission.repeated_count


def _fate(submission: Submission, taken_before: tuple[int, int]) -> Fate:
    written, repeated = _taken(submission)
    if submission.outcome == Outcome.ACCEPTED:
        return Fate.REPEATED if written == taken_before[0] else Fate.ACCEPTED
    return Fate.PARTIAL if (written, repeated) != taken_before else Fate.REJECTED


def _run(submission: Submission) -> None:
    try:
        _take(submission, _delivery(submission))
    except Problem as problem:
        _refuse(submission, problem, Outcome.REJECTED)


def _fail(submission: Submission) -> None:
    _refuse(submission, TemporarilyUnavailable(), Outcome.FAILED)


def _refuse(submission: Submission, problem: Problem, outcome: Outcome) -> None:
    # What a batch became in part stays so, and its answer with it.
    if submission.outcome != Outcome.PARTIAL:
        conclude.refused(submission, problem, outcome=outcome)


def _delivery(submission: Submission) -> Delivery:
    return Delivery(
        credential=submission.credential,
        raw=bytes(submission.body),
        content_type=submission.content_type,
        method=submission.method,
        path=submission.path,
        query=submission.query,
        url_code=url_code(submission.query),
        remote_address=submission.remote_address,
        idempotency_key=submission.idempotency_key,
    )


def _take(submission: Submission, delivery: Delivery) -> None:
    """Make leads of what is none yet. Raises the Problem of the whole."""
    # What was tried from a page came from no address.
    if submission.tested_by_id is None:
        check_address(delivery.credential, delivery.remote_address)
    check_scope(delivery.credential, Scope.INTAKE)
    content = body.read(delivery.raw, delivery.content_type)
    claim = claim_of(delivery, content)
    if claim:
        claim.lock()
        if (first := claim.first()) and first != submission:
            _repeat(submission, first)
            return
    earlier = _earlier_receipts(submission)
    sender = set_up({submission.user_id})[submission.user_id]
    drafts = {index: each for index, each in drafts_of(delivery, content, sender).items() if index not in earlier}
    if not content.batch and isinstance(drafts[0], Problem):
        raise drafts[0]
    found = match(incoming(submission, drafts))
    found.write()
    drafts |= found.refused
    conclude.taken(submission, drafts, found.matches, batch=content.batch, earlier=earlier)
    if claim and found.matches:
        claim.keep(submission)
    # Not those of what is refused again, which were counted when it came.
    count_unknown_keys([each for each in drafts.values() if isinstance(each, Draft)], at=timezone.now())


def _repeat(submission: Submission, first: Submission) -> None:
    """The sender sent it again, with its key, before it was replayed. Raises IdempotencyKeyReused for half a batch."""
    if submission.outcome == Outcome.PARTIAL:
        raise IdempotencyKeyReused("The batch was sent again, and answered, after its key had run out.")
    conclude.repeated(submission, first)


def _earlier_receipts(submission: Submission) -> dict[int, conclude.Result]:
    """The receipts of the items of a batch that were taken, by their place."""
    if submission.outcome != Outcome.PARTIAL:
        return {}
    results = json.loads(submission.answer)["results"]
    return {index: result for index, result in enumerate(results) if not conclude.is_problem(result)}
