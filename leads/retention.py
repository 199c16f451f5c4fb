"""How long the journal keeps what was sent. Then a submission goes, or its bytes do where something refers to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from leads.enums import Outcome
from leads.intake.idempotency import KEPT
from leads.models import IdempotencyKey, Lead, LeadEvent, Submission, UnknownKey
from leads.queries import came_between, in_chunks

# A body may have 8 MiB, and SQLite lets nobody else write while these go.
_CHUNK = 100

_REFUSED = (Outcome.REJECTED, Outcome.FAILED)
_TAKEN = (Outcome.ACCEPTED, Outcome.PARTIAL)

# All that the sender wrote or could be known by.
_NOTHING = {
    "body": b"",
    "answer": "",
    "first_answer": "",
    "query": "",
    "content_type": "",
    "idempotency_key": "",
    "remote_address": None,
}


@dataclass(frozen=True, slots=True)
class Due:
    """How many submissions of one outcome are over their time, and when the first and the last of them came."""

    outcome: Outcome
    number: int
    first: datetime
    last: datetime


def over_time() -> QuerySet[Submission]:
    """The submissions of which `prune` forgets what was sent."""
    now = timezone.now()
    days = {_REFUSED: settings.SUBMISSION_REJECTED_DAYS, _TAKEN: settings.SUBMISSION_ACCEPTED_DAYS}
    ends = {outcomes: now - timedelta(days=number) for outcomes, number in days.items() if number > 0}
    if not ends:
        return Submission.objects.none()
    over = reduce(or_, (Q(outcome__in=outcomes, received_at__lt=end) for outcomes, end in ends.items()))
    answering = IdempotencyKey.objects.filter(submission=OuterRef("pk"), created_at__gt=now - KEPT)
    # The last of the ends once more, alone: where the database may stop reading.
    came = came_between(Submission.objects.all(), "received_at", None, max(ends.values()))
    return came.filter(over, ~Exists(answering), pruned_at=None)


def expired_keys() -> QuerySet[IdempotencyKey]:
    """Those that no longer answer for anything."""
    return IdempotencyKey.objects.filter(created_at__lte=timezone.now() - KEPT)


def old_samples() -> QuerySet[UnknownKey]:
    """Unknown keys with samples that may be of a submission which is over its time; what comes next is kept again."""
    days = [each for each in (settings.SUBMISSION_REJECTED_DAYS, settings.SUBMISSION_ACCEPTED_DAYS) if each > 0]
    if not days:
        return UnknownKey.objects.none()
    end = timezone.now() - timedelta(days=min(days))
    return UnknownKey.objects.filter(first_seen__lt=end).exclude(samples="")


def overview() -> list[Due]:
    """What is over its time, by outcome."""
    groups = over_time().order_by("outcome").values("outcome")
    counted = groups.annotate(number=Count("pk"), first=Min("received_at"), last=Max("received_at"))
    return [Due(Outcome(row["outcome"]), row["number"], row["first"], row["last"]) for row in counted]


def prune() -> Iterator[int]:
    """Forget what is over its time, a few submissions in each transaction. Yields how many each of them was about."""
    expired_keys().delete()
    old_samples().update(samples="")
    for ids in in_chunks(over_time(), _CHUNK):
        yield _forget(over_time().filter(pk__in=ids))


@transaction.atomic
def _forget(submissions: QuerySet[Submission]) -> int:
    # One that is being replayed is left for the next time.
    locked = submissions.select_for_update(of=("self",), skip_locked=True)
    ids = list(locked.order_by("pk").values_list("pk", flat=True))
    chosen = Submission.objects.filter(pk__in=ids)
    chosen.filter(Q(outcome__in=_TAKEN) | _is_referred_to()).update(**_NOTHING, pruned_at=timezone.now())
    chosen.filter(pruned_at=None).only("pk").delete()
    return len(ids)


def _is_referred_to() -> Q:
    """Whether a lead, its history, or a repetition points at a submission: those stay valid, so it stays too."""
    this = OuterRef("pk")
    rows = Lead.objects.filter(submission=this), LeadEvent.objects.filter(submission=this)
    return Q(Exists(rows[0])) | Q(Exists(rows[1])) | Q(Exists(Submission.objects.filter(repeats=this)))
