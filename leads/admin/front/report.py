"""Leads of the last days by campaign, as a chart and as tables. Test leads are none."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Case, Count, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from campaigns.models import Campaign
from easycall.ids import lowest_id
from leads.models import Lead

DAYS = 14
# More in one chart can't be told apart; the others are one row.
SHOWN = 6
# In sight on white and on black: the colours of the rows, and last that of the others.
COLOURS = ("#0d9488", "#3b82f6", "#ea580c", "#8b5cf6", "#db2777", "#a16207", "#6b7280")


@dataclass(frozen=True, slots=True)
class Row:
    """The leads of a campaign, or of several, a number a day. The last day is today."""

    name: str
    numbers: list[int]
    colour: str
    # Which leads of the list these are: its filter, None where it has none for them.
    filters: dict[str, Any] | None

    @property
    def today(self) -> int:
        return self.numbers[-1]

    @property
    def total(self) -> int:
        return sum(self.numbers)

    @property
    def address_of_today(self) -> str:
        return self._address(period="today")

    @property
    def address(self) -> str:
        return self._address(**{"from": timezone.localdate() - timedelta(days=DAYS - 1)})

    def _address(self, **period: Any) -> str:
        if self.filters is None:
            return ""
        return f"{reverse('admin:leads_lead_changelist')}?{urlencode({**self.filters, **period, 'is_test__exact': 0})}"


def leads_report() -> dict[str, Any]:
    """What the card shows. Two queries, each by an index and without reading a lead that is no test."""
    today = timezone.localdate()
    days = [today - timedelta(days=DAYS - 1 - back) for back in range(DAYS)]
    rows = _rows(days)
    total = Row(_("Total"), [sum(numbers) for numbers in zip(*(row.numbers for row in rows), strict=True)], "", {})
    return {
        "rows": rows,
        "total": total if rows else None,
        "days": [(day, [row.numbers[n] for row in rows], total.numbers[n]) for n, day in enumerate(days) if rows],
        "chart": json.dumps({"labels": [formats.date_format(day, "d/m") for day in days], "datasets": _datasets(rows)}),
        "options": json.dumps(OPTIONS),
    }


OPTIONS = {
    "animation": False,
    "responsive": True,
    "maintainAspectRatio": False,
    # The table beside it is the legend.
    "plugins": {"legend": {"display": False}},
    "scales": {
        "x": {"stacked": True, "grid": {"display": False}, "ticks": {"color": "#71788a"}},
        "y": {"stacked": True, "beginAtZero": True, "grid": {}, "ticks": {"precision": 0, "color": "#71788a"}},
    },
}


def _datasets(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {"label": row.name, "data": row.numbers, "backgroundColor": row.colour, "maxBarThickness": 36} for row in rows
    ]


def _rows(days: Sequence[date]) -> list[Row]:
    counted = sorted(_count(days), key=lambda pair: -sum(pair[1]))
    rows = [
        Row(campaign.name, numbers, colour, {"campaign__id__exact": campaign.pk})
        for (campaign, numbers), colour in zip(counted[:SHOWN], COLOURS, strict=False)
    ]
    others = [numbers for _campaign, numbers in counted[SHOWN:]]
    if others:
        name = _("The others (%(count)d)") % {"count": len(others)}
        rows.append(Row(name, [sum(numbers) for numbers in zip(*others, strict=True)], COLOURS[-1], None))
    return rows


def _count(days: Sequence[date]) -> list[tuple[Campaign, list[int]]]:
    """Those campaigns that got leads, with a number for each day.

    A lead came when its id was made, to the second: so a day is a stretch of the index of campaign and id, which is all
    that is read. Only of the few tests, which are taken off, the rows are.
    """
    ids = [lowest_id(_midnight(day)) for day in (*days, days[-1] + timedelta(days=1))]
    counts = {f"day_{n}": _of_day(ids[n], ids[n + 1]) for n in range(len(days))}
    tests = _tests(ids)
    found = []
    for campaign in Campaign.objects.only("name").annotate(**counts):
        numbers = [getattr(campaign, name) - tests.get((campaign.pk, n), 0) for n, name in enumerate(counts)]
        if any(numbers):
            found.append((campaign, numbers))
    return found


def _of_day(first: UUID, end: UUID) -> Coalesce:
    leads = Lead.objects.order_by().filter(campaign=OuterRef("pk"), pk__gte=first, pk__lt=end)
    return Coalesce(Subquery(leads.values("campaign").annotate(number=Count("*")).values("number")), 0)


def _tests(ids: Sequence[UUID]) -> dict[tuple[int, int], int]:
    """How many of each campaign and day are tests."""
    day = Case(*(When(pk__lt=end, then=Value(n)) for n, end in enumerate(ids[1:])))
    tests = Lead.objects.order_by().filter(is_test=True, pk__gte=ids[0], pk__lt=ids[-1])
    numbers = tests.annotate(day=day).values_list("campaign", "day").annotate(number=Count("*"))
    return {(campaign, day): number for campaign, day, number in numbers}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
