"""The door: POST /easycall/spring. HTTP in and out; everything else is leads.intake."""

from typing import Any, cast

from django.db import DatabaseError
from django.http import HttpResponse
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.authentication import TokenAuthentication, check_address, token_in_url
from accounts.models import Credential
from accounts.rates import check_rate
from easycall import disk
from easycall.api import problems
from easycall.errors import MalformedRequest, UnsupportedMediaType
from leads.api import wire
from leads.intake import Answer, Delivery, receive, refuse
from leads.intake.idempotency import key_or_none, parse_key
from leads.intake.route import url_code, url_parameters
from leads.models.submission import QUERY_WITHHELD

_NO = frozenset({"0", "false", "no"})


class ProblemRenderer(JSONRenderer):
    """Lets a client ask for problems by their media type."""

    media_type = problems.CONTENT_TYPE


class Negotiation(DefaultContentNegotiation):
    def get_accept_list(self, request: Request) -> list[str]:
        """An empty Accept is no preference (RFC 9110, 12.5.1)."""
        return [wanted for wanted in super().get_accept_list(request) if wanted] or ["*/*"]


class Intake(APIView):
    """Receive leads. A request with a valid token is journalled whatever becomes of it, so the token comes first."""

    authentication_classes = (TokenAuthentication,)
    permission_classes = (AllowAny,)
    renderer_classes = (JSONRenderer, ProblemRenderer)
    content_negotiation_class = Negotiation
    http_method_names = ["post"]

    explain = False
    delivery: Delivery | None = None  # set once the token is known to be valid

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Named here, it is not looked for in the query, which is the sender's and may be of any length.
        self.format_kwarg = JSONRenderer.format
        disk.require_space()
        self.perform_authentication(request)
        body = wire.read(request._request)
        self.delivery = _delivery(request, body, explain=self.explain)
        check_address(self.delivery.credential, self.delivery.remote_address)
        check_rate(self.delivery.credential)
        if token_in_url(request.META.get("QUERY_STRING", "")):
            raise MalformedRequest("A token in the URL is not accepted, for URLs are written to logs.")
        if request.META.get("HTTP_CONTENT_ENCODING", "identity").strip().lower() not in ("", "identity"):
            raise UnsupportedMediaType("The body is compressed; send it as it is.")
        parse_key(request.META.get("HTTP_IDEMPOTENCY_KEY"))
        if body.problem:
            raise body.problem
        if request.method == "POST":
            self.perform_content_negotiation(request)

    def post(self, request: Request) -> HttpResponse:
        return _response(receive(cast(Delivery, self.delivery)))

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]  # the stubs want DRF's own
        problem = problems.as_problem(exc)
        if self.delivery is None or problem.status == 503:
            return problems.problem_response(problem)
        try:
            return _response(refuse(self.delivery, problem))
        except DatabaseError as error:
            return problems.problem_response(problems.as_problem(error))


def _delivery(request: Request, body: wire.Wire, *, explain: bool) -> Delivery:
    query = request.META.get("QUERY_STRING", "")
    return Delivery(
        credential=cast(Credential, request.auth),
        raw=body.raw,
        complete=body.problem is None,
        content_type=request.META.get("CONTENT_TYPE", ""),
        method=str(request.method)[:20],
        path=request.path,
        query=QUERY_WITHHELD if token_in_url(query) else query,
        url_code=url_code(query),
        idempotency_key=key_or_none(request.META.get("HTTP_IDEMPOTENCY_KEY")),
        # Whoever names it does not want the lead stored, however it is spelled.
        explain=explain or any(value.lower() not in _NO for value in url_parameters(query).get("explain", [])),
        # A link-local address may come with its interface, which is no part of an address to a database.
        remote_address=request.META.get("REMOTE_ADDR", "").partition("%")[0] or None,
    )


def _response(answer: Answer) -> HttpResponse:
    content_type = problems.CONTENT_TYPE if answer.is_problem else "application/json"
    headers = {"Content-Language": "en", **answer.headers}
    return HttpResponse(answer.text, status=answer.status, content_type=content_type, headers=headers)
