"""A person corrects what a lead says: read as the intake reads it, with the old values in the lead's history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.fields import FIELDS, PHONE_FIELDS
from campaigns.queries import AskedQuestion, all_questions
from campaigns.values import Reading
from leads.enums import EventKind
from leads.intake.draft import warning_codes
from leads.intake.duplicates import COMPARED_COLUMNS
from leads.intake.keys import Aside, KeyTable, aliases_of
from leads.intake.normalise import normalise
from leads.models import ImportMapping, Lead, LeadEvent
from leads.models.lead import DERIVED
from leads.rechecks import hold, recheck
from leads.texts import WARNING_TEXTS

# Beside the parts of a lead that were corrected: what it means for duplicates.
DUPLICATES = "duplicates"


@dataclass(frozen=True, slots=True)
class Correction:
    """`target` is the name of a field or the key of a question, `seen` what stood there when it was decided."""

    target: str
    seen: str
    new: str


@dataclass(frozen=True)
class _Work:
    lead: Lead
    questions: Mapping[str, AskedQuestion]
    changes: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    doubts: list[dict[str, str | None]] = field(default_factory=list)

    @cached_property
    def _keys(self) -> KeyTable:
        return KeyTable(self.questions, aliases_of([self.lead.mapping]))

    def target_of(self, key: str) -> str:
        """What a key that came means here."""
        meaning = self._keys.meaning(key, ImportMapping(pk=self.lead.mapping_id, campaign=self.lead.campaign))
        if isinstance(meaning, Aside):
            return ""
        return meaning.key if isinstance(meaning, AskedQuestion) else getattr(meaning, "name", "")

    def note(self, part: str, target: str, old: Any, new: Any) -> None:
        self.changes.setdefault(part, {})[target] = [old, new]


@transaction.atomic
def correct(*, lead_id: UUID, corrections: Sequence[Correction], by: User) -> LeadEvent | None:
    """Write the new values and a line of history; None when nothing is another value.

    A doubtful value is stored as it is written, with a warning; what was sent as a phone stays beside it. Where it is
    somebody's who is here, or no longer is, the lead is marked so (leads.rechecks). Raises ValidationError by target
    where somebody else was quicker, and for a lead that would have no contact left, and Lead.DoesNotExist.
    """
    rows = Lead.objects.select_related("campaign", "mapping", "duplicate_of")
    compared = [each for each in corrections if each.target in COMPARED_COLUMNS]
    if compared:
        lead = rows.get(pk=lead_id)
        hold(lead, {each.target: _read_field(lead, each.target, each.new).value for each in compared})
    work = _Work(rows.select_for_update(of=("self",)).get(pk=lead_id), all_questions())
    _check_unchanged(work.lead, corrections)
    for correction in corrections:
        _apply(work, correction)
    if not work.changes:
        return None
    if not any(getattr(work.lead, name) for name in (*PHONE_FIELDS, "email")):
        raise ValidationError(_("A lead needs a phone or an e-mail."))
    _rewrite_warnings(work)
    about = _recheck(work)
    columns = [*work.changes.get("fields", {}), "answers", "warnings", "warning_codes", *DERIVED]
    work.lead.save(update_fields=[*columns, "duplicate_of", "duplicate_rules"])
    data = {**work.changes, **({DUPLICATES: about} if about else {})}
    return LeadEvent.objects.create(lead=work.lead, kind=EventKind.CORRECTED, by=by, data=data)


def value_of(lead: Lead, target: str) -> str:
    """What a lead has in a field or as the answer to a question, "" for nothing."""
    return str(getattr(lead, target) if target in FIELDS else lead.answers.get(target, ""))


def _check_unchanged(lead: Lead, corrections: Iterable[Correction]) -> None:
    text = _("Somebody else changed this meanwhile. Look at what it is now, and correct that.")
    errors = {
        each.target: text for each in corrections if plain_lines(value_of(lead, each.target)) != plain_lines(each.seen)
    }
    if errors:
        raise ValidationError(errors)


def plain_lines(text: str) -> str:
    """The text with its ends of lines in one way: a form sends them in another one than they are stored in."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _apply(work: _Work, correction: Correction) -> None:
    target, lead = correction.target, work.lead
    reading = _read(work, target, correction.new)
    old = value_of(lead, target)
    if reading.value == old:
        return
    if target in FIELDS:
        setattr(lead, target, reading.value)
        work.note("fields", target, old, reading.value)
    else:
        work.note("answers", target, lead.answers.pop(target, None), reading.value or None)
        if reading.value:
            lead.answers[target] = reading.value
    work.doubts.extend({"key": target, "code": code, "detail": str(WARNING_TEXTS[code])} for code in reading.warnings)


def _read(work: _Work, target: str, text: str) -> Reading:
    text = plain_lines(text)
    campaign = work.lead.campaign
    if target in FIELDS:
        return _read_field(work.lead, target, text)
    question = work.questions[target]
    if text.strip():
        return question.answer.read(text, campaign.zone)
    is_asked = question.required and question.is_asked_in(campaign.pk)
    return Reading("", ("missing_answer",) if is_asked else ())


def _read_field(lead: Lead, target: str, text: str) -> Reading:
    return normalise(FIELDS[target], plain_lines(text), lead.campaign) if text.strip() else Reading("")


def _recheck(work: _Work) -> dict[str, Any]:
    """What the history says of duplicates; nothing where nothing of it was touched."""
    changed = [target for target in work.changes.get("fields", {}) if target in COMPARED_COLUMNS]
    if not changed:
        return {}
    doubtful = {work.target_of(each["key"]) for each in work.lead.warnings if each["key"]}
    return recheck(work.lead, changed=changed, doubtful=doubtful).data()


def _rewrite_warnings(work: _Work) -> None:
    """What was doubtful in a value that is gone is no doubt any more."""
    lead = work.lead
    changed = {target for part in work.changes.values() for target in part}
    gone = [each for each in lead.warnings if each["key"] and work.target_of(each["key"]) in changed]
    if gone or work.doubts:
        lead.warnings = [each for each in lead.warnings if each not in gone] + work.doubts
        lead.warning_codes = warning_codes(lead.warnings)
        for key in dict.fromkeys(each["key"] for each in [*gone, *work.doubts]):
            work.note("warnings", key, _about(gone, key), _about(work.doubts, key))


def _about(warnings: Iterable[Any], key: str) -> list[Any]:
    return [each for each in warnings if each["key"] == key]
