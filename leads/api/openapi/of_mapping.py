"""The door in OpenAPI for exactly one Import API row: its code, its campaign's questions, its own names of keys."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import translation

from campaigns.enums import QuestionType
from campaigns.fields import ENVELOPE_NAMES, FIELDS, Envelope, Field, FieldType
from campaigns.models import Question
from leads.api.openapi import EXPLAIN, answers, operation, requests, schemas
from leads.kit import Kit
from leads.kit.contents import CODE_KEY

Document = dict[str, Any]

PATH = "/easycall/spring"

_PHONE = "With the country code, or as it is dialled in the campaign's country ({country}), in any spelling."
_DATE = "ISO 8601, or the day before the month: 31/12/2026."
_FIELD_TYPES: dict[FieldType, Document] = {
    FieldType.TEXT: {"type": "string"},
    FieldType.PHONE: {"type": "string"},
    FieldType.EMAIL: {"type": "string", "format": "email"},
    FieldType.TAX_ID: {"type": "string"},
    FieldType.DECIMAL: {"type": ["number", "string"]},
    FieldType.DATE: {"type": "string"},
    FieldType.DATETIME: {"type": "string"},
}
_FIELD_FORMATS = {
    FieldType.PHONE: _PHONE,
    FieldType.TAX_ID: "NIF, NIE, CIF, partita IVA or codice fiscale.",
    FieldType.DECIMAL: "With a decimal point or comma.",
    FieldType.DATE: _DATE,
    FieldType.DATETIME: f"{_DATE} With a time; without an offset it is that of {{zone}}.",
}
_ANSWER_TYPES: dict[str, Document] = {
    QuestionType.TEXT: {"type": "string"},
    QuestionType.NUMBER: {"type": ["number", "string"]},
    QuestionType.DATE: {"type": "string"},
    QuestionType.YES_NO: {"type": ["boolean", "string"]},
    QuestionType.CHOICE: {"type": "string"},
}
_ANSWER_FORMATS: dict[str, str] = {
    QuestionType.NUMBER: "A number, with a decimal point or comma.",
    QuestionType.DATE: f"A date: {_DATE}",
    QuestionType.YES_NO: "Yes or no: `yes`, `no`, `sí`, true, false, 1, 0.",
    QuestionType.CHOICE: "One of the choices; letter case and accents make no difference.",
}


def document(kit: Kit, *, server: str) -> Document:
    """The document; `server` is the address of this installation, such as `https://leads.example.com`."""
    with translation.override("en"):
        return {
            "openapi": settings.SPECTACULAR_SETTINGS["OAS_VERSION"],
            "info": _info(kit),
            "servers": [{"url": server}],
            "paths": {
                PATH: {"post": _operation(PATH, "Send leads", requests.SEND)},
                EXPLAIN[0]: {"post": _operation(EXPLAIN[0], "See the answer, store nothing", requests.EXPLAIN)},
            },
            "components": {
                "securitySchemes": {"token": requests.TOKEN},
                "schemas": schemas.components() | {"Lead": _lead(kit)},
                "parameters": {"IdempotencyKey": requests.PARAMETERS["IdempotencyKey"]},
                "requestBodies": {"Leads": requests.json_body(kit.lead)},
                "responses": answers.components(),
            },
        }


def _info(kit: Kit) -> Document:
    campaign = kit.mapping.campaign
    return {
        "title": f"{campaign.name} ({kit.code})",
        "version": str(settings.SPECTACULAR_SETTINGS["VERSION"]),
        "description": f"How leads are sent to the campaign “{campaign.name}” with the campaign code `{kit.code}`. "
        "Every answer says what became of each key that was sent.",
    }


def _operation(path: str, summary: str, description: str) -> Document:
    return operation(path, summary, description, parameters=["IdempotencyKey"])


def _lead(kit: Kit) -> Document:
    properties = {
        **{names[0]: _envelope(meaning, kit) for meaning, names in ENVELOPE_NAMES.items()},
        **{name: _field(field, kit) for name, field in FIELDS.items()},
        **{question.key: _question(question, kit) for question in kit.questions},
    }
    return {
        "type": "object",
        "description": "A person to call. A phone or an e-mail is needed. The keys of questions are exact; in the "
        "others letter case, accents, and blanks, hyphens and underscores between words make no difference. What has "
        "another key is kept aside, and named in the answer.",
        "properties": properties,
        "required": [CODE_KEY, *(question.key for question in kit.questions if question.required)],
        "additionalProperties": True,
        "examples": [kit.lead],
    }


def _envelope(meaning: Envelope, kit: Kit) -> Document:
    described = _property({"type": "string"}, schemas.MEANINGS[meaning], ENVELOPE_NAMES[meaning][1:])
    return described | ({"enum": [kit.code]} if meaning is Envelope.CAMPAIGN else {})


def _field(field: Field, kit: Kit) -> Document:
    campaign = kit.mapping.campaign
    form = _FIELD_FORMATS.get(field.type, "").format(country=campaign.country, zone=campaign.time_zone)
    described = _property(_FIELD_TYPES[field.type], f"{field.label}. {form}".strip(), kit.names_of(field.name))
    return described | {"examples": [kit.examples[field.name]]}


def _question(question: Question, kit: Kit) -> Document:
    needed = "Required: a lead without it is stored with a warning." if question.required else ""
    label = question.label if question.label.endswith((".", "?", "!")) else f"{question.label}."
    words = (label, _ANSWER_FORMATS.get(question.type, ""), needed)
    described = _property(
        _ANSWER_TYPES[question.type], " ".join(filter(None, words)), kit.other_names.get(question.key, ())
    )
    choices = {"enum": [*question.choices]} if question.type == QuestionType.CHOICE else {}
    return described | choices | {"examples": [kit.examples[question.key]]}


def _property(kind: Document, meaning: str, others: Sequence[str]) -> Document:
    return kind | {"description": schemas.with_names(meaning, others), "x-other-names": [*others]}
