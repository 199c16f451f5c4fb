"""What may be answered: the receipt, and each problem under its status."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from easycall.api.problems import CONTENT_TYPE
from easycall.errors import PROBLEMS, MalformedRequest, Problem

Json = dict[str, Any]

# What the server refuses before it is a request; the type is always the same.
SERVER_STATUSES = (408, 414, 417, 431)

_SECONDS: Json = {"description": "Seconds to wait.", "required": True, "schema": {"type": "integer", "minimum": 1}}
_HEADERS: Mapping[int, dict[str, Json]] = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string", "pattern": "^Bearer "}}},
    405: {"Allow": {"required": True, "schema": {"type": "string"}}},
    409: {"Retry-After": _SECONDS},
    429: {"Retry-After": _SECONDS},
    503: {"Retry-After": _SECONDS},
}
_REPLAYED: Json = {
    "Idempotent-Replayed": {
        "description": "The answer was given before, to the first request with this Idempotency-Key.",
        "schema": {"type": "string", "const": "true"},
    }
}


def _types() -> dict[int, list[type[Problem]]]:
    types: dict[int, list[type[Problem]]] = {status: [MalformedRequest] for status in SERVER_STATUSES}
    for problem in PROBLEMS.values():
        types.setdefault(problem.status, []).append(problem)
    return dict(sorted(types.items()))


# The names of the components that answer under each status.
BY_STATUS = {"200": "Known", "201": "Created"} | {str(status): f"Problem{status}" for status in _types()}

# The answers other than 200 to a request that reads.
READ = {
    str(status): {"$ref": f"#/components/responses/Problem{status}"}
    for status in (*SERVER_STATUSES, 400, 401, 403, 404, 405, 406, 429, 503)
}


def components() -> dict[str, Json]:
    """The responses by their names."""
    receipt, batch = ({"$ref": f"#/components/schemas/{name}"} for name in ("Receipt", "BatchAnswer"))
    return {
        "Created": _json("A new lead.", receipt),
        "Known": _json("A lead that was here already, or the answer to a batch.", {"anyOf": [receipt, batch]}),
        **{f"Problem{status}": _problem(status, types) for status, types in _types().items()},
    }


def _json(description: str, schema: Json) -> Json:
    return {"description": description, "headers": _REPLAYED, "content": {"application/json": {"schema": schema}}}


def _problem(status: int, types: list[type[Problem]]) -> Json:
    # As lists of their type, and not as a constant: what makes clients can merge that with the schema of all problems.
    said = {
        "type": {"type": "string", "enum": [f"/problems/{each.type}" for each in types]},
        "status": {"type": "integer", "enum": [status]},
    }
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": said}]}
    description = "\n".join(f"- `{each.type}`: {each.title}. {each.remedy}" for each in types)
    headers = {"headers": _HEADERS[status]} if status in _HEADERS else {}
    return {"description": description, **headers, "content": {CONTENT_TYPE: {"schema": schema}}}


def _health(operation: str, summary: str, **answers: str) -> Json:
    text = {"text/plain": {"schema": {"type": "string"}}}
    responses = {
        str(HTTPStatus[name].value): {"description": description, "content": text}
        for name, description in answers.items()
    }
    if "503" in responses:
        responses["503"]["headers"] = {"Retry-After": _SECONDS}
    return {"operationId": operation, "summary": summary, "tags": ["health"], "security": [], "responses": responses}


LIVE = _health("live", "Is the process there?", OK="It is.")
READY = _health(
    "ready",
    "Can it do its work?",
    OK="It can.",
    SERVICE_UNAVAILABLE="The database does not answer, or the disk is nearly full.",
)
