"""Earlier leads get what was kept aside for want of a known key: in portions, in their history, and undoable."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.fields import FIELDS, PHONE_FIELDS
from leads.enums import EventKind
from leads.intake.body import Pair
from leads.intake.draft import Draft, place_pair, warning_codes
from leads.intake.keys import UNKNOWN, KeyTable
from leads.models import Fill, FilledLead, ImportMapping, Lead, LeadEvent, UnknownKey
from leads.queries import carries
from leads.unknown_keys import key_table, mark_known, spellings, target_of

# So many leads are written in one transaction, for the intake waits for none of them long.
PORTION = 500
# Seconds of work in one request.
PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Sample:
    """A lead that carries the key: what was kept aside, the target's value now, and what it would be."""

    lead: Lead
    aside: Any
    now: str
    then: str

    @property
    def is_filled(self) -> bool:
        return self.now != self.then


@dataclass(frozen=True, slots=True)
class Preview:
    """`filled` are those that have the target empty; of these, one whose value is no text stays as it is too."""

    carried: int
    filled: int
    samples: list[Sample]

    @property
    def left(self) -> int:
        return self.carried - self.filled


def preview(unknown: UnknownKey, *, samples: int) -> Preview:
    """What filling would do now, with the first leads. A fixed number of queries."""
    target, keys, table = _plan(unknown)
    found = _carriers(unknown, keys)
    is_answered = ~Q(**{target: ""}) if target in FIELDS else carries(target, column="answers")
    first = found.select_related("campaign")[:samples]
    examples = [_sample(lead, target, _read(lead, unknown, keys, table)) for lead in first]
    return Preview(found.count(), found.exclude(is_answered).count(), examples)


def _plan(unknown: UnknownKey) -> tuple[str, list[str], KeyTable]:
    """What the key means now, the spellings of it that mean the same, and what says so."""
    table = key_table(unknown.mapping)
    return target_of(unknown, table), spellings(unknown, table), table


def _carriers(unknown: UnknownKey, keys: list[str]) -> QuerySet[Lead]:
    """The leads of the mapping with one of the keys among what was kept aside, in the order in which they came."""
    return Lead.objects.filter(carries(*keys), mapping=unknown.mapping_id).order_by("pk")


def _value(lead: Lead, target: str) -> str:
    return str(getattr(lead, target) if target in FIELDS else lead.answers.get(target, ""))


def _sample(lead: Lead, target: str, read: tuple[str, Draft] | None) -> Sample:
    now = _value(lead, target)
    if read is None:
        return Sample(lead, "", now, now)
    key, draft = read
    then = (draft.columns if target in FIELDS else draft.answers).get(target, "")
    return Sample(lead, lead.kept_aside[key]["value"], now, now or then)


def fill(*, unknown: UnknownKey, by: User, patience: float = PATIENCE) -> Fill:
    """Fill portion after portion, for `patience` seconds; what is left is done by the next call.

    Raises ValidationError while the key means nothing.
    """
    target = target_of(unknown)
    if not target:
        raise ValidationError(_("The key means nothing yet: say first what it is."))
    open_fills = Fill.objects.filter(unknown_key=unknown, finished_at=None)
    open_fills.exclude(target=target).update(finished_at=timezone.now())
    begun = {"target": target, "by": by}
    row = Fill.objects.get_or_create(unknown_key=unknown, finished_at=None, defaults=begun)[0]
    _repeat(lambda: _fill_portion(row.pk, unknown, by), patience)
    row.refresh_from_db()
    if row.finished_at:
        mark_known(unknown=unknown, by=by)
    return row


def undo(*, fill: Fill, by: User, patience: float = PATIENCE) -> Fill:
    """Take back, portion after portion, what a fill gave to leads that still have it so."""
    Fill.objects.filter(pk=fill.pk, finished_at=None).update(finished_at=timezone.now())
    Fill.objects.filter(pk=fill.pk, undone_by=None).update(undone_by=by)
    _repeat(lambda: _undo_portion(fill.pk, by), patience)
    fill.refresh_from_db()
    return fill


def _repeat(portion: Callable[[], bool], patience: float) -> None:
    end = monotonic() + patience
    while portion() and monotonic() < end:
        pass


@transaction.atomic
def _fill_portion(pk: int, unknown: UnknownKey, by: User) -> bool:
    """Whether there may be more."""
    row = Fill.objects.select_for_update().get(pk=pk)
    if row.finished_at:
        return False
    target, keys, table = _plan(unknown)
    leads = _carriers(unknown, keys).filter(pk__gt=row.reached or UUID(int=0))
    ids = list(leads.values_list("pk", flat=True)[:PORTION])
    changes = {}
    for lead in _locked(ids):
        if (read := _read(lead, unknown, keys, table)) and (change := _fill_lead(lead, target, *read)):
            changes[lead] = change
    events = _write(changes, EventKind.FILLED, by)
    FilledLead.objects.bulk_create(FilledLead(fill=row, event=event) for event in events)
    row.filled_count += len(events)
    row.left_count += len(ids) - len(events)
    row.reached = ids[-1] if ids else row.reached
    row.finished_at = None if len(ids) == PORTION else timezone.now()
    row.save()
    return row.finished_at is None


