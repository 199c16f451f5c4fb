from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from easycall.admin import ViewOnlyAdmin, twice_when_overtaken
from leads import fills, unknown_keys
from leads.admin.filters import MappingFilter, SenderFilter, StateFilter, mapping_label
from leads.admin.labels import short_moment
from leads.admin.links import page_of
from leads.admin.raw import visible
from leads.admin.unknown_key_forms import AliasForm, QuestionOfKeyAdmin
from leads.admin.unknown_key_page import unknown_key_page
from leads.enums import KeyState
from leads.models import Fill, Lead, UnknownKey

_WAYS = {"question": _("Make it a question"), "alias": _("It is a field under another name")}


@admin.register(UnknownKey)
class UnknownKeyAdmin(ViewOnlyAdmin[UnknownKey]):
    """Keys that came in and meant nothing: what they are is said here, and earlier leads get what they carried."""

    sortable_by = ("name", "times", "count", "seen")
    list_display_links = ("name",)
    list_select_related = ("mapping__user", "mapping__campaign")
    list_filter = (StateFilter, ("mapping", MappingFilter), ("mapping__user", SenderFilter))
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("key",)
    search_help_text = _(
        "A part of the key. Of each Import API the first 1,000 different keys are listed; further ones are counted "
        "together as “(other keys)”."
    )
    fieldsets = ((None, {"fields": ()}),)

    class Media:
        css = {"all": ["leads/browse.css"]}

    def get_list_display(self, request: HttpRequest) -> tuple[str | Callable[[UnknownKey], str], ...]:
        times = "times" if self._may_see_leads(request) else "count"
        shown = ("name", "similar", "import_api", times, "seen", "values")
        if not _may_decide(request):
            return shown
        return (*shown, _decision("question", "alias") if _may_ask(request) else _decision("alias"))

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> UnknownKey | None:
        relations = ("mapping__user", "mapping__campaign", "decided_by")
        try:
            return UnknownKey.objects.select_related(*relations).get(pk=object_id)
        except (UnknownKey.DoesNotExist, ValidationError, ValueError, OverflowError):
            return None

    def get_urls(self) -> list[URLPattern]:
        views = {
            "question": self.question_view,
            "alias": self.alias_view,
            "dismiss": self.dismiss_view,
            "fill": self.fill_view,
        }
        return [
            *(
                path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"leads_unknownkey_{name}")
                for name, view in views.items()
            ),
            path("fill/<int:pk>/undo/", self.admin_site.admin_view(self.undo_view), name="leads_unknownkey_undo"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        unknown = kwargs["obj"]
        context |= {
            "title": capfirst(self.opts.verbose_name),
            "page": unknown_key_page(unknown),
            "import_api": mapping_label(unknown.mapping),
            "mapping_url": page_of(request, unknown.mapping),
            "leads_url": _leads_url(unknown) if self._may_see_leads(request) else "",
            "may_decide": _may_decide(request),
            "may_ask": _may_ask(request),
            "goes_on": "goes_on" in request.GET,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def question_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form of a new question, which the key is then."""
        unknown = self._to_decide(request, pk)
        if not unknown.key or unknown_keys.target_of(unknown):
            return _page_of(unknown)
        page = QuestionOfKeyAdmin(self.admin_site, unknown=unknown, by=_actor(request))
        return page.add_view(request)

    def alias_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form that makes the key another name of a field or a question."""
        return twice_when_overtaken(lambda: self._alias(request, pk))

    def _alias(self, request: HttpRequest, pk: int) -> HttpResponse:
        unknown = self._to_decide(request, pk)
        if not unknown.key or unknown_keys.target_of(unknown):
            return _page_of(unknown)
        form = AliasForm(request.POST or None, unknown=unknown)
        if form.is_valid():
            try:
                unknown_keys.make_alias(unknown=unknown, target=form.cleaned_data["target"], by=_actor(request))
            except ValidationError as error:
                form.add_error(None, error.messages)
            else:
                return _page_of(unknown)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": unknown,
            "title": _("It is a field under another name"),
            "verb": _("Save"),
            "form": form,
            "import_api": mapping_label(unknown.mapping),
        }
        return TemplateResponse(request, "admin/leads/unknownkey/alias_form.html", context)

    def dismiss_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        unknown = self._to_decide(request, pk)
        if request.method == "POST":
            unknown_keys.dismiss(unknown=unknown, by=_actor(request))
            messages.success(request, gettext("The key “%(key)s” is dismissed.") % {"key": visible(str(unknown))})
            return HttpResponseRedirect(reverse("admin:leads_unknownkey_changelist"))
        return _page_of(unknown)

    def fill_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        unknown = self._to_decide(request, pk)
        if request.method != "POST" or not unknown_keys.target_of(unknown):
            return _page_of(unknown)
        done = fills.fill(unknown=unknown, by=_actor(request))
        if done.finished_at:
            text = ngettext("%(count)d lead was filled.", "%(count)d leads were filled.", done.filled_count)
            messages.success(request, text % {"count": done.filled_count})
        return _page_of(unknown, goes_on=done.finished_at is None)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        fill = get_object_or_404(Fill.objects.select_related("unknown_key"), pk=pk)
        unknown = self._to_decide(request, fill.unknown_key_id)
        if request.method != "POST":
            return _page_of(unknown)
        undone = fills.undo(fill=fill, by=_actor(request))
        if undone.undone_at:
            count = undone.restored_count
            text = ngettext("%(count)d lead is as it was.", "%(count)d leads are as they were.", count)
            messages.success(request, text % {"count": count})
        return _page_of(unknown, goes_on=undone.undone_at is None)

    def _to_decide(self, request: HttpRequest, pk: int) -> UnknownKey:
        """The key. Raises PermissionDenied, Http404."""
        unknown = self.get_object(request, str(pk))
        if not self.has_view_permission(request, unknown) or not _may_decide(request):
            raise PermissionDenied
        if unknown is None:
            raise Http404
        return unknown

    def _may_see_leads(self, request: HttpRequest) -> bool:
        return self.admin_site.get_model_admin(Lead).has_view_permission(request)

    @admin.display(description=_("key"), ordering="key")
    def name(self, unknown: UnknownKey) -> str:
        return format_html("<code>{}</code>", visible(str(unknown)))

    @admin.display(description=_("resembles"))
    def similar(self, unknown: UnknownKey) -> str:
        return format_html("<code>{}</code>", unknown.resembles) if unknown.resembles else "–"

    @admin.display(description=_("Import API"))
    def import_api(self, unknown: UnknownKey) -> str:
        mapping = unknown.mapping
        return format_html('{}<div class="note">→ {}</div>', mapping_label(mapping), mapping.campaign)

    @admin.display(description=_("times"), ordering="count")
    def times(self, unknown: UnknownKey) -> str:
        """With the leads that carry the key behind it."""
        if not unknown.key:
            return str(unknown.count)
        return format_html('<a href="{}">{}</a>', _leads_url(unknown), unknown.count)

    @admin.display(description=_("first and last seen"), ordering="last_seen")
    def seen(self, unknown: UnknownKey) -> str:
        moments = dict.fromkeys(map(short_moment, (unknown.first_seen, unknown.last_seen)))
        return format_html_join("", '<div class="moment">{}</div>', ((moment,) for moment in moments))

    @admin.display(description=_("samples"))
    def values(self, unknown: UnknownKey) -> str:
        samples = unknown.samples.splitlines()
        return format_html_join("", "<div>{}</div>", ((visible(sample),) for sample in samples)) or SafeString("–")


def _decision(*names: str) -> Callable[[UnknownKey], str]:
    """The last column of the list: links to these ways to say what a key is, or what was decided."""

    @admin.display(description=_("What is it?"))
    def decision(unknown: UnknownKey) -> str:
        if unknown.state != KeyState.NEW:
            return unknown.get_state_display()
        links = [(reverse(f"admin:leads_unknownkey_{name}", args=[unknown.pk]), _WAYS[name]) for name in names]
        button = '<div class="way"><a class="button" href="{}">{}</a></div>'
        return format_html_join("", button, links if unknown.key else ())

    return decision


def _leads_url(unknown: UnknownKey) -> str:
    return f"{reverse('admin:leads_lead_changelist')}?carries={unknown.pk}"


def _page_of(unknown: UnknownKey, *, goes_on: bool = False) -> HttpResponse:
    url = reverse("admin:leads_unknownkey_change", args=[unknown.pk])
    return HttpResponseRedirect(f"{url}?goes_on=1" if goes_on else url)


def _actor(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _may_decide(request: HttpRequest) -> bool:
    return request.user.has_perm("leads.change_importmapping")


def _may_ask(request: HttpRequest) -> bool:
    return request.user.has_perm("campaigns.add_question")
