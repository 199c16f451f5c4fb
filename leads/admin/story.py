"""What became of each key that a lead was sent with: its receipt and its body, joined into one table."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from campaigns.fields import FIELD_BY_KEY, FIELDS, FieldType
from campaigns.models import Question
from easycall.errors import Problem
from easycall.text import fold
from leads.admin import receipts
from leads.admin.labels import ENVELOPE_LABELS
from leads.admin.raw import visible
from leads.intake import body
from leads.models import Lead

# The second of a repeated key that is kept aside: leads.intake.draft.free_name.
_NUMBERED = re.compile(r"\[\d+\]\Z")

_CHANGED: Mapping[FieldType, StrOrPromise] = {
    FieldType.TEXT: _("The same text, with its accents written in one way."),
    FieldType.PHONE: _("Read as a phone number, and written in its international form."),
    FieldType.EMAIL: _("The domain in small letters, without what stood around the address."),
    FieldType.TAX_ID: _("In capitals and without separators."),
    FieldType.DECIMAL: _("Read as a number, with a decimal point."),
    FieldType.DATE: _("Read as a date, the day before the month: year, month, day."),
    FieldType.DATETIME: _("Read as a date and time, the day before the month, in the time zone of the campaign."),
}
_ANSWER_CHANGED = _("Read as the type of the question says.")
_AS_SENT = _("Stored as sent.")


@dataclass(frozen=True, slots=True)
class Told:
    """A key of the request. `sent` is None where nothing is left that tells it; `now` is there when it is another."""

    key: str
    sent: str | None
    fate: receipts.Fate
    label: str
    target: str
    stored: str
    reasons: tuple[StrOrPromise, ...]
    warnings: list[str]
    now: str | None = None


def story(lead: Lead, answer: receipts.Document, questions: Mapping[str, Question]) -> list[Told]:
    """Each key that came, in the order in which it came; none when the receipt can't be read."""
    pairs = _pairs(lead, in_batch=receipts.is_batch(answer))
    values = {visible(pair.key): pair.value for pair in reversed(pairs)}
    places = {key: place for place, key in enumerate(dict.fromkeys(visible(pair.key) for pair in pairs))}
    rows = receipts.sent_keys(receipts.receipt_of(answer, lead.item))
    rows.sort(key=lambda row: places.get(_bare(row.key, places), len(places)))
    return [_told(row, lead, questions, values) for row in rows]


def _pairs(lead: Lead, *, in_batch: bool) -> body.Pairs:
    """The keys and values of the lead in the body of its submission; none where it can't be read any more."""
    try:
        items = body.read(bytes(lead.submission.body), lead.submission.content_type).items
    except Problem:
        return []
    place = lead.item if in_batch else 0
    content = items[place].content if place < len(items) else []
    return [] if isinstance(content, Problem) else content


def _bare(key: str, known: Mapping[str, int]) -> str:
    return key if key in known else _NUMBERED.sub("", key)


def _told(row: receipts.SentKey, lead: Lead, questions: Mapping[str, Question], values: Mapping[str, object]) -> Told:
    match row.fate:
        case receipts.Fate.STORED:
            return _stored(row, lead, questions)
        case receipts.Fate.KEPT_ASIDE:
            reasons = (row.aside.reason,) if row.aside else ()
            meant = row.aside.did_you_mean if row.aside else ""
            return Told(row.key, row.sent, row.fate, meant, "", "", reasons, row.warnings)
    sent = receipts.as_text(values[row.key]) if row.key in values else None
    return Told(row.key, sent, row.fate, "", "", "", (), row.warnings)


def _stored(row: receipts.SentKey, lead: Lead, questions: Mapping[str, Question]) -> Told:
    stored = row.stored or row.sent
    now = _now(row, lead)
    return Told(
        key=row.key,
        sent=row.sent,
        fate=row.fate,
        label=target_label(row, questions),
        target=row.target,
        stored=stored,
        reasons=(*_why_there(row), _why_so(row)),
        warnings=row.warnings,
        now=None if now is None or now == stored else now,
    )


def target_label(row: receipts.SentKey, questions: Mapping[str, Question]) -> str:
    """What the target of a key is called on this page; its bare name when it is no longer known."""
    match row.kind:
        case "field" if row.target in FIELDS:
            return str(FIELDS[row.target].label)
        case "question" if row.target in questions:
            return questions[row.target].label
        case "envelope":
            return str(ENVELOPE_LABELS.get(row.target, row.target))
    return row.target


def _why_there(row: receipts.SentKey) -> Iterable[StrOrPromise]:
    """How the key was known."""
    if row.kind == "envelope":
        yield _("The key is part of the envelope: it says something of the request.")
    elif row.key == row.target:
        yield _("The key is the field's own name.") if row.kind == "field" else _("The key is that of the question.")
    elif row.kind == "field" and (known := FIELD_BY_KEY.get(fold(row.key))) and known.name == row.target:
        yield _("The key is a known spelling of the field.")
    else:
        yield _("The key is another name for it in this Import API.")


def _why_so(row: receipts.SentKey) -> StrOrPromise:
    """How the value came to be what is stored."""
    if not row.stored or row.stored == row.sent:
        return _AS_SENT
    if row.kind == "field" and row.target in FIELDS:
        return _CHANGED[FIELDS[row.target].type]
    return _ANSWER_CHANGED if row.kind == "question" else _CHANGED[FieldType.TEXT]


def _now(row: receipts.SentKey, lead: Lead) -> str | None:
    """What the lead has there by now; None for what is no column or answer of it."""
    held: Any = None
    if row.kind == "question" and isinstance(lead.answers, dict):
        held = lead.answers.get(row.target, "")
    elif row.target in FIELDS or row.target in ("external_id", "channel", "consent"):
        held = getattr(lead, row.target)
    return None if held is None else receipts.as_text(held)
