"""What people do with one lead: the pages behind the buttons on its own page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from campaigns.fields import FIELDS
from easycall.admin import ViewOnlyAdmin
from leads import corrections, services
from leads.admin.labels import warning_label
from leads.admin.lead_forms import CorrectionForm, NoteForm
from leads.admin.links import actor
from leads.enums import LeadState
from leads.models import Lead, LeadEvent


@dataclass(frozen=True, slots=True)
class Act:
    """A verb: what its page is called, what it means, and what is said when it is done."""

    title: StrOrPromise
    text: StrOrPromise
    done: StrOrPromise
    service: Callable[..., bool]


ACTS = {
    "close": Act(
        _("Close the lead"),
        _(
            "Nothing is left to do for it. It stays in the list, is still compared with leads that come, "
            "and can be reopened."
        ),
        _("The lead is closed."),
        services.close,
    ),
    "reopen": Act(
        _("Reopen the lead"),
        _("There is something to do for it again."),
        _("The lead is open again."),
        services.reopen,
    ),
    "mark_test": Act(
        _("Mark as a test"),
        _("Nobody is to be called. No report counts it, and no lead that comes is taken for a duplicate of it."),
        _("The lead is a test."),
        services.mark_test,
    ),
    "unmark_test": Act(
        _("It is no test"),
        _("It is a person to call. Reports count it, and leads that come are compared with it."),
        _("The lead is no test any more."),
        services.unmark_test,
    ),
}


class LeadActs(ViewOnlyAdmin[Lead]):
    """The part of the pages of leads that changes one. Who may change leads may do all of it."""

    def get_urls(self) -> list[URLPattern]:
        views = {"correct": self.correct_view} | {name: partial(self.act_view, act=name) for name in ACTS}
        return [
            *(
                path(f"<uuid:lead_id>/{name}/", self.admin_site.admin_view(view), name=f"leads_lead_{name}")
                for name, view in views.items()
            ),
            *super().get_urls(),
        ]

    def may_act(self, request: HttpRequest) -> bool:
        return request.user.has_perm("leads.change_lead")

    def buttons(self, request: HttpRequest, lead: Lead) -> list[tuple[str, StrOrPromise]]:
        """The address and the words of each thing that can be done with the lead now."""
        if not self.may_act(request):
            return []
        names = (
            "reopen" if lead.state == LeadState.CLOSED else "close",
            "unmark_test" if lead.is_test else "mark_test",
        )
        links = [("correct", _("Correct")), *((name, ACTS[name].title) for name in names)]
        return [(reverse(f"admin:leads_lead_{name}", args=[lead.pk]), words) for name, words in links]

    def act_view(self, request: HttpRequest, lead_id: UUID, act: str) -> HttpResponse:
        """Ask, with room for a note; then do it."""
        lead = self._to_change(request, lead_id)
        form = NoteForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            try:
                ACTS[act].service(lead_id=lead.pk, by=actor(request), note=form.cleaned_data["note"])
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, str(ACTS[act].done))
                return _page_of(lead)
        return self._page(request, lead, form, title=ACTS[act].title, text=ACTS[act].text, verb=ACTS[act].title)

    def correct_view(self, request: HttpRequest, lead_id: UUID) -> HttpResponse:
        lead = self._to_change(request, lead_id)
        form = CorrectionForm(request.POST if request.method == "POST" else None, lead=lead)
        if request.method == "POST" and form.is_valid():
            try:
                event = corrections.correct(lead_id=lead.pk, corrections=form.corrections(), by=actor(request))
            except ValidationError as error:
                form.add_error(None, error)
            else:
                self._say(request, event)
                return _page_of(lead)
        text = _(
            "Each value is read as one that comes in, and what it was before stays in the history. "
            "What was sent stays beside a phone."
        )
        return self._page(request, lead, form, title=_("Correct the lead"), text=text, verb=_("Save"))

    def _say(self, request: HttpRequest, event: LeadEvent | None) -> None:
        if event is None:
            messages.info(request, gettext("Nothing was changed."))
            return
        labels = [str(FIELDS[name].label) for name in event.data.get("fields", {})]
        targets = ", ".join([*labels, *event.data.get("answers", {})])
        messages.success(request, gettext("Corrected: %(targets)s.") % {"targets": targets})
        came = [each["code"] for _gone, new in event.data.get("warnings", {}).values() for each in new]
        if came:
            doubts = ", ".join(dict.fromkeys(map(warning_label, came)))
            messages.warning(request, gettext("Stored, but look at it again: %(doubts)s.") % {"doubts": doubts})
        self._say_duplicates(request, event.data.get(corrections.DUPLICATES, {}))

    def _say_duplicates(self, request: HttpRequest, about: Mapping[str, Any]) -> None:
        """Which leads are the same now, and whether this one is marked."""
        if about.get("same"):
            rows = Lead.objects.filter(pk__in=about["same"]).order_by("pk")
            link = '<a href="{}">{}</a>'
            links = format_html_join(", ", link, ((_address(row), str(row)) for row in rows))
            text = gettext("The same person may be here already: {leads}. Nothing was merged.")
            messages.warning(request, format_html(text, leads=links))
        if about.get("was") != about.get("now"):
            marked = gettext("This lead is now marked as a duplicate.")
            messages.warning(request, marked if about["now"] else gettext("This lead is no longer a duplicate."))

    def _to_change(self, request: HttpRequest, lead_id: UUID) -> Lead:
        """The lead. Raises PermissionDenied, Http404."""
        lead = Lead.objects.select_related("campaign").filter(pk=lead_id).first()
        if not (self.has_view_permission(request, lead) and self.may_act(request)):
            raise PermissionDenied
        if lead is None:
            raise Http404
        return lead

    def _page(self, request: HttpRequest, lead: Lead, form: Any, **words: StrOrPromise) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "original": lead, "form": form, **words}
        return TemplateResponse(request, "admin/leads/lead/act.html", context)


def _page_of(lead: Lead) -> HttpResponse:
    return HttpResponseRedirect(_address(lead))


def _address(lead: Lead) -> str:
    return reverse("admin:leads_lead_change", args=[lead.pk])
