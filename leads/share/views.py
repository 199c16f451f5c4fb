"""The page of one Import API row for whoever has its share link: to read, and nothing else."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation

from accounts.throttle import Throttle
from leads import share_links
from leads.kit.requests import request_of
from leads.models import ShareLink
from leads.share import context

# An open page asks once a second; an office may have many open.
VISITS_PER_MINUTE = 1_200

guesses = Throttle(settings.GUESSES_PER_MINUTE)
visits = Throttle(VISITS_PER_MINUTE)

# Swagger UI has its pictures in its style sheet.
_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# The address is the key: it is to stay with whoever was given it.
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}

_Arguments = ParamSpec("_Arguments")
_View = Callable[Concatenate[HttpRequest, ShareLink, _Arguments], HttpResponse]


def shared(view: _View[_Arguments]) -> Callable[..., HttpResponse]:
    """A view of what the link in the address shows, in the language that the address or else the browser asks for."""

    @wraps(view)
    def answer(request: HttpRequest, text: str, *args: _Arguments.args, **kwargs: _Arguments.kwargs) -> HttpResponse:
        wanted = request.GET.get("lang")
        language = wanted if wanted in dict(settings.LANGUAGES) else translation.get_language()
        with translation.override(language):
            response = _answer(request, text, lambda link: view(request, link, *args, **kwargs))
            if isinstance(response, TemplateResponse):
                response.render()
        for name, value in {**_HEADERS, "Content-Language": str(language)}.items():
            response[name] = value
        return response

    return answer


def _answer(request: HttpRequest, text: str, view: Callable[[ShareLink], HttpResponse]) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    address = request.META.get("REMOTE_ADDR", "")
    link = share_links.find(text)
    if seconds := (visits if link else guesses).fail(address):
        return _closed(request, 429, {"Retry-After": str(seconds)})
    return view(link) if link else _closed(request, 404)


def _closed(request: HttpRequest, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    return TemplateResponse(request, "leads/share/closed.html", {"wait": status == 429}, status=status, headers=headers)


def _reader(request: HttpRequest) -> context.Reader:
    """Whose addresses are under the same link, in the same language."""
    home = reverse("share:page", kwargs={"text": request.resolver_match.kwargs["text"]})  # type: ignore[union-attr]
    language = urlencode({"lang": translation.get_language()})
    return context.Reader(lambda part: f"{home}{part}?{language}")


@shared
def page(request: HttpRequest, link: ShareLink) -> HttpResponse:
    shown: dict[str, Any] = context.page_context(request, link.mapping, _reader(request))
    return TemplateResponse(request, "leads/share/page.html", {**shown, "link": link, "languages": settings.LANGUAGES})


@shared
def openapi(request: HttpRequest, link: ShareLink, suffix: str) -> HttpResponse:
    return context.document_answer(request, link.mapping, suffix)


@shared
def requests(request: HttpRequest, link: ShareLink) -> HttpResponse:
    return context.requests_answer(request, link.mapping, _reader(request))


@shared
def answer(request: HttpRequest, link: ShareLink, submission_id: UUID) -> HttpResponse:
    return context.receipt_answer(request_of(link.mapping, submission_id), link.mapping, _reader(request))
