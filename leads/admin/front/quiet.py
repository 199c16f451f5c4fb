"""Integrations that sent regularly and now have not, for much longer than usual.

Usual is how long it had sent nothing at this hour of this weekday in other weeks: nights and weekends are no news. Each
number is a look at the end of the index of Import API and id, so that neither the number of submissions nor the door
has to do with it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from easycall.ids import lowest_id, moment_of
from leads.models import ImportMapping, Submission
from leads.queries import newest_tests

WEEK = timedelta(weeks=1)
# How many weeks back are looked at, and in how many of them it has to have been sending.
WEEKS = range(1, 7)
WEEKS_NEEDED = 3
# Also as it was half a day ago: who looks before the office opens is told of yesterday.
LOOKS = (timedelta(0), timedelta(hours=12))
TIMES_AS_LONG = 3
AT_LEAST = timedelta(hours=2)


def quiet_mappings(now: datetime) -> list[tuple[ImportMapping, datetime]]:
    """With the moment when each sent last, the longest silent first. Two queries."""
    looks = {f"before_{n}_{week}": now - look - week * WEEK for n, look in enumerate(LOOKS) for week in WEEKS}
    active = ImportMapping.objects.filter(active=True).select_related("user", "campaign")
    mappings = active.annotate(
        last=_last(others_than=newest_tests("submission")), **{name: _last(moment) for name, moment in looks.items()}
    )
    quiet = [mapping for mapping in mappings if mapping.last and _went_quiet(mapping, now, looks)]
    return sorted(((mapping, moment_of(_id(mapping, "last"))) for mapping in quiet), key=lambda pair: pair[1])


def _went_quiet(mapping: ImportMapping, now: datetime, looks: Mapping[str, datetime]) -> bool:
    last = _id(mapping, "last")
    for n, look in enumerate(LOOKS):
        names = [f"before_{n}_{week}" for week in WEEKS]
        # Weeks in which it had stopped already, or not begun yet, tell nothing.
        weeks = [name for name in names if _id(mapping, name) not in {None, last}]
        usual = [looks[name] - moment_of(_id(mapping, name)) for name in weeks]
        if is_quiet(now - look - moment_of(last), usual):
            return True
    return False


def is_quiet(silence: timedelta, usual: Sequence[timedelta]) -> bool:
    """Whether `silence` is much longer than those of the other weeks, of which there have to be enough."""
    is_regular = len(usual) >= WEEKS_NEEDED and max(usual) < WEEK
    return is_regular and silence > TIMES_AS_LONG * max(usual) + AT_LEAST


def _last(before: datetime | None = None, others_than: Sequence[UUID] = ()) -> Subquery:
    """The newest submission, asking nothing of it but what the index has."""
    came = Submission.objects.filter(mapping=OuterRef("pk")).exclude(pk__in=others_than).order_by("-pk")
    return Subquery((came.filter(pk__lt=lowest_id(before)) if before else came).values("pk")[:1])


def _id(mapping: ImportMapping, name: str) -> Any:
    return getattr(mapping, name)
