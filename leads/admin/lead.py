from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from campaigns.fields import FIELDS
from leads import trials
from leads.admin.columns import ANSWER, Column, lead_columns
from leads.admin.filters import (
    CarriesFilter,
    DuplicateFilter,
    MappingFilter,
    OfSubmissionFilter,
    WarningFilter,
    mapping_label,
)
from leads.admin.labels import short_moment, warning_label
from leads.admin.lead_acts import LeadActs
from leads.admin.lead_page import lead_page
from leads.admin.links import actor, page_of
from leads.admin.list_tools import ListTools
from leads.admin.typed_filters import ChannelFilter, LeadDateFilter
from leads.enums import LeadState, ListName
from leads.models import Lead
from leads.models.lead import DERIVED
from leads.queries import search

CELL_LENGTH = 40


def _cell(text: str) -> str:
    return Truncator(text).chars(CELL_LENGTH)


@admin.register(Lead)
class LeadAdmin(ListTools[Lead], LeadActs):
    """Where support looks for a lead that somebody misses, and sees what was sent and what became of it."""

    list_name = ListName.LEADS
    export_columns = ("received_at", "campaign", *FIELDS)
    told_by = {
        "received_at": "received",
        "campaign": "destination",
        "channel": "from_channel",
        "warnings": "flags",
    }
    actions = ("remove_tests",)
    list_display = ("received", "person", "contact", "destination", "from_channel", "flags")
    list_display_links = ("received", "person")
    sortable_by = ("received",)
    list_select_related = ("campaign", "mapping__user")
    list_filter = (
        OfSubmissionFilter,
        CarriesFilter,
        LeadDateFilter,
        "campaign",
        ("mapping", MappingFilter),
        ChannelFilter,
        WarningFilter,
        DuplicateFilter,
        "state",
        "is_test",
    )
    show_facets = admin.ShowFacets.NEVER
    # Only that there is a box to search in: what is searched is leads.queries.search.
    search_fields = ("external_id",)
    search_help_text = _("A phone in any spelling, an e-mail, a name, the sender's own id, or the id of a receipt.")
    fieldsets = ((None, {"fields": ()}),)

    class Media:
        css = {"all": ["leads/browse.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lead]:
        unread = {"answers", "kept_aside", "warnings", *DERIVED}
        if any(name.startswith(ANSWER) for name in self._chosen(request)):
            unread.remove("answers")
        return super().get_queryset(request).defer(*unread)

    def all_columns(self) -> list[Column[Lead]]:
        return lead_columns()

    def complete(self, rows: QuerySet[Lead]) -> QuerySet[Lead]:
        rows = rows.defer(None).defer("kept_aside", "warnings", *DERIVED)
        # A thousand leads have a few campaigns and users: to make them anew for each lead takes a third of the time.
        return rows.select_related(None).prefetch_related("campaign", "mapping__user")

    def export_query(self, query: str) -> str:
        """Tests are in no report: only who filters for them gets them."""
        if any(name.startswith("is_test") for name in QueryDict(query)):
            return query
        return f"{query}&is_test__exact=0".lstrip("&")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Lead], search_term: str
    ) -> tuple[QuerySet[Lead], bool]:
        return search(queryset, search_term), False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Lead | None:
        relations = (
            "submission__user",
            "submission__credential",
            "campaign",
            "mapping__user",
            "mapping__campaign",
            "duplicate_of",
        )
        try:
            return Lead.objects.select_related(*relations).get(pk=object_id)
        except (Lead.DoesNotExist, ValidationError):
            return None

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        lead = kwargs["obj"]
        links = {name: page_of(request, getattr(lead, name)) for name in ("submission", "campaign", "mapping")}
        links["user"] = page_of(request, lead.submission.user)
        context |= {
            "title": capfirst(self.opts.verbose_name),
            "page": lead_page(lead),
            "links": links,
            "import_api": mapping_label(lead.mapping),
            "buttons": self.buttons(request, lead),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def has_remove_tests_permission(self, request: HttpRequest) -> bool:
        """Whoever may send them from the page of an Import API may take them away."""
        return request.user.has_perm("leads.change_importmapping")

    @admin.action(description=_("Remove the test leads"), permissions=["remove_tests"])
    def remove_tests(self, request: HttpRequest, queryset: QuerySet[Lead]) -> None:
        """Those of the picked ones that are tests; the others stay."""
        count = trials.remove(leads=queryset, by=actor(request))
        if count:
            text = ngettext("%(count)d test lead was removed.", "%(count)d test leads were removed.", count)
            self.message_user(request, text % {"count": count}, messages.SUCCESS)
        else:
            text = gettext("There was no test lead among them that can be removed.")
            self.message_user(request, text, messages.WARNING)

    @admin.display(description=_("received"), ordering="pk")
    def received(self, lead: Lead) -> str:
        return short_moment(lead.created_at)

    @admin.display(description=_("name"))
    def person(self, lead: Lead) -> str:
        kinds = (
            (_("duplicate"), lead.duplicate_of_id),
            (_("test"), lead.is_test),
            (pgettext_lazy("lead", "closed"), lead.state == LeadState.CLOSED),
        )
        notes = format_html_join("", '<div class="note">{}</div>', ((kind,) for kind, is_it in kinds if is_it))
        return format_html("{}{}", _cell(lead.name) or "–", notes)

    @admin.display(description=_("Phone or e-mail"))
    def contact(self, lead: Lead) -> str:
        return format_html_join("", "<div>{}</div>", ((_cell(text),) for text in (lead.phone, lead.email) if text))

    @admin.display(description=_("campaign"))
    def destination(self, lead: Lead) -> str:
        return format_html('{}<div class="note">{}</div>', lead.campaign, mapping_label(lead.mapping))

    @admin.display(description=_("channel"))
    def from_channel(self, lead: Lead) -> str:
        return _cell(lead.channel) or "–"

    @admin.display(description=_("warnings"))
    def flags(self, lead: Lead) -> str:
        return ", ".join(warning_label(code) for code in lead.warning_codes.split()) or "–"
