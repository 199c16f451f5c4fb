"""A lead whose phone, e-mail or tax id a person corrected is compared anew, as its campaign compares one that comes.

Whatever the policy of the campaign, the lead is at most marked: nothing that is here is merged, refused or taken away.
One that others are duplicates of stays the first of them, and is not marked itself.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from campaigns.enums import Compared
from leads.intake.duplicates import (
    COLUMNS_OF_RULE,
    COMPARED_COLUMNS,
    Found,
    Present,
    compared_values,
    held_by,
    value_in,
)
from leads.intake.locks import lock_values
from leads.intake.match import holding
from leads.models import Lead

# So many of those that are the same are named in the history.
MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Recheck:
    """The lead that this one was marked as a duplicate of, the one that it is now, and all that are the same now."""

    was: UUID | None
    now: UUID | None
    same: list[Found]

    def data(self) -> dict[str, Any]:
        """For the history; nothing where there is nothing to tell."""
        if not self.same and self.was == self.now:
            return {}
        rules = dict.fromkeys(str(rule) for found in self.same for rule in found.rules)
        return {
            "was": self.was and str(self.was),
            "now": self.now and str(self.now),
            "matched": [*rules],
            "same": [str(found.lead.pk) for found in self.same[:MOST_NAMED]],
        }


def hold(lead: Lead, new: Mapping[str, str]) -> None:
    """Have whoever brings an equal lead wait, by what the lead has and what its columns are to have.

    To be called before the row is locked: the intake takes both in this order.
    """
    coming = {value_in(column, text) for column, text in new.items() if text}
    lock_values({*held_by(lead), *coming})


def recheck(lead: Lead, *, changed: Collection[str], doubtful: Collection[str]) -> Recheck:
    """Mark the lead, or take its mark away, by what it has now; the row is saved by the caller.

    `changed` are the columns that were corrected. What told a duplicate and was not touched still tells it.
    """
    was, columns = lead.duplicate_of_id, {column: getattr(lead, column) for column in COMPARED_COLUMNS}
    values = compared_values(lead.campaign.compared, columns, doubtful)
    same = [] if lead.is_test else _others(lead, values)
    first = lead.duplicate_of
    if first and (rules := _still(lead, first, values, changed)):
        lead.duplicate_rules = " ".join(rules)
    elif same and not lead.duplicates.exists():
        lead.duplicate_of, lead.duplicate_rules = same[0].lead, " ".join(same[0].rules)
    else:
        lead.duplicate_of, lead.duplicate_rules = None, ""
    return Recheck(was, lead.duplicate_of_id, same)


def _others(lead: Lead, values: Mapping[Compared, Any]) -> list[Found]:
    """Those that the campaign takes for one with these values, the oldest first, be they older or younger."""
    others = (other for other in holding(values) if other.pk != lead.pk)
    found = Present(others).find_all(values, lead.campaign, lead.created_at)
    days = lead.campaign.duplicate_days
    return [each for each in found if days is None or each.lead.created_at - lead.created_at <= timedelta(days=days)]


def _still(lead: Lead, first: Lead, values: Mapping[Compared, Any], changed: Collection[str]) -> Iterable[Compared]:
    """What tells that it is a duplicate of the one that it is marked for."""
    told, held = lead.duplicate_rules.split(), {*held_by(first)}
    touched = {rule for rule in Compared if {*changed}.intersection(COLUMNS_OF_RULE[rule])}
    return [rule for rule in Compared if (values.get(rule, set()) & held if rule in touched else rule in told)]
