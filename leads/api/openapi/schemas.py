"""The shapes: a lead as it is sent, the receipt, the batch's answer, the problem."""

from collections.abc import Iterable
from typing import Any

from campaigns.enums import Compared, DuplicateAction
from campaigns.fields import ALIASES, ENVELOPE_NAMES, FIELDS, Envelope
from leads.intake.body import BATCH_LEADS
from leads.texts import ASIDE_REASONS, WARNING_TEXTS

Json = dict[str, Any]

STATUSES = ("created", "duplicate", "updated", "repeated")

_ID: Json = {"type": "string", "format": "uuid"}
_LEAD_ID = "The lead; null: only explained, or merged into a lead of another user."
_COUNT: Json = {"type": "integer", "minimum": 0}
MEANINGS = {
    Envelope.CAMPAIGN: "The external campaign code, letter for letter; not needed with one active Import API row.",
    Envelope.EXTERNAL_ID: "The sender's own id of the lead: sent again, it is the same lead.",
    Envelope.CHANNEL: "Where the lead came from.",
    Envelope.CONSENT: "The consent that the person gave.",
}


def components() -> dict[str, Json]:
    """The schemas by their names. Made when asked for, because their words are translated until then."""
    return {
        "Lead": _lead(),
        "Batch": _batch(),
        "Receipt": _receipt(),
        "Stored": _stored(),
        "KeptAside": _kept_aside(),
        "Warning": _warning(),
        "DuplicateOf": _duplicate_of(),
        "BatchAnswer": _batch_answer(),
        "Problem": problem(),
    }


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _lead() -> Json:
    """Any JSON is a value: what is no text, number, true or false is kept aside, and not refused."""
    fields = {
        field.name: _field(f"{field.label} ({field.type.replace('_', ' ')}).", _spellings(field.name))
        for field in FIELDS.values()
    }
    envelope = {names[0]: _field(MEANINGS[meaning], names[1:]) for meaning, names in ENVELOPE_NAMES.items()}
    return {
        "type": "object",
        "description": "A person to call. A phone or an e-mail is needed. Letter case, accents, and blanks, hyphens "
        "and underscores between words make no difference in these keys. Any other key is a question of the "
        "administrator, letter for letter, or is kept aside. Values are text; numbers, true and false are taken as "
        "their text, null and blanks are empty, objects and arrays are kept aside.",
        "properties": envelope | fields,
        "additionalProperties": True,
    }


def _spellings(field: str) -> list[str]:
    return [alias.key for alias in ALIASES if alias.field == field and alias.key != field]


def _field(meaning: str, others: Iterable[str]) -> Json:
    return {"description": with_names(meaning, others)}


def with_names(meaning: str, others: Iterable[str]) -> str:
    """What a key means, and what else it may be called."""
    also = ", ".join(f"`{key}`" for key in others)
    return f"{meaning} Also: {also}." if also else meaning


def _batch() -> Json:
    leads = {"type": "array", "items": _ref("Lead"), "maxItems": BATCH_LEADS}
    wrapped = {"type": "object", "properties": {"leads": leads}, "required": ["leads"], "additionalProperties": False}
    return {"description": "Many leads, each with an answer of its own.", "anyOf": [leads, wrapped]}


def _object(properties: Json, *optional: str, **more: Any) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, **more}


def _receipt() -> Json:
    return _object(
        {
            "id": {"type": ["string", "null"], "format": "uuid", "description": _LEAD_ID},
            "submission": {"type": ["string", "null"], "format": "uuid", "description": "The request, in the journal."},
            "status": {"type": "string", "enum": [*STATUSES]},
            "campaign": _object({"code": {"type": "string"}, "name": {"type": "string"}}),
            "stored": {"type": "object", "additionalProperties": _ref("Stored")},
            "kept_aside": {"type": "object", "additionalProperties": _ref("KeptAside")},
            "empty": {"type": "array", "items": {"type": "string"}},
            "warnings": {"type": "array", "items": _ref("Warning")},
            "duplicate_of": _ref("DuplicateOf"),
        },
        "duplicate_of",
        description="Every key that came is in one of `stored`, `kept_aside` and `empty`.",
    )


def _stored() -> Json:
    kinds = {
        "field": {"enum": [*FIELDS]},
        "question": {"type": "string"},
        "envelope": {"enum": [str(meaning) for meaning in Envelope]},
    }
    value = {"value": {"type": "string"}, "from": {"type": "string", "description": "As sent, if it differs."}}
    return _object(kinds | value, *kinds, "from", oneOf=[{"required": [kind]} for kind in kinds])


def _kept_aside() -> Json:
    return _object(
        {
            "value": {"description": "As it came, whatever it is."},
            "reason": {"type": "string", "enum": [*ASIDE_REASONS], "description": _list(ASIDE_REASONS)},
            "did_you_mean": {"type": "string", "description": "The key that it resembles, or begins."},
        },
        "did_you_mean",
    )


def _warning() -> Json:
    return _object(
        {
            "key": {"type": ["string", "null"], "description": "null: the whole request."},
            "code": {"type": "string", "enum": [*WARNING_TEXTS], "description": _list(WARNING_TEXTS)},
            "detail": {"type": "string"},
        }
    )


def _duplicate_of() -> Json:
    return _object(
        {
            "lead": {
                "type": ["string", "null"],
                "format": "uuid",
                "description": "null: not to be told.",
            },
            "matched": {"type": "array", "items": {"enum": [*Compared.values]}, "minItems": 1},
            "policy": {"enum": [*DuplicateAction.values], "description": "What the campaign does with duplicates."},
        },
        description="The lead that was here already, and which values of the new one told it.",
    )


def _list(texts: Any) -> str:
    return "\n".join(f"- `{code}`: {text}" for code, text in texts.items())


def _batch_answer() -> Json:
    results = {"type": "array", "items": {"anyOf": [_ref("Receipt"), _ref("Problem")]}}
    return _object(
        {"results": results, **dict.fromkeys((*STATUSES, "rejected"), _COUNT)},
        description="One result an item, in order: a receipt, or a problem with its own status.",
    )


def problem() -> Json:
    """The document of RFC 9457, whatever its type."""
    place = _object({"pointer": {"type": "string", "format": "json-pointer"}, "detail": {"type": "string"}})
    return _object(
        {
            "type": {"type": "string", "format": "uri-reference", "description": "A page of this server."},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string", "pattern": "^urn:uuid:"},
            "submission": _ID | {"description": "The request, in the journal; missing where it is not there."},
            "errors": {"type": "array", "items": place},
            "campaign_codes": {"type": "array", "items": {"type": "string"}, "description": "The user's own codes."},
            "duplicate_of": _ref("DuplicateOf"),
        },
        "instance",
        "submission",
        "campaign_codes",
        "duplicate_of",
        description="An answer that is no receipt (RFC 9457).",
    )
