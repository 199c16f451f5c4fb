"""What submissions do to the table of leads: made up item by item, written in one go."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Generic, TypeVar
from uuid import UUID

from campaigns.fields import PHONE_FIELDS
from easycall.errors import DuplicateRefused, FieldError
from easycall.rows import insert, make
from leads.enums import EventKind, Verdict
from leads.intake.draft import Draft
from leads.intake.duplicates import Found
from leads.intake.merge import Changes, merge
from leads.models import Lead, LeadEvent, Submission
from leads.models.lead import DERIVED

Key = TypeVar("Key", bound=Hashable)

# What an update may change beside the fields that it names.
_FOLLOWING = frozenset({"answers", "kept_aside", "warnings", "warning_codes", *DERIVED})
_place = itemgetter("mapping_id", "external_id")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A draft and where it came: the item of a submission, and who had it sent, if not its sender.

    A test is compared with nothing: it changes no lead, and is no lead that another one repeats.
    """

    draft: Draft
    submission: Submission
    item: int
    is_test: bool = False
    by_id: int | None = None

    @classmethod
    def of(cls, submission: Submission, drafts: Iterable[tuple[int, Draft]]) -> "dict[int, Incoming]":
        """The drafts of one submission, by their items."""
        tested_by_id, replayed_by_id = submission.tested_by_id, submission.replayed_by_id
        is_test, by_id = tested_by_id is not None, replayed_by_id or tested_by_id
        return {item: cls(draft, submission, item, is_test, by_id) for item, draft in drafts}

    @property
    def external_id(self) -> tuple[int, str]:
        return self.draft.mapping.id, self.draft.columns.get("external_id", "")

    def is_of_sender(self, lead: Lead) -> bool:
        """Whether the lead came by the same user, who may know of it."""
        return lead.mapping.user_id == self.draft.mapping.user_id


@dataclass(frozen=True, slots=True)
class Match:
    """What a draft turned out to be. `lead_id` is what its sender is told, None for what is not the sender's.

    `duplicate_of` is the member of the receipt; `not_taken` is what a merge left out, as far as the sender may know.
    """

    lead: Lead
    verdict: Verdict
    lead_id: UUID | None
    duplicate_of: Mapping[str, Any] | None = None
    not_taken: Changes = field(default_factory=dict)


@dataclass(slots=True)
class Matching(Generic[Key]):
    """What submissions do to the table of leads, before it is done. What is only explained never is."""

    explain: bool
    matches: dict[Key, Match] = field(default_factory=dict)
    refused: dict[Key, DuplicateRefused] = field(default_factory=dict)
    new: dict[UUID, Lead] = field(default_factory=dict)
    changed: dict[UUID, Lead] = field(default_factory=dict)
    columns: set[str] = field(default_factory=set)
    events: list[LeadEvent] = field(default_factory=list)

    def write(self) -> None:
        """Do it, in bulk statements; the submissions have to be there."""
        # In one order for everybody, as when they are looked up: two batches of the same new ids can't deadlock.
        insert(sorted(self.new.values(), key=lambda lead: _place(vars(lead))))
        if self.changed:
            for lead in self.changed.values():
                lead.derive()
            Lead.objects.bulk_update(self.changed.values(), sorted(self.columns | _FOLLOWING), batch_size=500)
        insert(self.events)

    def create(self, key: Key, came: Incoming, first: Found | None = None) -> Lead:
        """Store it, marked as a duplicate of the one that is here, if one is."""
        lead = came.draft.lead(came.submission, came.item, is_test=came.is_test)
        verdict, member, data = Verdict.CREATED, None, {}
        if first:
            lead.duplicate_of, lead.duplicate_rules = first.lead, " ".join(first.rules)
            verdict, member = Verdict.DUPLICATE, self._duplicate_of(came, first)
            data = {"duplicate_of": str(first.lead.pk), "matched": [*first.rules]}
        self.new[lead.id] = lead
        self.matches[key] = Match(lead, verdict, self._id_of(lead), member)
        self._add_event(lead, EventKind.CREATED, came, data)
        return lead

    def update(self, key: Key, came: Incoming, lead: Lead) -> Lead:
        """It is the sender's own lead, said again."""
        changes = came.draft.apply_to(lead)
        verdict = Verdict.UPDATED if changes else Verdict.REPEATED
        self.matches[key] = Match(lead, verdict, self._id_of(lead))
        if changes:
            self._change(lead, EventKind.UPDATED, came, changes, changes)
        return lead

    def merge(self, key: Key, came: Incoming, found: Found) -> Lead:
        lead, own = found.lead, came.is_of_sender(found.lead)
        merged = merge(came.draft, lead)
        if merged:
            data = {"matched": [*found.rules], "filled": merged.filled, "not_taken": merged.not_taken}
            self._change(lead, EventKind.MERGED, came, data, merged.filled)
        if own:
            came.draft.forget_missing(lead.answers)
        self.matches[key] = Match(
            lead,
            # Whether a lead of another user differs is not to be found out by asking.
            Verdict.UPDATED if merged or not own else Verdict.REPEATED,
            self._id_of(lead) if own else None,
            self._duplicate_of(came, found),
            merged.not_taken if own else {},
        )
        return lead

    def refuse(self, key: Key, came: Incoming, found: Found) -> None:
        same = ", ".join(str(rule.label) for rule in found.rules)
        detail = f"A lead with the same {same} is here already, and the campaign refuses duplicates."
        refused = self.refused[key] = DuplicateRefused(
            detail,
            errors=[FieldError(came.draft.place, detail)],
            members={"duplicate_of": self._duplicate_of(came, found)},
        )
        refused.import_api = came.draft.mapping.pk
        self._add_event(found.lead, EventKind.REFUSED, came, {"matched": [*found.rules]})

    def _change(
        self, lead: Lead, kind: EventKind, came: Incoming, data: Mapping[str, Any], changes: Mapping[str, Any]
    ) -> None:
        self._add_event(lead, kind, came, data)
        if changes and lead.pk not in self.new:
            self.changed[lead.pk] = lead
            for column in changes.get("fields", {}):
                self.columns |= {column, f"{column}_sent"} if column in PHONE_FIELDS else {column}

    def _add_event(self, lead: Lead, kind: EventKind, came: Incoming, data: Mapping[str, Any]) -> None:
        source = came.submission
        self.events.append(
            make(
                LeadEvent,
                lead_id=lead.id,
                kind=kind,
                at=source.processed_at,
                by_id=came.by_id,
                submission_id=source.id,
                data=data,
            )
        )

    def _id_of(self, lead: Lead) -> UUID | None:
        """What is only explained makes no lead, so a new one has no id."""
        return None if self.explain and lead.id in self.new else lead.id

    def _duplicate_of(self, came: Incoming, found: Found) -> Mapping[str, Any]:
        lead_id = self._id_of(found.lead) if came.is_of_sender(found.lead) else None
        policy = came.draft.campaign.duplicate_action
        return {"lead": lead_id and str(lead_id), "matched": [*found.rules], "policy": str(policy)}
