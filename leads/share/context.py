"""What the page of an integration shows, to the people of the installation and to whoever has a share link."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.template.loader import render_to_string

from easycall.api.schema import render
from leads.admin import raw, receipts
from leads.api.openapi.of_mapping import PATH, document
from leads.kit import kit_of
from leads.kit.lines import TOKEN, lines
from leads.kit.requests import ANSWER_LENGTH, last_requests, version_of, without_other_codes
from leads.models import ImportMapping, Submission

# The address of a part of the page: `openapi.json`, `openapi.yaml`, `requests/`, or of one answer.
AddressOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the page. Only the people of the installation have pages of submissions, and may know other codes."""

    address_of: AddressOf
    page_of_submission: Callable[[UUID], str] | None = None

    def answer(self, text: str, mapping: ImportMapping) -> str:
        """An answer, or the start of one, as this reader may see it."""
        return text if self.page_of_submission else without_other_codes(text, mapping)


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request and its answer: in words, and as the sender got it, unless that is too long."""

    submission: Submission
    refusals: list[receipts.Refused]
    duplicates: list[receipts.Duplicate]
    warnings: list[receipts.Warned]
    asides: list[receipts.Aside]
    answer: str
    is_whole: bool
    # Of the whole answer, and of the submission's page, "" for who has none.
    address: str
    page: str


def page_context(request: HttpRequest, mapping: ImportMapping, reader: Reader) -> dict[str, Any]:
    """Six queries. `mapping` has its campaign."""
    server = server_of(request)
    kit = kit_of(mapping)
    return {
        "mapping": mapping,
        "kit": kit,
        "server": server,
        "endpoint": f"{server}{PATH}",
        "placeholder": TOKEN,
        "lines": lines(kit, url=f"{server}{PATH}"),
        "documents": {"json": reader.address_of("openapi.json"), "yaml": reader.address_of("openapi.yaml")},
        "live": reader.address_of("requests/"),
        "version": version_of(mapping),
        **requests_context(mapping, reader),
    }


def requests_context(mapping: ImportMapping, reader: Reader) -> dict[str, Any]:
    """The part that is looked up again and again: two queries."""
    return {"requests": [_line(each, mapping, reader) for each in last_requests(mapping)]}


def _line(submission: Submission, mapping: ImportMapping, reader: Reader) -> RequestLine:
    start: str = submission.answer_start  # type: ignore[attr-defined]  # annotated
    is_whole = len(start) <= ANSWER_LENGTH
    text = reader.answer(start, mapping)
    document = receipts.parse(text) if is_whole else {}
    return RequestLine(
        submission,
        refusals=receipts.refusals(document) or [*map(receipts.refused, submission.problem.split())],
        duplicates=receipts.duplicates(document),
        warnings=receipts.all_warnings(document),
        asides=receipts.all_asides(document),
        answer=raw.visible(receipts.pretty(text) if is_whole else text[:ANSWER_LENGTH]),
        is_whole=is_whole,
        address=reader.address_of(f"requests/{submission.pk}"),
        page=reader.page_of_submission(submission.pk) if reader.page_of_submission else "",
    )


def requests_answer(request: HttpRequest, mapping: ImportMapping, reader: Reader) -> HttpResponse:
    """The list of requests as HTML in JSON, or 204 while it is the one that `version` names."""
    version = version_of(mapping)
    if request.GET.get("version") == version:
        return HttpResponse(status=204)
    html = render_to_string("leads/kit/requests.html", requests_context(mapping, reader))
    return JsonResponse({"version": version, "html": html})


def document_answer(request: HttpRequest, mapping: ImportMapping, suffix: str) -> HttpResponse:
    """The OpenAPI document of the row, as a file: `suffix` is json or yaml."""
    content = render(document(kit_of(mapping), server=server_of(request)), suffix)
    name = re.sub(r"[^A-Za-z0-9_.-]+", "_", mapping.external_code)
    headers = {"Content-Disposition": f'attachment; filename="{name}.openapi.{suffix}"'}
    return HttpResponse(content, content_type=f"application/{suffix}", headers=headers)


def receipt_answer(submission: Submission | None, mapping: ImportMapping, reader: Reader) -> HttpResponse:
    """The whole answer to a request."""
    if submission is None:
        return HttpResponseNotFound(content_type="text/plain")
    headers = {"Content-Disposition": f'attachment; filename="answer-{submission.pk}.json"'}
    answer = reader.answer(submission.answer, mapping)
    return HttpResponse(answer, content_type="application/json", headers=headers)


def server_of(request: HttpRequest) -> str:
    """This server as the reader reaches it, such as `https://leads.example.com`."""
    return request.build_absolute_uri("/").rstrip("/")
