"""The list of the first steps, as the front page shows it and as it is asked for again and again."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse

from leads.admin.front.steps import MAY_SET_UP, Found, Step, steps_of
from leads.admin.links import address_of_submission
from leads.api.openapi.of_mapping import PATH
from leads.kit import kit_of
from leads.kit.lines import TOKEN, lines
from leads.models import ImportMapping
from leads.share.context import Reader, requests_context, server_of

SHOWN_REQUESTS = 3


def may_set_up(request: HttpRequest) -> bool:
    return request.user.has_perm(MAY_SET_UP)


def steps_context(request: HttpRequest) -> dict[str, Any]:
    """The list as HTML, and its version: another one when the list is another one."""
    found = Found()
    steps = steps_of(request, found)
    context = {
        "steps": steps,
        "current": current(steps),
        "lead": found.lead,
        **(_how_to_send(request, found.mapping) if found.mapping else {}),
    }
    html = render_to_string("admin/front/steps.html", context, request)
    return {"html": html, "version": hashlib.sha256(html.encode()).hexdigest()[:16], "is_over": found.lead is not None}


def current(steps: list[Step]) -> str:
    """The name of the step to take now, "" when all are taken."""
    return next((step.name for step in steps if not step.is_done and not step.is_optional), "")


def _how_to_send(request: HttpRequest, mapping: ImportMapping) -> dict[str, Any]:
    line, *_others = lines(kit_of(mapping), url=f"{server_of(request)}{PATH}")
    shown: dict[str, Any] = {"mapping": mapping, "line": line, "placeholder": TOKEN}
    if request.user.has_perm("leads.view_submission"):
        requests = requests_context(mapping, Reader(_answer_address, address_of_submission))["requests"]
        shown |= {"requests": requests[:SHOWN_REQUESTS]}
    return shown


def _answer_address(part: str) -> str:
    return reverse("admin:leads_submission_answer", args=[part.rpartition("/")[2]])


def first_steps(request: HttpRequest) -> HttpResponse:
    """The list as JSON, or 204 while it is the one that `version` names."""
    context = steps_context(request)
    if request.GET.get("version") == context["version"]:
        return HttpResponse(status=204)
    return JsonResponse(context)
