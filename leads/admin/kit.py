"""The page of an Import API row that has all that its integrator needs, tries leads, and shares itself."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, re_path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from easycall.admin import FIRST_STEPS, SetupAdmin
from leads import share_links, trials
from leads.admin.links import actor, address_of_submission, page_of
from leads.admin.tried import CONTENT_TYPES, PREFIX, Tried, as_json, header_of, of_fields, of_paste, tried
from leads.kit import kit_of
from leads.kit.contents import SHOWN_FIELDS
from leads.kit.requests import request_of
from leads.models import ImportMapping, ShareLink
from leads.share import context

# What is shown of the page once only is not to be kept by the browser.
_NOT_KEPT = {"Cache-Control": "no-store"}


class KitPages(SetupAdmin[ImportMapping]):
    """The pages of the admin about the integration of one row."""

    def get_urls(self) -> list[URLPattern]:
        def at(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(f"<int:pk>/kit/{route}", self.admin_site.admin_view(view), name=f"leads_importmapping_{name}")

        return [
            at("", self.kit_view, "kit"),
            at("try/", self.try_view, "try"),
            at("share/", self.share_view, "share"),
            at("share/<int:link>/revoke/", self.revoke_view, "revoke"),
            at("requests/", self.requests_view, "requests"),
            at("requests/<uuid:submission_id>", self.answer_view, "answer"),
            re_path(
                r"^(?P<pk>\d+)/kit/openapi\.(?P<suffix>json|yaml)\Z",
                self.admin_site.admin_view(self.openapi_view),
                name="leads_importmapping_openapi",
            ),
            *super().get_urls(),
        ]

    def response_post_save_add(self, request: HttpRequest, obj: ImportMapping) -> HttpResponseRedirect:
        if FIRST_STEPS in request.GET:
            return super().response_post_save_add(request, obj)
        return _back(obj.pk)

    def kit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._page(request, self._readable(request, pk))

    def openapi_view(self, request: HttpRequest, pk: int, suffix: str) -> HttpResponse:
        return context.document_answer(request, self._readable(request, pk), suffix)

    def requests_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return context.requests_answer(request, self._journal(request, pk), _reader(pk))

    def answer_view(self, request: HttpRequest, pk: int, submission_id: UUID) -> HttpResponse:
        mapping = self._journal(request, pk)
        return context.receipt_answer(request_of(mapping, submission_id), mapping, _reader(pk))

    def try_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """See what a body would get, or send it as a test."""
        mapping = self._changeable(request, pk)
        if request.method != "POST":
            return _back(pk)
        pasted = "body" in request.POST
        body, content_type = of_paste(request.POST) if pasted else of_fields(request.POST, mapping.external_code)
        header = header_of(body, content_type)
        if "send" in request.POST:
            self._send(request, mapping, body, header)
            return _back(pk, "#requests")
        answer = trials.explain(mapping=mapping, body=body.encode(), content_type=header)
        return self._page(request, mapping, tried=tried(body, content_type, answer, kit_of(mapping)), pasted=pasted)

    def _send(self, request: HttpRequest, mapping: ImportMapping, body: str, header: str) -> None:
        credential = trials.token_of(mapping)
        if credential is None:
            messages.error(request, _("This user has no live token, so nothing was sent."))
            return
        answer = trials.send(
            mapping=mapping, credential=credential, body=body.encode(), content_type=header, by=actor(request)
        )
        if answer.leads:
            messages.success(request, _("Sent, as a test lead: it is the newest of the last requests."))
        else:
            messages.warning(request, _("Sent, and refused: the newest of the last requests says why."))

    def share_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a share link, and show it this once."""
        mapping = self._changeable(request, pk)
        days = request.POST.get("days", "")
        if request.method != "POST" or days not in map(str, share_links.DAYS):
            return _back(pk)
        link, text = share_links.make(mapping=mapping, days=int(days), by=actor(request))
        address = request.build_absolute_uri(reverse("share:page", kwargs={"text": text}))
        return self._page(request, mapping, made={"link": link, "address": address})

    def revoke_view(self, request: HttpRequest, pk: int, link: int) -> HttpResponse:
        mapping = self._changeable(request, pk)
        if request.method == "POST":
            row = get_object_or_404(ShareLink, pk=link, mapping=mapping)
            share_links.revoke(link=row, by=actor(request))
            messages.success(request, _("The link opens nothing any more."))
        return _back(pk)

    def _page(
        self,
        request: HttpRequest,
        mapping: ImportMapping,
        *,
        tried: Tried | None = None,
        pasted: bool = False,
        made: dict[str, Any] | None = None,
    ) -> HttpResponse:
        may_see_requests = request.user.has_perm("leads.view_submission")
        shown = context.page_context(request, mapping, _reader(mapping.pk))
        page = {
            **self.admin_site.each_context(request),
            **shown,
            "opts": self.opts,
            "original": mapping,
            "title": _("Integration of %(mapping)s") % {"mapping": mapping},
            "may_see_requests": may_see_requests,
            "may_change": self.has_change_permission(request, mapping),
            "tried": tried,
            "pasted": pasted,
            "made": made,
            "links": share_links.live(mapping),
            "days": share_links.DAYS,
            "content_types": CONTENT_TYPES,
            "body": tried.body if tried and pasted else as_json(shown["kit"].lead),
            "prefix": PREFIX,
            "fields": self._fields(request, shown["kit"], is_new=tried is None or pasted),
            "token": trials.token_of(mapping),
            "user_page": page_of(request, mapping.user),
        }
        return TemplateResponse(request, "admin/leads/importmapping/kit.html", page, headers=_NOT_KEPT)

    def _fields(self, request: HttpRequest, kit: Any, *, is_new: bool) -> list[tuple[Any, str, bool]]:
        """Each field of the form with its value, and whether it is one of the many that are seldom used."""
        said = request.POST
        usual = {*SHOWN_FIELDS, *(question.key for question in kit.questions)}
        return [
            (each, kit.lead.get(each.key, "") if is_new else said.get(PREFIX + each.key, ""), each.key not in usual)
            for each in kit.all_fields
        ]

    def _readable(self, request: HttpRequest, pk: int) -> ImportMapping:
        """The row. Raises PermissionDenied, Http404."""
        mapping = ImportMapping.objects.select_related("user", "campaign").filter(pk=pk).first()
        if not self.has_view_permission(request, mapping):
            raise PermissionDenied
        if mapping is None:
            raise Http404
        return mapping

    def _changeable(self, request: HttpRequest, pk: int) -> ImportMapping:
        mapping = self._readable(request, pk)
        if not self.has_change_permission(request, mapping):
            raise PermissionDenied
        return mapping

    def _journal(self, request: HttpRequest, pk: int) -> ImportMapping:
        if not request.user.has_perm("leads.view_submission"):
            raise PermissionDenied
        return self._readable(request, pk)

    @admin.display(description=gettext_lazy("integration"))
    def kit_link(self, mapping: ImportMapping) -> str:
        return format_html('<a href="{}">{}</a>', _kit_of(mapping.pk), _("Open"))


def _kit_of(pk: int) -> str:
    return reverse("admin:leads_importmapping_kit", args=[pk])


def _reader(pk: int) -> context.Reader:
    return context.Reader(lambda part: f"{_kit_of(pk)}{part}", address_of_submission)


def _back(pk: int, part: str = "") -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{_kit_of(pk)}{part}")
