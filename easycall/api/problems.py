"""The one place that turns errors into application/problem+json."""

import json
import logging
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.views import defaults
from rest_framework import exceptions

from easycall import errors, request_log
from easycall.errors import Problem

log = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"

# Where machines ask; people get pages.
_API_PATHS = ("/easycall/", "/api/")

_OF_LIBRARIES: Sequence[tuple[tuple[type[Exception], ...], Callable[[], Problem]]] = (
    (
        (exceptions.MethodNotAllowed,),
        lambda: errors.MethodNotAllowed("Only GET is taken here.", headers={"Allow": "GET, HEAD"}),
    ),
    (
        (Http404, exceptions.NotFound),
        lambda: errors.NotFound("There is nothing here, or nothing that the user of this token may see."),
    ),
    (
        (exceptions.NotAcceptable,),
        lambda: errors.NotAcceptable("Answers are application/json or application/problem+json."),
    ),
    (
        (SuspiciousOperation, exceptions.ParseError),
        lambda: errors.MalformedRequest("The request is not well formed."),
    ),
)


def as_problem(exc: BaseException) -> Problem:
    """The problem that any exception of a view is. What nobody expected is logged and is a fault, never a 500."""
    match exc:
        case Problem():
            return exc
        case OperationalError() | InterfaceError():
            log.error("The database could not answer: %s", type(exc).__name__)
            return errors.TemporarilyUnavailable()
    known = next((make() for kinds, make in _OF_LIBRARIES if isinstance(exc, kinds)), None)
    if known is None:
        log.error("A request failed", exc_info=exc)
    return known or errors.TemporarilyUnavailable()


def text(problem: Problem, *, submission: UUID | None = None) -> str:
    """The document of `problem`, in English like every answer of the API."""
    with translation.override("en"):
        return json.dumps(problem.document(submission), ensure_ascii=False)


def problem_response(problem: Problem, *, submission: UUID | None = None) -> HttpResponse:
    """`problem` on the wire."""
    headers = {"Content-Language": "en", **problem.headers}
    return HttpResponse(
        text(problem, submission=submission), status=problem.status, content_type=CONTENT_TYPE, headers=headers
    )


def exception_handler(exc: Exception, context: dict[str, Any]) -> HttpResponse:
    """REST framework's hook."""
    return problem_response(as_problem(exc))


def _for_machines(problem: Problem, page: Callable[[], HttpResponseBase], request: HttpRequest) -> HttpResponseBase:
    if not request.path.startswith(_API_PATHS):
        # What fails before the language is chosen would speak that of the request before.
        chosen = getattr(request, "LANGUAGE_CODE", "") or translation.get_language_from_request(request)
        with translation.override(chosen):
            return page()
    request_log.record(method=str(request.method), route="none", status=problem.status, problem=problem.type)
    return problem_response(problem)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """handler400"""
    problem = errors.MalformedRequest("The request is not well formed: check its Host header.")
    return _for_machines(problem, lambda: defaults.bad_request(request, exception), request)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """handler404"""
    problem = errors.NotFound("There is nothing here; leads go to /easycall/spring or /easycall/spring/lead.")
    return _for_machines(problem, lambda: defaults.page_not_found(request, exception), request)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """handler500, with the status of a fault: what nobody expected may be gone in a moment."""
    problem = errors.TemporarilyUnavailable()
    return _for_machines(problem, lambda: _page_of_a_fault(request, problem), request)


def _page_of_a_fault(request: HttpRequest, problem: Problem) -> HttpResponse:
    page = defaults.server_error(request)
    page.status_code = problem.status
    for name, value in problem.headers.items():
        page[name] = value
    return page
