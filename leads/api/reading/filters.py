"""What the lists are filtered by. Every filter has an index behind it."""

from datetime import UTC, datetime
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet
from django.utils import translation
from django_filters import rest_framework as filters
from rest_framework.request import Request
from rest_framework.views import APIView

from easycall.api.pages import KeyPagination
from easycall.errors import PROBLEMS, FieldError, InvalidQuery
from leads import queries
from leads.enums import LeadState, Outcome
from leads.models import ImportMapping, Lead, Submission
from leads.texts import WARNING_TEXTS

_MOMENT = "ISO 8601, such as 2026-11-24T09:30:00Z. "
# Ids say when their rows came, and know no year before 1970.
_MOMENTS = (
    MinValueValidator(datetime(2000, 1, 1, tzinfo=UTC), "Write a moment after the year 2000."),
    MaxValueValidator(datetime(2200, 1, 1, tzinfo=UTC), "Write a moment before the year 2200."),
)


class StrictFilterBackend(filters.DjangoFilterBackend):
    """A parameter that means nothing is a problem: a list that leaves out its filter would be taken for filtered."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> Any:
        if view.kwargs:
            return queryset
        filterset: Any = self.get_filterset(request, queryset, view)
        known = {*filterset.filters} | KeyPagination().parameters
        errors = [FieldError("", "A parameter is not one of this list.") for _ in {*request.query_params} - known]
        with translation.override("en"):
            for name, messages in filterset.errors.items():
                errors += [FieldError("", f"{name}: {message}") for message in messages]
        if errors:
            raise InvalidQuery("Parameters of the query are wrong.", errors=errors)
        return filterset.qs


class _Received(filters.FilterSet):
    """By the time of arrival: `column` is where it stands."""

    column: str

    received_from = filters.IsoDateTimeFilter(
        method="came_from", validators=_MOMENTS, help_text=f"{_MOMENT}Those that came then or later."
    )
    received_to = filters.IsoDateTimeFilter(
        method="came_before", validators=_MOMENTS, help_text=f"{_MOMENT}Those that came before it."
    )
    import_api = filters.CharFilter(
        method="of_code", help_text="An external campaign code, letter for letter.", max_length=100
    )

    def came_from(self, rows: QuerySet[Any], name: str, value: datetime) -> QuerySet[Any]:
        return queries.came_between(rows, self.column, value, None)

    def came_before(self, rows: QuerySet[Any], name: str, value: datetime) -> QuerySet[Any]:
        return queries.came_between(rows, self.column, None, value)

    def of_code(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        # Found before, so that the rows are read by the index of their mapping.
        mappings = list(ImportMapping.objects.order_by().filter(external_code=value).values_list("pk", flat=True))
        return rows.filter(mapping__in=mappings)


class _TestsFilter(filters.BooleanFilter):
    """Asked also when it is left out: who reads the list calls whom it names."""

    def filter(self, qs: QuerySet[Lead], value: bool | None) -> QuerySet[Lead]:
        return qs.filter(is_test=bool(value))


class LeadFilter(_Received):
    column = "created_at"

    search = filters.CharFilter(
        method="matching", help_text="A phone in any spelling, an e-mail, a name, an external id, or an id."
    )
    campaign = filters.NumberFilter(
        field_name="campaign", min_value=1, max_value=2**31, decimal_places=0, help_text="The number of a campaign."
    )
    external_id = filters.CharFilter(method="with_external_id", help_text="The sender's own id, letter for letter.")
    channel = filters.CharFilter(method="from_channel", help_text="Where it came from, whatever the letter case.")
    submission = filters.UUIDFilter(method="of_submission", help_text="Those that it made or changed.")
    warning = filters.ChoiceFilter(
        method="with_warning", choices=[(code, code) for code in WARNING_TEXTS], help_text="The code of a warning."
    )
    state = filters.ChoiceFilter(
        choices=[(each, each) for each in LeadState.values], help_text="Whether there is still something to do for it."
    )
    is_test = _TestsFilter(help_text="`true`: test leads, and no others. They are left out otherwise.")
    duplicate = filters.BooleanFilter(
        field_name="duplicate_of", lookup_expr="isnull", exclude=True, help_text="Whether it is marked as a duplicate."
    )

    class Meta:
        model = Lead
        fields: tuple[str, ...] = ()

    def matching(self, rows: QuerySet[Lead], name: str, value: str) -> QuerySet[Lead]:
        return queries.search(rows, value)

    def with_external_id(self, rows: QuerySet[Lead], name: str, value: str) -> QuerySet[Lead]:
        return rows.filter(external_id=value).exclude(external_id="")

    def from_channel(self, rows: QuerySet[Lead], name: str, value: str) -> QuerySet[Lead]:
        return queries.from_channel(rows, value)

    def of_submission(self, rows: QuerySet[Lead], name: str, value: Any) -> QuerySet[Lead]:
        return queries.of_submission(rows, value)

    def with_warning(self, rows: QuerySet[Lead], name: str, value: str) -> QuerySet[Lead]:
        return queries.with_warning(rows, value)


class SubmissionFilter(_Received):
    column = "received_at"

    outcome = filters.ChoiceFilter(choices=[(each, each) for each in Outcome.values])
    problem = filters.ChoiceFilter(
        method="with_problem",
        choices=[(slug, slug) for slug in PROBLEMS],
        help_text="The type of a problem that anything in it was refused for.",
    )
    sender = filters.CharFilter(field_name="user__username", help_text="The name of the user whose token it carried.")

    class Meta:
        model = Submission
        fields: tuple[str, ...] = ()

    def with_problem(self, rows: QuerySet[Submission], name: str, value: str) -> QuerySet[Submission]:
        return queries.with_problem(rows, value)
