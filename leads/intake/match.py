"""Is this lead here already? The sender's own id tells, and a constraint of the database holds it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from campaigns.fields import PHONE_FIELDS
from leads.enums import EventKind, Verdict
from leads.intake.draft import Draft
from leads.models import Lead, LeadEvent, Submission

# What an update may change beside the fields that it names.
_DERIVED = frozenset({"answers", "kept_aside", "warnings", "warning_codes", "name_words"})


@dataclass(frozen=True, slots=True)
class Match:
    """`is_new`: the lead is not in the table yet, though this item may be an update of an earlier one."""

    lead: Lead
    verdict: Verdict
    is_new: bool


@dataclass(slots=True)
class Matching:
    """What a submission does to the table of leads, before it is done."""

    submission: Submission
    matches: dict[int, Match] = field(default_factory=dict)
    new: dict[Any, Lead] = field(default_factory=dict)
    changed: dict[Any, Lead] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    events: list[LeadEvent] = field(default_factory=list)

    def write(self) -> None:
        """Do it, in bulk statements; the submission has to be there."""
        # In one order for everybody, as when they are looked up: two batches of the same new ids can't deadlock.
        Lead.objects.bulk_create(sorted(self.new.values(), key=lambda lead: (lead.mapping_id, lead.external_id)))
        if self.changed:
            words = Lead._meta.get_field("name_words")
            for lead in self.changed.values():
                words.pre_save(lead, add=False)  # bulk_update leaves out what a field does before it is saved
            Lead.objects.bulk_update(self.changed.values(), sorted(self.columns | _DERIVED), batch_size=500)
        LeadEvent.objects.bulk_create(self.events)

    def _add(self, index: int, lead: Lead, verdict: Verdict, changes: Mapping[str, Any]) -> None:
        is_new = verdict is Verdict.CREATED or lead.pk in self.new
        self.matches[index] = Match(lead, verdict, is_new)
        if verdict is Verdict.REPEATED:
            return
        source = self.submission
        line = LeadEvent(lead=lead, kind=EventKind(verdict), at=source.processed_at, submission=source, data=changes)
        line.by_id = source.replayed_by_id
        self.events.append(line)
        if verdict is Verdict.CREATED:
            self.new[lead.pk] = lead
        elif not is_new:
            self.changed[lead.pk] = lead
            for column in changes.get("fields", {}):
                self.columns |= {column, f"{column}_sent"} if column in PHONE_FIELDS else {column}


def match(submission: Submission, drafts: Mapping[int, Draft], *, lock: bool) -> Matching:
    """The lead of each draft and what it is to it. One query; `lock` keeps its rows until the transaction ends."""
    matching = Matching(submission)
    known = {(lead.mapping_id, lead.external_id): lead for lead in _known(drafts.values(), lock=lock)}
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


def _known(drafts: Iterable[Draft], *, lock: bool) -> Iterable[Lead]:
    ids: dict[int, set[str]] = {}
    for each in drafts:
        if external_id := each.columns.get("external_id"):
            ids.setdefault(each.mapping.pk, set()).add(external_id)
    if not ids:
        return []
    wanted = reduce(or_, (Q(mapping=mapping, external_id__in=its) for mapping, its in ids.items()))
    # In one order for everybody, so that two batches with the same leads can't wait for each other.
    leads = Lead.objects.select_for_update() if lock else Lead.objects.all()
    return leads.filter(wanted).order_by("mapping", "external_id")
