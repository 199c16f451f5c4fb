from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Field, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import User
from easycall.errors import PROBLEMS
from leads.admin.labels import WARNING_LABELS, problem_title
from leads.enums import KeyState
from leads.models import ImportMapping, Lead, Submission, UnknownKey
from leads.queries import as_uuid, carries, of_submission, with_problem, with_warning

_NEW = KeyState.NEW.label


class MappingFilter(admin.RelatedFieldListFilter):
    """Django's own, reading in one query what a row is called by."""

    def field_choices(
        self, field: "Field[Any, Any]", request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, StrOrPromise]]:
        mappings = ImportMapping.objects.select_related("user").order_by("external_code", "user__username")
        return [(str(mapping.pk), mapping_label(mapping)) for mapping in mappings]


def mapping_label(mapping: ImportMapping) -> str:
    return f"{mapping.external_code} ({mapping.user})"


class WarningFilter(admin.SimpleListFilter):
    title = _("warnings")
    parameter_name = "warning"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, StrOrPromise]]:
        return [("any", _("With warnings")), ("none", _("Without warnings")), *WARNING_LABELS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        match self.value():
            case None:
                return queryset
            case "any":
                return queryset.exclude(warning_codes="")
            case "none":
                return queryset.filter(warning_codes="")
            case code:
                return with_warning(queryset, code) if code in WARNING_LABELS else queryset.none()


class DuplicateFilter(admin.SimpleListFilter):
    """Of leads: those that are marked, and those of one lead when its page led here."""

    title = _("duplicates")
    parameter_name = "duplicates"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, StrOrPromise]]:
        choices: list[tuple[str, StrOrPromise]] = [("yes", _("Marked as duplicates")), ("no", _("Not marked"))]
        of_one = as_uuid(str(self.value()))
        return [*choices, (str(self.value()), _("Of one lead"))] if of_one else choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        match self.value():
            case None:
                return queryset
            case "yes":
                return queryset.filter(duplicate_of__isnull=False)
            case "no":
                return queryset.filter(duplicate_of=None)
            case value:
                first = as_uuid(str(value))
                return queryset.filter(duplicate_of=first) if first else queryset.none()


class DuplicatesInFilter(admin.SimpleListFilter):
    """Of submissions: those of which a lead was marked as a duplicate."""

    title = _("duplicates")
    parameter_name = "duplicates"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, StrOrPromise]]:
        return [("yes", _("With leads marked as duplicates"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        return queryset.filter(duplicate_count__gt=0) if self.value() == "yes" else queryset


class TestsFilter(admin.SimpleListFilter):
    """Of submissions: those that somebody sent as a test from the page of an Import API."""

    title = _("tests")
    parameter_name = "tests"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, StrOrPromise]]:
        return [("no", _("Without tests")), ("yes", _("Tests only"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        wanted = self.value()
        return queryset if wanted is None else queryset.filter(tested_by__isnull=wanted != "yes")


class OfSubmissionFilter(admin.SimpleListFilter):
    """Only there when a submission's page led here."""

    title = _("received submission")
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(value, f"…{value[-12:]}") for value in [self.value()] if value]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        if self.value() is None:
            return queryset
        submission = as_uuid(str(self.value()))
        return of_submission(queryset, submission) if submission else queryset.none()


class CarriesFilter(admin.SimpleListFilter):
    """Only there when the list of unknown keys led here."""

    title = _("unknown key")
    parameter_name = "carries"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        if self.value() is None:
            return []
        return [(str(self.value()), next((str(unknown) for unknown in self._unknown()), "–"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        if self.value() is None:
            return queryset
        found = [queryset.filter(carries(unknown.key), mapping=unknown.mapping_id) for unknown in self._unknown()]
        return found[0] if found else queryset.none()

    def _unknown(self) -> Iterable[UnknownKey]:
        pk = self.value() or ""
        return UnknownKey.objects.filter(pk=int(pk)) if pk.isdecimal() and len(pk) < 19 else ()


class StateFilter(admin.SimpleListFilter):
    """Those to be decided, unless another state is chosen."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, StrOrPromise]]:
        return [*KeyState.choices, ("all", _("All"))]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for choice in list(super().choices(changelist))[1:]:
            yield {**choice, "selected": choice["selected"] or (self.value() is None and choice["display"] == _NEW)}

    def queryset(self, request: HttpRequest, queryset: QuerySet[UnknownKey]) -> QuerySet[UnknownKey]:
        state = self.value() or KeyState.NEW
        if state == "all":
            return queryset
        return queryset.filter(state=state) if state in KeyState.values else queryset.none()


class ProblemFilter(admin.SimpleListFilter):
    title = _("problem")
    parameter_name = "problem"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        # A request without a valid token leaves no submission.
        return [(slug, problem_title(slug)) for slug, problem in PROBLEMS.items() if problem.status != 401]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Submission]) -> QuerySet[Submission]:
        slug = self.value()
        if slug is None:
            return queryset
        return with_problem(queryset, slug) if slug in PROBLEMS else queryset.none()


class SenderFilter(admin.RelatedFieldListFilter):
    """Only users that can have sent something: those with a credential."""

    def field_choices(
        self, field: "Field[Any, Any]", request: HttpRequest, model_admin: admin.ModelAdmin[Any]
    ) -> list[tuple[str, StrOrPromise]]:
        senders = User.objects.filter(credentials__isnull=False).order_by("username").distinct()
        return [(str(user.pk), str(user)) for user in senders]
