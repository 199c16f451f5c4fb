"""Filters that are typed rather than chosen: the channel and the dates."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from leads.models import Lead
from leads.queries import came_between, from_channel

RECENT_LEADS = 1_000


class FormFilter(admin.ListFilter):
    """A filter that is typed rather than chosen. It keeps the others and the search, as their links keep it."""

    parameters: ClassVar[tuple[str, ...]]

    def __init__(
        self, request: HttpRequest, params: dict[str, Any], model: type[Model], model_admin: admin.ModelAdmin[Any]
    ) -> None:
        super().__init__(request, params, model, model_admin)
        for name in self.parameters:
            if name in params:
                # No database takes a NUL, and PostgreSQL says so with an exception.
                self.used_parameters[name] = params.pop(name)[-1].replace("\0", "").strip()

    def value(self, name: str) -> str:
        return str(self.used_parameters.get(name, ""))

    def words(self) -> str:
        """What is typed, for people; "" where nothing is."""
        raise NotImplementedError

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.parameters)

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        others = ((name, values) for name, values in changelist.filter_params.items() if name not in self.parameters)
        yield {
            "hidden": [(name, value) for name, values in others for value in values],
            "is_set": any(self.used_parameters.values()),
            "clear": changelist.get_query_string(remove=list(self.parameters)),
        }


class ChannelFilter(FormFilter):
    """By channel, whatever its case; those of the newest leads are proposed, for all there ever were are too many."""

    title = _("channel")
    template = "admin/leads/filters/text.html"
    parameters = ("channel",)

    def words(self) -> str:
        return self.value("channel")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        channel = self.value("channel")
        return from_channel(queryset, channel) if channel else queryset

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        newest = Lead.objects.order_by("-pk").values("channel")[:RECENT_LEADS]
        proposals = sorted({row["channel"] for row in newest if 0 < len(row["channel"]) <= 100})
        for choice in super().choices(changelist):
            yield {**choice, "name": "channel", "value": self.value("channel"), "proposals": proposals}


_PERIODS = {"": _("Any date"), "today": _("Today"), "week": _("Past 7 days"), "month": _("This month")}


class DateFilter(FormFilter):
    """By day, in the time zone of the pages: a period that ends today, or from one day to another."""

    title = _("date received")
    template = "admin/leads/filters/dates.html"
    parameters = ("period", "from", "to")
    column: ClassVar[str]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = self._days()
        begin = _midnight(first) if first else None
        end = _midnight(last + timedelta(days=1)) if last else None
        return came_between(queryset, self.column, begin, end)

    def words(self) -> str:
        """A period as it is called, for it ended on the day on which it was looked at."""
        if (period := self.value("period")) in _PERIODS and period:
            return str(_PERIODS[period])
        days = [date_format(day, "SHORT_DATE_FORMAT") if day else "…" for day in self._days()]
        return " – ".join(days) if any(self._days()) else ""

    def _days(self) -> tuple[date | None, date | None]:
        today = timezone.localdate()
        match self.value("period"):
            case "today":
                return today, None
            case "week":
                return today - timedelta(days=6), None
            case "month":
                return today.replace(day=1), None
        return _day(self.value("from")), _day(self.value("to"))

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        days = {name: self.value(name) for name in ("from", "to")}
        for choice in super().choices(changelist):
            yield {
                **choice,
                "periods": [
                    {
                        "label": label,
                        "selected": self.value("period") == name and (name or not any(days.values())),
                        "url": changelist.get_query_string({"period": name or None}, remove=["from", "to"]),
                    }
                    for name, label in _PERIODS.items()
                ],
                "days": days,
                "wrong": any(text and not _day(text) for text in days.values()),
            }


class LeadDateFilter(DateFilter):
    column = "created_at"


class SubmissionDateFilter(DateFilter):
    column = "received_at"


def _day(text: str) -> date | None:
    """A day of this and the last century, which no calendar and no time zone has trouble with."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and 1900 <= day.year < 2100 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
