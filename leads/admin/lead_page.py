"""What a lead's page shows, as plain values: what is stored, and beside it what was sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from campaigns.fields import FIELDS, PHONE_FIELDS, Envelope
from campaigns.models import Question
from leads.admin import raw, receipts
from leads.admin.labels import ENVELOPE_LABELS, rules_in_words, warning_label
from leads.admin.story import story
from leads.admin.twins import Twin, twin
from leads.corrections import DUPLICATES
from leads.enums import EventKind
from leads.models import Lead, LeadEvent, Submission
from leads.models.lead import DERIVED

# The newest; the list of leads has them all.
SHOWN_DUPLICATES = 10

# By their keys.
Questions = Mapping[str, Question]


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
    """`leads` are those that a correction made the same as this one."""

    event: LeadEvent
    by: str
    data: str
    leads: list[Lead]


def lead_page(lead: Lead) -> dict[str, Any]:
    """The context of the page. Three queries, and one more where a correction told duplicates."""
    answer = receipts.parse(lead.submission.answer)
    sent = receipts.sent_keys(receipts.receipt_of(answer, lead.item))
    events = _events(lead)
    changed = {key for event in events for key in _answers_changed(event.data)}
    keys = {*lead.answers, *changed, *(row.target for row in sent if row.kind == "question")}
    questions = {question.key: question for question in Question.objects.filter(key__in=keys)}
    duplicates = [*_duplicates(lead)]
    return {
        "about": [*_about(lead)],
        "duplicate_of": twin(lead, lead.duplicate_of) if lead.duplicate_of else None,
        "duplicates": duplicates[:SHOWN_DUPLICATES],
        "has_more_duplicates": len(duplicates) > SHOWN_DUPLICATES,
        "fields": [*_fields(lead)],
        "answers": [
            Answered(raw.visible(key), receipts.as_text(v), questions.get(key)) for key, v in lead.answers.items()
        ],
        "kept_aside": receipts.asides(lead.kept_aside),
        "warnings": receipts.warnings(lead.warnings),
        "history": [*_history(events, questions)],
        "sent": story(lead, answer, questions),
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


def _duplicates(lead: Lead) -> Iterable[Twin]:
    rows = lead.duplicates.defer("answers", "kept_aside", "warnings", *DERIVED)
    return (twin(lead, row) for row in rows.order_by("-pk")[: SHOWN_DUPLICATES + 1])


def _events(lead: Lead) -> list[LeadEvent]:
    rows = lead.events.select_related("by", "submission__user")
    return list(rows.defer(*(f"submission__{name}" for name in ("body", "answer", "query", "content_type"))))


def _answers_changed(data: Mapping[str, Any]) -> Iterable[str]:
    """The keys of the questions whose answers a line of history names."""
    for changes in (data, data.get("filled", {}), data.get("not_taken", {})):
        yield from changes.get("answers", ())


def _history(events: Iterable[LeadEvent], questions: Questions) -> Iterable[HistoryLine]:
    named = {pk for event in events for pk in _same_now(event)}
    unread = ("answers", "kept_aside", "warnings", *DERIVED)
    others = {str(row.pk): row for row in Lead.objects.filter(pk__in=named).defer(*unread)} if named else {}
    for event in events:
        # Nobody's own hand, but a token's: then it was the sender.
        by = event.by or (event.submission and event.submission.user)
        same = [others[pk] for pk in _same_now(event) if pk in others]
        yield HistoryLine(event, str(by or ""), _details(event, questions), same)


def _same_now(event: LeadEvent) -> list[str]:
    return list(event.data.get(DUPLICATES, {}).get("same", ())) if event.kind == EventKind.CORRECTED else []


def _details(event: LeadEvent, questions: Questions) -> str:
    """A line for what told a duplicate, and for each thing that changed, or would have."""
    data = event.data
    match event.kind:
        case EventKind.CORRECTED:
            parts = {part: changes for part, changes in data.items() if part != DUPLICATES}
            lines = [*_changes("{label}: {old} → {new}", parts, questions), *_rechecked(data.get(DUPLICATES, {}))]
        case EventKind.UPDATED | EventKind.FILLED | EventKind.UNFILLED:
            lines = _changes("{label}: {old} → {new}", data, questions)
        case EventKind.MERGED | EventKind.REFUSED:
            lines = [_told(data)]
            lines += _changes(_("{label}: filled with {new}"), data.get("filled", {}), questions)
            lines += _changes(_("{label}: {old} stays, {new} came"), data.get("not_taken", {}), questions)
        case _ if "note" in data:
            lines = [receipts.as_text(data["note"])]
        case _:
            lines = [_told(data) if "matched" in data else receipts.as_text(data)] if data else []
    return "\n".join(lines)


def _rechecked(about: Mapping[str, Any]) -> Iterable[str]:
    """What a correction means for duplicates."""
    if about.get("now") != about.get("was"):
        yield gettext("Marked as a duplicate.") if about["now"] else gettext("No longer a duplicate.")
    if about.get("same"):
        yield _told(about)


def _told(data: Mapping[str, Any]) -> str:
    return gettext("Same: %(rules)s") % {"rules": rules_in_words(data.get("matched", ()))}


def _changes(form: StrOrPromise, parts: Mapping[str, Mapping[str, Any]], questions: Questions) -> list[str]:
    return [
        str(form).format(
            label=_changed_label(part, key, questions), old=_changed_value(part, old), new=_changed_value(part, new)
        )
        for part, changes in parts.items()
        for key, (old, new) in changes.items()
    ]


def _changed_label(part: str, key: str, questions: Questions) -> str:
    if part == "answers" and key in questions:
        return questions[key].label
    if part == "warnings":
        return gettext("Warnings of “%(key)s”") % {"key": raw.visible(key)}
    if part != "fields":
        return raw.visible(key)
    return str(FIELDS[key].label if key in FIELDS else ENVELOPE_LABELS.get(key, key))


def _changed_value(part: str, value: Any) -> str:
    if part == "warnings":
        return ", ".join(warning_label(each["code"]) for each in value) or "–"
    return receipts.as_text(value["value"] if part == "kept_aside" and value else value) if value else "–"


def _body(submission: Submission, item: int | None) -> raw.Shown:
    """The body of a request, or the part of a batch that is one lead."""
    text, charset = raw.decoded(bytes(submission.body), submission.content_type)
    return raw.shown(text if item is None else raw.element(text, item), charset=charset)
