"""What a body that somebody tries would get, as the page of an Import API row shows it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from campaigns.fields import FIELDS
from leads.admin import raw, receipts
from leads.admin.labels import ENVELOPE_LABELS
from leads.enums import Verdict
from leads.intake import Answer
from leads.kit import Kit
from leads.kit.contents import CODE_KEY

# Of a batch; the answer has them all.
SHOWN_LEADS = 5
# What the names of the fields of the form start with.
PREFIX = "lead-"

MULTIPART = "multipart/form-data"
CONTENT_TYPES: Mapping[str, StrOrPromise] = {
    "application/json": _("JSON"),
    "application/x-www-form-urlencoded": _("form (a=1&b=2)"),
    MULTIPART: _("form in parts (multipart)"),
    "text/plain": _("text, a field a line"),
}

_VERDICTS: Mapping[str, StrOrPromise] = {
    Verdict.CREATED: _("A new lead."),
    Verdict.DUPLICATE: _("A new lead, marked as a duplicate."),
    Verdict.UPDATED: _("A lead that is here already would be changed."),
    Verdict.REPEATED: _("A lead that is here already; nothing would change."),
}


@dataclass(frozen=True, slots=True)
class TriedLead:
    """`shown` is what an operator sees: labels and values. `aside` is what goes nowhere."""

    verdict: StrOrPromise
    campaign: str
    shown: list[tuple[StrOrPromise, str]]
    aside: list[receipts.Aside]
    warnings: list[receipts.Warned]


@dataclass(frozen=True, slots=True)
class Tried:
    """A body with the answer that it got. `more` is how many leads of a batch are not shown."""

    body: str
    content_type: str
    status: int
    answer: raw.Shown
    refusals: list[receipts.Refused]
    leads: list[TriedLead] = field(default_factory=list)
    more: int = 0


def of_fields(data: QueryDict, code: str) -> tuple[str, str]:
    """The body that the filled-in form makes, and its content type."""
    said = {name.removeprefix(PREFIX): text for name, text in data.items() if name.startswith(PREFIX)}
    lead = {CODE_KEY: code, **{key: text for key, text in said.items() if str(text).strip()}}
    return as_json(lead), "application/json"


def as_json(lead: Mapping[str, Any]) -> str:
    return json.dumps(lead, ensure_ascii=False, indent=2)


def of_paste(data: QueryDict) -> tuple[str, str]:
    """The body that was pasted, and the content type that goes with it."""
    body, content_type = data.get("body", "").strip(), data.get("content_type", "")
    if content_type not in CONTENT_TYPES:
        content_type = "application/json"
    return body, content_type


def header_of(body: str, content_type: str) -> str:
    """The whole header: a form in parts names the line that parts it, which its body begins with."""
    first = body.partition("\n")[0].strip()
    if content_type == MULTIPART and first.startswith("--"):
        return f'{MULTIPART}; boundary="{first[2:]}"'
    return f"{content_type}; charset=utf-8"


def tried(body: str, content_type: str, answer: Answer, kit: Kit) -> Tried:
    document = receipts.parse(answer.text)
    results = document["results"] if receipts.is_batch(document) else [document]
    taken = [each for each in results if isinstance(each, dict) and "stored" in each]
    return Tried(
        body=body,
        content_type=content_type,
        status=answer.status,
        answer=raw.shown(receipts.pretty(answer.text)),
        refusals=receipts.refusals(document),
        leads=[_lead(each, kit) for each in taken[:SHOWN_LEADS]],
        more=max(0, len(taken) - SHOWN_LEADS),
    )


def _lead(receipt: Mapping[str, Any], kit: Kit) -> TriedLead:
    sent = receipts.sent_keys(receipt)
    return TriedLead(
        verdict=_VERDICTS[receipt["status"]],
        campaign=receipts.as_text(receipt["campaign"]["name"]),
        shown=[*_shown(sent, kit)],
        aside=receipts.asides(receipt["kept_aside"]),
        warnings=receipts.warnings(receipt["warnings"]),
    )


def _shown(sent: Iterable[receipts.SentKey], kit: Kit) -> Iterable[tuple[StrOrPromise, str]]:
    """Each thing once, in the order of a lead's page: its fields, the questions that operators see, the rest."""
    stored = {(row.kind, row.target): row.stored or row.sent for row in sent if row.fate is receipts.Fate.STORED}
    for name, known in FIELDS.items():
        if ("field", name) in stored:
            yield known.label, stored["field", name]
    for question in kit.questions:
        if question.visible and ("question", question.key) in stored:
            yield question.label, stored["question", question.key]
    for name, label in ENVELOPE_LABELS.items():
        if ("envelope", name) in stored:
            yield label, stored["envelope", name]
