"""What a lead's page shows, as plain values: what is stored, and beside it what was sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext
from django_stubs_ext import StrOrPromise

from campaigns.fields import FIELDS, PHONE_FIELDS, Envelope
from campaigns.models import Question
from leads.admin import raw, receipts
from leads.admin.labels import ENVELOPE_LABELS, warning_label
from leads.enums import EventKind
from leads.models import Lead, LeadEvent, Submission


@dataclass(frozen=True, slots=True)
class StoredField:
    """`name` is the field's name on the wire; `sent` is there when it differs from the value."""

    name: str
    label: StrOrPromise
    value: str
    sent: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """`question` is None when it was deleted since."""

    key: str
    value: str
    question: Question | None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    event: LeadEvent
    by: str
    data: str


def lead_page(lead: Lead) -> dict[str, Any]:
    """The context of the page. Two queries, whatever the lead has."""
    answer = receipts.parse(lead.submission.answer)
    sent = receipts.sent_keys(receipts.receipt_of(answer, lead.item))
    keys = {*lead.answers, *(row.target for row in sent if row.kind == "question")}
    questions = {question.key: question for question in Question.objects.filter(key__in=keys)}
    return {
        "about": [*_about(lead)],
        "fields": [*_fields(lead)],
        "answers": [
            Answered(raw.visible(key), receipts.as_text(v), questions.get(key)) for key, v in lead.answers.items()
        ],
        "kept_aside": receipts.asides(lead.kept_aside),
        "warnings": receipts.warnings(lead.warnings),
        "history": [*_history(lead)],
        "sent": [replace(row, target=_target_label(row, questions)) for row in sent],
        "in_batch": receipts.is_batch(answer),
        "body": _body(lead.submission, lead.item if receipts.is_batch(answer) else None),
    }


def _about(lead: Lead) -> Iterable[tuple[StrOrPromise, str]]:
    """What the request said of the lead rather than of the person."""
    for column in (Envelope.EXTERNAL_ID, Envelope.CHANNEL, Envelope.CONSENT):
        if value := getattr(lead, column):
            yield ENVELOPE_LABELS[column], raw.visible(value)


def _fields(lead: Lead) -> Iterable[StoredField]:
    for name, field in FIELDS.items():
        value = getattr(lead, name)
        sent = getattr(lead, f"{name}_sent") if name in PHONE_FIELDS else ""
        if value or sent:
            yield StoredField(name, field.label, raw.visible(value), raw.visible(sent) if sent != value else "")


def _history(lead: Lead) -> Iterable[HistoryLine]:
    events = lead.events.select_related("by", "submission__user")
    for event in events.defer(*(f"submission__{name}" for name in ("body", "answer", "query", "content_type"))):
        # Nobody's own hand, but a token's: then it was the sender.
        by = event.by or (event.submission and event.submission.user)
        yield HistoryLine(event, str(by or ""), _details(event))


def _details(event: LeadEvent) -> str:
    """A line for each thing that changed: what it is called, what it was and what it is."""
    if event.kind == EventKind.CREATED:
        return receipts.as_text(event.data) if event.data else ""
    return "\n".join(
        f"{_changed_label(part, key)}: {_changed_value(part, old)} → {_changed_value(part, new)}"
        for part, changes in event.data.items()
        for key, (old, new) in changes.items()
    )


def _changed_label(part: str, key: str) -> str:
    if part == "warnings":
        return gettext("Warnings of “%(key)s”") % {"key": raw.visible(key)}
    if part != "fields":
        return raw.visible(key)
    return str(FIELDS[key].label if key in FIELDS else ENVELOPE_LABELS.get(key, key))


def _changed_value(part: str, value: Any) -> str:
    if part == "warnings":
        return ", ".join(warning_label(each["code"]) for each in value) or "–"
    return receipts.as_text(value["value"] if part == "kept_aside" and value else value) if value else "–"


def _target_label(row: receipts.SentKey, questions: Mapping[str, Question]) -> str:
    """What the target of a key is called on this page; its bare name when it is no longer known."""
    match row.kind:
        case "field" if row.target in FIELDS:
            return str(FIELDS[row.target].label)
        case "question" if row.target in questions:
            return questions[row.target].label
        case "envelope":
            return str(ENVELOPE_LABELS.get(row.target, row.target))
    return row.target


def _body(submission: Submission, item: int | None) -> raw.Shown:
    """The body of a request, or the part of a batch that is one lead."""
    text, charset = raw.decoded(bytes(submission.body), submission.content_type)
    return raw.shown(text if item is None else raw.element(text, item), charset=charset)
