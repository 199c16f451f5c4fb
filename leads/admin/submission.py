from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from leads.admin.columns import Column, submission_columns
from leads.admin.filters import (
    DuplicatesInFilter,
    MappingFilter,
    ProblemFilter,
    SenderFilter,
    TestsFilter,
    mapping_label,
)
from leads.admin.labels import problem_title, short_moment
from leads.admin.links import page_of
from leads.admin.list_tools import ListTools
from leads.admin.mending import mending
from leads.admin.replay import ReplayPages, why_not
from leads.admin.retention import retention_text
from leads.admin.submission_page import submission_page
from leads.admin.typed_filters import SubmissionDateFilter
from leads.enums import ListName, Outcome
from leads.models import Lead, Submission
from leads.queries import search_submissions


def _download(content: bytes, name: str) -> HttpResponse:
    """A file that no browser takes for a page."""
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        },
    )


@admin.register(Submission)
class SubmissionAdmin(ListTools[Submission], ReplayPages):
    """The journal: what came in, byte for byte, and what was answered."""

    list_name = ListName.SUBMISSIONS
    export_columns = ("received_at", "id", "sender", "outcome", "status", "problems", "created_leads", "code")
    told_by = {
        "received_at": "received",
        "sender": "user",
        "outcome": "result",
        "problems": "problem_in_words",
        "created_leads": "created_count",
        "rejected_leads": "rejected_count",
        "code": "import_api",
    }
    list_display = (
        "received",
        "user",
        "result",
        "problem_in_words",
        "created_count",
        "rejected_count",
        "import_api",
    )
    list_display_links = ("received",)
    sortable_by = ("received",)
    list_select_related = ("user", "mapping__user")
    list_filter = (
        SubmissionDateFilter,
        "outcome",
        ProblemFilter,
        DuplicatesInFilter,
        ("user", SenderFilter),
        ("mapping", MappingFilter),
        TestsFilter,
    )
    show_facets = admin.ShowFacets.NEVER
    # Only that there is a box to search in: what is searched is leads.queries.search_submissions.
    search_fields = ("id",)
    search_help_text = _("The id of a submission or of a lead, as the receipt has it.")
    fieldsets = ((None, {"fields": ()}),)

    class Media:
        css = {"all": ["leads/browse.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        return super().get_queryset(request).defer("body", "answer", "first_answer", "query", "content_type")

    def all_columns(self) -> list[Column[Submission]]:
        return submission_columns()

    def complete(self, rows: QuerySet[Submission]) -> QuerySet[Submission]:
        return rows.select_related(None).prefetch_related("user", "mapping")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"retention": retention_text(), **(extra_context or {})})

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Submission], search_term: str
    ) -> tuple[QuerySet[Submission], bool]:
        return search_submissions(queryset, search_term), False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Submission | None:
        relations = ("user", "credential", "replayed_by", "tested_by", "mapping__user", "mapping__campaign")
        try:
            return Submission.objects.select_related(*relations).get(pk=object_id)
        except (Submission.DoesNotExist, ValidationError):
            return None

    def get_urls(self) -> list[URLPattern]:
        downloads = [
            path(f"<uuid:submission_id>/{part}/", self.admin_site.admin_view(view), name=f"leads_submission_{part}")
            for part, view in (("body", self.body_view), ("answer", self.answer_view))
        ]
        return [*downloads, *super().get_urls()]

    def body_view(self, request: HttpRequest, submission_id: UUID) -> HttpResponse:
        """The bytes as they came."""
        submission = self._readable(request, submission_id)
        return _download(bytes(submission.body), f"submission-{submission.pk}.bin")

    def answer_view(self, request: HttpRequest, submission_id: UUID) -> HttpResponse:
        submission = self._readable(request, submission_id)
        return _download(submission.answer.encode(), f"answer-{submission.pk}.json")

    def _readable(self, request: HttpRequest, submission_id: UUID) -> Submission:
        """The submission. Raises Http404, PermissionDenied."""
        submission = self.get_object(request, str(submission_id))
        if not self.has_view_permission(request, submission):
            raise PermissionDenied
        if submission is None:
            raise Http404
        return submission

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        submission = kwargs["obj"]
        is_waiting = submission.outcome != Outcome.ACCEPTED
        context |= {
            "is_waiting": is_waiting,
            "may_replay": self.has_replay_permission(request),
            "why_not_replayable": why_not(submission) if is_waiting else "",
            "title": capfirst(self.opts.verbose_name),
            "page": submission_page(submission),
            "mending": mending(request, submission) if is_waiting else [],
            "links": {name: page_of(request, getattr(submission, name)) for name in ("user", "mapping")},
            "import_api": mapping_label(submission.mapping) if submission.mapping else "",
            "may_see_leads": self.admin_site.get_model_admin(Lead).has_view_permission(request),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("received"), ordering="pk")
    def received(self, submission: Submission) -> str:
        return short_moment(submission.received_at)

    @admin.display(description=_("outcome"))
    def result(self, submission: Submission) -> str:
        return format_html(
            '<span class="outcome {}">{}</span><div class="note">HTTP {}</div>',
            submission.outcome,
            submission.get_outcome_display(),
            submission.status,
        )

    @admin.display(description=_("problem"))
    def problem_in_words(self, submission: Submission) -> str:
        return "; ".join(problem_title(slug) for slug in submission.problem.split()) or "–"

    @admin.display(description=_("Import API"))
    def import_api(self, submission: Submission) -> str:
        return mapping_label(submission.mapping) if submission.mapping else "–"
