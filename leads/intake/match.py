"""Is this lead here already? The sender's own id tells, and a constraint of the database holds it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from leads.enums import EventKind, Verdict
from leads.intake.draft import Draft
from leads.models import Lead, LeadEvent, Submission

# What an update may change: all that a draft says, and what is derived from it.
_NEVER_CHANGED = frozenset({"id", "created_at", "submission", "item", "mapping", "campaign", "external_id"})
_CHANGED = [column.name for column in Lead._meta.concrete_fields if column.name not in _NEVER_CHANGED]


@dataclass(frozen=True, slots=True)
class Match:
    lead: Lead
    verdict: Verdict


@dataclass(slots=True)
class Matching:
    """What a submission does to the table of leads, before it is done."""

    submission: Submission
    matches: dict[int, Match] = field(default_factory=dict)
    new: dict[Any, Lead] = field(default_factory=dict)
    changed: dict[Any, Lead] = field(default_factory=dict)
    events: list[LeadEvent] = field(default_factory=list)

    def write(self) -> None:
        """Do it, in bulk statements; the submission has to be there."""
        Lead.objects.bulk_create(self.new.values())
        if self.changed:
            words = Lead._meta.get_field("name_words")
            for lead in self.changed.values():
                words.pre_save(lead, add=False)  # bulk_update leaves out what a field does before it is saved
            Lead.objects.bulk_update(self.changed.values(), _CHANGED, batch_size=500)
        LeadEvent.objects.bulk_create(self.events)

    def _add(self, index: int, lead: Lead, verdict: Verdict, changes: Mapping[str, Any]) -> None:
        self.matches[index] = Match(lead, verdict)
        if verdict is Verdict.REPEATED:
            return
        kind, at = EventKind(verdict), self.submission.received_at
        self.events.append(LeadEvent(lead=lead, kind=kind, at=at, submission=self.submission, data=changes))
        if verdict is Verdict.CREATED:
            self.new[lead.pk] = lead
        elif lead.pk not in self.new:
            self.changed[lead.pk] = lead


def match(submission: Submission, drafts: Mapping[int, Draft]) -> Matching:
    """The lead of each draft and what it is to it. One query, and rows that are locked until the transaction ends."""
    matching = Matching(submission)
    known = {(lead.mapping_id, lead.external_id): lead for lead in _known(drafts.values())}
    for index, each in drafts.items():
        name = (each.mapping.pk, each.columns.get("external_id", ""))
        if lead := known.get(name):
            changes = each.apply_to(lead)
            matching._add(index, lead, Verdict.UPDATED if changes else Verdict.REPEATED, changes)
        else:
            lead = each.lead(submission, index)
            matching._add(index, lead, Verdict.CREATED, {})
            if name[1]:
                known[name] = lead
    return matching


def _known(drafts: Iterable[Draft]) -> Iterable[Lead]:
    ids: dict[int, set[str]] = {}
    for each in drafts:
        if external_id := each.columns.get("external_id"):
            ids.setdefault(each.mapping.pk, set()).add(external_id)
    if not ids:
        return []
    wanted = reduce(or_, (Q(mapping=mapping, external_id__in=its) for mapping, its in ids.items()))
    # In one order for everybody, so that two batches with the same leads can't wait for each other.
    return Lead.objects.select_for_update().filter(wanted).order_by("pk")
