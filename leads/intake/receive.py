"""The conductor: deliveries in, an answer each out, one transaction in between."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar, cast

from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone, translation

from easycall.api import problems
from easycall.errors import Problem, TemporarilyUnavailable
from easycall.rows import insert
from leads.enums import Outcome
from leads.intake import body
from leads.intake.conclude import Draftlike
from leads.intake.draft import Draft, draft
from leads.intake.idempotency import Claim
from leads.intake.match import match
from leads.intake.matching import Incoming
from leads.intake.route import route
from leads.intake.setup import SetUp, set_up
from leads.intake.unknown import count_unknown_keys
from leads.intake.work import Answer, Delivery, Place, Work
from leads.models import Submission

log = logging.getLogger(__name__)

_T = TypeVar("_T")

# How often a submission that others keep overtaking is tried, before it is a fault.
_ATTEMPTS = 5
_DEADLOCK = "40P01"  # PostgreSQL's name for it


class _Twins(Exception):
    """Two requests of a group have the same key, and the second has to see the first."""


def receive(delivery: Delivery) -> Answer:
    """One delivery: see `receive_all`."""
    return receive_all([delivery])[0]


def receive_all(deliveries: Sequence[Delivery]) -> list[Answer]:
    """Make leads of each delivery, or a problem; either way it is in the journal when this returns.

    They share a transaction. What goes wrong with one of them is made again one by one, so that it concerns no other.
    A delivery that the database can't take is answered 503, and nothing of it is there. One that asks to explain gets
    the answer that it would get, and leaves nothing behind.

    Answers are in English whoever asks: the same bytes get the same receipt, today and when they are replayed.
    """
    with translation.override("en"):
        if len(deliveries) > 1:
            try:
                return _together(deliveries)
            except (OperationalError, InterfaceError) as error:
                if not is_overtaken(error):
                    return [_unavailable(error)] * len(deliveries)
            except (IntegrityError, _Twins):
                pass
            except Exception:  # the one that it concerns meets it again, alone
                log.exception("Some submissions could not be mapped together")
        return [_alone(delivery) for delivery in deliveries]


def _alone(delivery: Delivery) -> Answer:
    try:
        try:
            return unless_overtaken(lambda: _together([delivery]))[0]
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # whatever it is, what was sent must not be lost
            log.exception("A submission could not be mapped")
            return _failed(delivery)
    except DatabaseError as error:
        return _unavailable(error)


def _unavailable(error: Exception) -> Answer:
    log.error("The database could not answer: %s", type(error).__name__)
    problem = TemporarilyUnavailable()
    return Answer(problem.status, problems.text(problem), problem.headers, is_problem=True, problem=problem.type)


def _failed(delivery: Delivery) -> Answer:
    work = Work.of(delivery)
    work.refuse(TemporarilyUnavailable(), outcome=Outcome.FAILED)
    if not delivery.explain:
        insert([work.submission])
    return work.answer()


def _together(deliveries: Sequence[Delivery]) -> list[Answer]:
    works = [_read(delivery) for delivery in deliveries]
    senders = set_up({work.submission.user_id for work in works if not work.settled})
    for work in works:
        if not work.settled:
            work.drafts = drafts_of(work.delivery, work.content, senders[work.submission.user_id])
    for work in works:
        if work.delivery.explain:
            _explain(work)
    if written := [work for work in works if not work.delivery.explain]:
        with transaction.atomic():
            _write(written)
    return [work.answer() for work in works]


def _read(delivery: Delivery) -> Work:
    work = Work.of(delivery)
    try:
        if delivery.objection:
            raise delivery.objection
        work.content = body.read(delivery.raw, delivery.content_type)
        work.claim = claim_of(delivery, work.content)
    except Problem as problem:
        work.refuse(problem)
    return work


def _explain(work: Work) -> None:
    if work.claim and not work.settled:
        _answer_again([work])
    work.settle()
    if not work.settled:
        work.conclude(match(_incoming([work]), explain=True), 0)


def _write(works: Sequence[Work]) -> None:
    claims = [work for work in works if work.claim and not work.settled]
    if claims:
        _claim(claims)
    read = [work for work in works if not work.settled]
    for work in read:
        work.settle()
    found = match(_incoming(works))
    for number, work in enumerate(works):
        if not work.settled:
            work.conclude(found, number)
    insert([work.submission for work in works])
    found.write()
    for work in claims:
        if work.claim and not work.settled:
            work.claim.keep(work.submission)
    # Last, because the rows of keys that many requests carry are locked from here to the commit.
    counted = (work for work in read if work.submission.tested_by_id is None)
    count_unknown_keys((each for work in counted for each in work.drafts.values()), at=timezone.now())


def _claim(works: Sequence[Work]) -> None:
    """Settle those whose key was used before, or is in use now."""
    if len({(claim.user_id, claim.key) for work in works if (claim := work.claim)}) < len(works):
        raise _Twins
    for work in works:
        try:
            cast(Claim, work.claim).lock()
        except Problem as problem:
            work.refuse(problem)
    _answer_again([work for work in works if not work.settled])


def _answer_again(works: Sequence[Work]) -> None:
    for work in works:
        try:
            if first := cast(Claim, work.claim).first():
                work.repeat(first)
        except Problem as problem:
            work.refuse(problem)


def _incoming(works: Sequence[Work]) -> dict[Place, Incoming]:
    return {
        (number, place): came
        for number, work in enumerate(works)
        if not work.settled
        for place, came in incoming(work.submission, work.drafts).items()
    }


def claim_of(delivery: Delivery, content: body.Body) -> Claim | None:
    """The delivery's claim to its key, if it has one."""
    key = delivery.idempotency_key
    return Claim.of(delivery.credential.user_id, key, content, delivery.url_code, delivery.raw) if key else None


def drafts_of(delivery: Delivery, content: body.Body, sender: SetUp) -> dict[int, Draftlike]:
    """Each item by its place: what it becomes, or its problem."""
    keys = sender.key_table()

    def one(item: body.Item) -> Draftlike:
        if isinstance(item.content, Problem):
            return item.content
        try:
            mapping, warnings = route(
                item.content, url_code=delivery.url_code, mappings=sender.mappings, place=item.pointer
            )
            result = draft(item.content, mapping=mapping, keys=keys, place=item.pointer)
        except Problem as problem:
            return problem
        result.warn(None, [*content.warnings, *warnings])
        return result

    return {index: one(item) for index, item in enumerate(content.items)}


def incoming(submission: Submission, drafts: Mapping[int, Draftlike]) -> dict[int, Incoming]:
    """Those that can be leads."""
    return Incoming.of(submission, ((index, each) for index, each in drafts.items() if isinstance(each, Draft)))


def unless_overtaken(write: Callable[[], _T]) -> _T:
    """Do it, and again when another request wrote a lead with the same external id after we had looked."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return write()
        except (IntegrityError, OperationalError) as error:
            if not is_overtaken(error):
                raise
    return write()


def is_overtaken(error: Exception) -> bool:
    """Whether it goes well the next time: another request was quicker, or both waited for each other."""
    return isinstance(error, IntegrityError) or getattr(error.__cause__, "sqlstate", "") == _DEADLOCK
