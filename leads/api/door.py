"""The door: requests in, answers out. Everything between the head of a request and its answer is leads.intake."""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.http.request import MediaType, split_domain_port, validate_host

from accounts.authentication import Bearer, check_address, check_scope, identify, token_in_url
from accounts.enums import Scope
from accounts.models import Credential
from accounts.rates import check_rate
from easycall import casualties, disk, request_log
from easycall.api import problems
from easycall.errors import (
    ContentTooLarge,
    MalformedRequest,
    MethodNotAllowed,
    NotAcceptable,
    Problem,
    TemporarilyUnavailable,
    UnsupportedMediaType,
)
from leads.api.wire import Arrival
from leads.intake import Answer, Delivery, receive_all
from leads.intake.idempotency import key_or_none, parse_key
from leads.intake.route import url_code, url_parameters
from leads.models.submission import QUERY_WITHHELD

_NO = frozenset({"0", "false", "no"})
_ANSWERS = ("application/json", problems.CONTENT_TYPE)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    content_type: str
    headers: Mapping[str, str]
    text: str
    # For the log: what it was about.
    problem: str = ""
    submission: UUID | None = None
    credential: str = ""
    leads: int = 0


def answer(arrivals: Sequence[Arrival]) -> list[Reply]:
    """One reply an arrival, in order. A request with a valid token is journalled, whatever becomes of it."""
    with ExitStack() as stack:
        for arrival in arrivals:
            if len(arrival.body.raw) >= casualties.LARGE:
                stack.enter_context(casualties.in_hand(arrival.body.raw))
        replies = [refusal(TemporarilyUnavailable())] * len(arrivals) if disk.is_nearly_full() else _take(arrivals)
    record(arrivals, replies)
    return replies


def record(arrivals: Sequence[Arrival], replies: Sequence[Reply]) -> None:
    """Write the lines of the log: once for each request, when its reply is ready."""
    request_log.write(_line(arrival, reply) for arrival, reply in zip(arrivals, replies, strict=True))


def _line(arrival: Arrival, reply: Reply) -> str:
    return request_log.line(
        method=arrival.method,
        route="explain" if arrival.explain else "spring",
        status=reply.status,
        problem=reply.problem,
        submission=reply.submission,
        credential=reply.credential,
        leads=reply.leads,
        size=len(arrival.body.raw),
        seconds=time.perf_counter() - arrival.at,
    )


def _take(arrivals: Sequence[Arrival]) -> list[Reply]:
    brought = [_bring(each, sender) for each, sender in zip(arrivals, _senders(arrivals), strict=True)]
    deliveries = {index: each for index, each in enumerate(brought) if isinstance(each, Delivery)}
    replies = {index: refusal(each) for index, each in enumerate(brought) if isinstance(each, Problem)}
    for index, each in zip(deliveries, receive_all(list(deliveries.values())), strict=True):
        replies[index] = _reply(each, deliveries[index])
    return [replies[index] for index in range(len(arrivals))]


def _reply(answer: Answer, delivery: Delivery) -> Reply:
    return Reply(
        answer.status,
        problems.CONTENT_TYPE if answer.is_problem else "application/json",
        answer.headers,
        answer.text,
        problem=answer.problem,
        submission=answer.submission_id,
        credential=delivery.credential.prefix,
        leads=answer.leads,
    )


def refusal(problem: Problem) -> Reply:
    """The reply to a request that leaves no submission."""
    return Reply(problem.status, problems.CONTENT_TYPE, problem.headers, problems.text(problem), problem.type)


def _senders(arrivals: Sequence[Arrival]) -> list[Credential | Problem]:
    known = {index: each for index, each in enumerate(arrivals) if _is_for_us(each)}
    try:
        found = identify([_bearer(each) for each in known.values()])
    except DatabaseError as error:
        found = [problems.as_problem(error)] * len(known)
    senders = dict(zip(known, found, strict=True))
    wrong_host = MalformedRequest("The request is not well formed: check its Host header.")
    return [senders.get(index, wrong_host) for index in range(len(arrivals))]


def _bearer(arrival: Arrival) -> Bearer:
    return Bearer(arrival.headers.get("authorization", ""), arrival.query, arrival.address)


def _is_for_us(arrival: Arrival) -> bool:
    domain, _ = split_domain_port(arrival.headers.get("host", ""))
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _bring(arrival: Arrival, sender: Credential | Problem) -> Delivery | Problem:
    """What to receive, or the problem of which no submission can be made."""
    if isinstance(sender, Problem):
        return sender
    try:
        return _delivery(arrival, sender)
    except DatabaseError as error:
        return problems.as_problem(error)


def _delivery(arrival: Arrival, credential: Credential) -> Delivery:
    query, headers = arrival.query, arrival.headers
    # A link-local address may come with its interface, which is no part of an address to a database.
    address = arrival.address.partition("%")[0] or None
    objection = None
    try:
        _examine(arrival, credential, address)
    except Problem as problem:
        objection = problem
    return Delivery(
        credential=credential,
        raw=arrival.body.raw,
        complete=arrival.body.problem is None,
        content_type=headers.get("content-type", ""),
        method=arrival.method[:20],
        path=arrival.path,
        query=QUERY_WITHHELD if query and token_in_url(query) else query,
        url_code=url_code(query),
        # Whoever names it does not want the lead stored, however it is spelled.
        explain=arrival.explain or any(value.lower() not in _NO for value in url_parameters(query).get("explain", [])),
        remote_address=address,
        idempotency_key=key_or_none(headers.get("idempotency-key")),
        objection=objection,
    )


def _examine(arrival: Arrival, credential: Credential, address: str | None) -> None:
    """Raise the Problem of a request that can't be read, whatever its body says."""
    headers = arrival.headers
    check_address(credential, address)
    check_scope(credential, Scope.INTAKE)
    check_rate(credential)
    if arrival.query and token_in_url(arrival.query):
        raise MalformedRequest("A token in the URL is not accepted, for URLs are written to logs.")
    if _codings(headers, "content-encoding") or _codings(headers, "transfer-encoding") - {"chunked"}:
        raise UnsupportedMediaType("The body is compressed; send it as it is.")
    parse_key(headers.get("idempotency-key"))
    if arrival.body.problem:
        raise arrival.body.problem
    if casualties.is_deadly(arrival.body.raw):
        raise ContentTooLarge("The memory did not suffice for this body. Send it in smaller parts.")
    if arrival.method != "POST":
        raise MethodNotAllowed("Only POST is taken here.", headers={"Allow": "POST"})
    if not _accepts(headers.get("accept", "")):
        raise NotAcceptable("Answers are application/json or application/problem+json.")


def _codings(headers: Mapping[str, str], name: str) -> set[str]:
    """What a body is to be decoded from; servers hand it on as it came, but for its chunks."""
    return {coding.strip().lower() for coding in headers.get(name, "").split(",")} - {"", "identity"}


def _accepts(header: str) -> bool:
    """An empty Accept is no preference (RFC 9110, 12.5.1)."""
    if header in ("", "*/*", "application/json"):
        return True
    wanted = [MediaType(each) for each in header.split(",") if each.strip()]
    return not wanted or any(each.match(ours) for each in wanted for ours in _ANSWERS)
