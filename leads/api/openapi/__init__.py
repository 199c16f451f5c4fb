"""The door in OpenAPI, written down as data: it is no view that could be inspected.

What the code knows - fields, spellings, problems, warnings, limits - is taken from there.
"""

from collections.abc import Iterable
from typing import Any

from django.utils import translation

from leads.api.openapi import answers, requests, schemas

Document = dict[str, Any]

DOOR = ("/easycall/spring", "/easycall/spring/", "/easycall/spring/lead", "/easycall/spring/lead/")
EXPLAIN = tuple(f"{path.rstrip('/')}/explain{'/' * path.endswith('/')}" for path in DOOR)


def describe_door(result: Document, **kwargs: Any) -> Document:
    """Add the door and the health checks to a document. A post-processing hook of drf-spectacular."""
    with translation.override("en"):
        for path in result["paths"].values():
            path["get"]["responses"] |= answers.READ
        result["paths"] |= {
            **{path: {"post": _operation(path, "Send leads", requests.SEND)} for path in DOOR},
            **{path: {"post": _operation(path, "See the answer, store nothing", requests.EXPLAIN)} for path in EXPLAIN},
            "/health/live": {"get": answers.LIVE},
            "/health/ready": {"get": answers.READY},
        }
        components = result["components"]
        components["securitySchemes"] = {"token": requests.TOKEN}
        components["schemas"] = components.get("schemas", {}) | schemas.components()
        components["parameters"] = requests.PARAMETERS
        components["requestBodies"] = {"Leads": requests.body(requests.EXAMPLE)}
        components["responses"] = answers.components()
    return result


def _operation(path: str, summary: str, description: str) -> Document:
    return operation(path, summary, description, parameters=requests.PARAMETERS)


def operation(path: str, summary: str, description: str, *, parameters: Iterable[str]) -> Document:
    """One path of the door; `parameters` are names of components."""
    return {
        # One of eight ways to say the same; what they share is in the components.
        "operationId": "_".join(path.replace("/", " ").split()[1:]) + ("_slash" if path.endswith("/") else ""),
        "summary": summary,
        "description": description,
        "tags": ["leads"],
        "security": [{"token": []}],
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in parameters],
        "requestBody": {"$ref": "#/components/requestBodies/Leads"},
        "responses": {name: {"$ref": f"#/components/responses/{key}"} for name, key in answers.BY_STATUS.items()},
    }
