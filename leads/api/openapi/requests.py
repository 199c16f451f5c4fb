"""What may be sent: the token, the parameters, and the body in its kinds."""

from collections.abc import Mapping
from typing import Any

from accounts.tokens import PATTERN
from leads.intake.body import BATCH_BYTES, BATCH_LEADS, KEY_LENGTH, LEAD_BYTES, LEAD_FIELDS, VALUE_LENGTH
from leads.intake.idempotency import KEPT, LONGEST

Json = dict[str, Any]

SEND = (
    "The answer accounts for every key that was sent: stored, kept aside with a reason, or empty. "
    "A 2xx is a promise that the lead is on disk. `/easycall/spring` and `/easycall/spring/lead` are the same, "
    "with or without a slash at the end."
)
EXPLAIN = "The receipt or the problem that the same request to `/easycall/spring` would get; nothing is written."

TOKEN: Json = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": PATTERN,
    "description": "The token that the administrator of the installation gave out.",
}

_HOURS = int(KEPT.total_seconds()) // 3600
PARAMETERS: dict[str, Json] = {
    "Campaign": {
        "name": "campaign",
        "in": "query",
        "description": "The external campaign code of every lead that names none itself.",
        "schema": {"type": "string"},
    },
    "Explain": {
        "name": "explain",
        "in": "query",
        "description": "Any value but `0`, `false` and `no`: answer as if it were stored, and store nothing.",
        "schema": {"type": "string"},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": f"The same request with the same key gets the same answer for {_HOURS} hours, and is stored "
        "once. Visible ASCII without a comma; it may stand in quotation marks.",
        "schema": {"type": "string", "pattern": f"^[!#-+\\--~]{{1,{LONGEST}}}$"},
    },
}

_LIMITS = (
    f"A lead is at most {LEAD_BYTES >> 20} MiB and {LEAD_FIELDS} fields, a batch {BATCH_BYTES >> 20} MiB and "
    f"{BATCH_LEADS:,} leads, a key {KEY_LENGTH} and a value {VALUE_LENGTH:,} characters. Text is UTF-8."
)
_LEAD = {"$ref": "#/components/schemas/Lead"}


def body(example: Mapping[str, str]) -> Json:
    """The request body: one lead in four kinds, or many in JSON. `example` is a lead."""
    return {
        "required": True,
        "description": f"{_LIMITS} `charset` may name utf-16, iso-8859-1, iso-8859-15 or windows-1252.",
        "content": {
            **_json(example),
            "application/x-www-form-urlencoded": {"schema": _LEAD, "example": example},
            "multipart/form-data": {"schema": _LEAD, "example": example},
            "text/plain": {
                "schema": {"type": "string", "description": "A field a line: `key: value` or `key=value`."},
                "example": "\n".join(f"{key}: {value}" for key, value in example.items()),
            },
        },
    }


def json_body(example: Mapping[str, str]) -> Json:
    """The same in JSON only: a client that is made from a document with several kinds sends them mixed up."""
    others = "A lead may also come as a form or as text, a line a field: see /api/docs/."
    return body(example) | {"description": f"{_LIMITS} {others}", "content": _json(example)}


def _json(example: Mapping[str, str]) -> Json:
    return {
        "application/json": {
            "schema": {"anyOf": [_LEAD, {"$ref": "#/components/schemas/Batch"}]},
            "examples": {"lead": {"value": example}, "batch": {"value": [example]}},
        }
    }


EXAMPLE = {"Campaign": "demo_leads", "nombre": "Lucía", "telefono_movil": "600 11 12 22"}