@transaction.atomic
def _undo_portion(pk: int, by: User) -> bool:
    """Whether there may be more."""
    row = Fill.objects.select_for_update().get(pk=pk)
    if row.undone_at:
        return False
    done = list(row.leads.select_related("event").order_by("pk")[:PORTION])
    data = {each.event.lead_id: each.event.data for each in done}
    changes = {lead: change for lead in _locked(data) if (change := _restore_lead(lead, data[lead.pk]))}
    row.restored_count += len(_write(changes, EventKind.UNFILLED, by))
    row.changed_count += len(done) - len(changes)
    row.undone_at = None if len(done) == PORTION else timezone.now()
    row.save()
    # What is left of the list is what is left to do.
    FilledLead.objects.filter(pk__in=[each.pk for each in done]).delete()
    return row.undone_at is None


def _locked(ids: Iterable[UUID]) -> list[Lead]:
    """In the order of the intake, so that neither can wait for the other."""
    leads = Lead.objects.filter(pk__in=list(ids)).select_for_update(of=("self",))
    return list(leads.select_related("campaign").order_by("mapping", "external_id", "pk"))


def _read(lead: Lead, unknown: UnknownKey, keys: list[str], table: KeyTable) -> tuple[str, Draft] | None:
    """The key under which the lead carries it, and what the intake would make of it now; None when there is none."""
    for key in keys:
        entry = lead.kept_aside.get(key)
        if entry and entry.get("reason") == UNKNOWN:
            # Of its own campaign, whatever the mapping leads to by now.
            draft = Draft(ImportMapping(pk=unknown.mapping_id, campaign=lead.campaign), table)
            place_pair(draft, Pair(key, entry["value"]))
            return key, draft
    return None


def _fill_lead(lead: Lead, target: str, key: str, draft: Draft) -> dict[str, Any]:
    """Change the lead. Returns the changes as [old, new] for its history; none where nothing fits."""
    part, new = ("fields", draft.columns) if target in FIELDS else ("answers", draft.answers)
    if _value(lead, target) or target not in new:
        return {}
    _set(lead, target, new[target], sent=draft.columns.get(f"{target}_sent", ""))
    old = "" if target in FIELDS else None
    changes = {part: {target: [old, new[target]]}, "kept_aside": {key: [lead.kept_aside.pop(key), None]}}
    gone = [each for each in lead.warnings if each["code"] == "missing_answer" and each["key"] == target]
    if gone or draft.warnings:
        changes["warnings"] = {key: [gone, draft.warnings]}
        _set_warnings(lead, gone, draft.warnings)
    return changes


def _restore_lead(lead: Lead, data: dict[str, Any]) -> dict[str, Any]:
    """Change the lead back. Returns the changes; none where it was changed since it was filled."""
    part = "fields" if "fields" in data else "answers"
    [(target, (old, new))] = data[part].items()
    [(key, (entry, _none))] = data["kept_aside"].items()
    if _value(lead, target) != new or key in lead.kept_aside:
        return {}
    _set(lead, target, old, sent="")
    lead.kept_aside[key] = entry
    for gone, came in data.get("warnings", {}).values():
        _set_warnings(lead, came, gone)
    return {part: {name: [new, old] for name, (old, new) in changed.items()} for part, changed in data.items()}


def _set(lead: Lead, target: str, value: str | None, *, sent: str) -> None:
    if target in PHONE_FIELDS:
        setattr(lead, f"{target}_sent", sent)
    if target in FIELDS:
        setattr(lead, target, value)
    elif value is None:
        del lead.answers[target]
    else:
        lead.answers[target] = value


def _set_warnings(lead: Lead, gone: list[Any], came: list[Any]) -> None:
    lead.warnings = [each for each in lead.warnings if each not in gone] + came
    lead.warning_codes = warning_codes(lead.warnings)


def _write(changes: dict[Lead, dict[str, Any]], kind: EventKind, by: User) -> list[LeadEvent]:
    """Write the leads and a line of history for each."""
    columns = {"kept_aside"}
    for lead, change in changes.items():
        lead.derive()
        columns.update(*(_columns_of(part, target) for part, changed in change.items() for target in changed))
    if changes:
        Lead.objects.bulk_update(changes, sorted(columns), batch_size=PORTION)
    events = [LeadEvent(lead=lead, kind=kind, by=by, data=change) for lead, change in changes.items()]
    return LeadEvent.objects.bulk_create(events)


def _columns_of(part: str, target: str) -> set[str]:
    """The columns that a change touches: the fewer there are, the quicker are so many leads written."""
    match part:
        case "fields":
            return {target, f"{target}_sent"} if target in PHONE_FIELDS else {target, "name_words"}
        case "warnings":
            return {"warnings", "warning_codes"}
    return {part}
