"""Is this person here already? What is compared, and which lead it is. Pure: the leads are looked up by others."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from campaigns.enums import Compared, DuplicateScope
from campaigns.fields import PHONE_FIELDS, TAX_ID_FIELDS
from campaigns.models import Campaign
from leads.models import Lead


class Kind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    TAX_ID = "tax_id"


# What is compared: a phone in E.164, an e-mail in lower case, a tax id in its normal form.
Value = tuple[Kind, str]


# The columns of the lead that comes; in the leads that are here every column of the kind is looked at.
COLUMNS_OF_RULE: Mapping[Compared, tuple[str, ...]] = {
    Compared.MOBILE: ("telefono_mobile",),
    Compared.LANDLINE: ("telefono_fisso",),
    Compared.PHONE: ("telefono", "altro_telefono"),
    Compared.EMAIL: ("email",),
    Compared.TAX_ID: TAX_ID_FIELDS,
}
_KIND_OF_COLUMN: Mapping[str, Kind] = {
    **dict.fromkeys(PHONE_FIELDS, Kind.PHONE),
    "email": Kind.EMAIL,
    **dict.fromkeys(TAX_ID_FIELDS, Kind.TAX_ID),
}
COMPARED_COLUMNS = tuple(_KIND_OF_COLUMN)


@dataclass(frozen=True, slots=True)
class Found:
    """The lead that is here already, and what told it."""

    lead: Lead
    rules: tuple[Compared, ...]


# The values that each rule of a campaign compares.
Compare = Mapping[Compared, set[Value]]


def compared_values(rules: Iterable[Compared], columns: Mapping[str, str], doubtful: Collection[str]) -> Compare:
    """What is compared of a lead by these rules. A doubtful value tells nobody from anybody, so it is not there."""
    values = {}
    for rule in rules:
        its = {
            value_in(column, columns[column])
            for column in COLUMNS_OF_RULE[rule]
            if columns.get(column) and column not in doubtful
        }
        if its:
            values[rule] = its
    return values


def all_values(compared: Iterable[Compare]) -> set[Value]:
    return {value for values in compared for its in values.values() for value in its}


def value_in(column: str, text: str) -> Value:
    kind = _KIND_OF_COLUMN[column]
    return kind, text.lower() if kind is Kind.EMAIL else text


def held_by(lead: Lead) -> Iterator[Value]:
    row = vars(lead)
    for column in _KIND_OF_COLUMN:
        if row[column]:
            yield value_in(column, row[column])


class Present:
    """The leads that are here, by what they hold: those of the table, then those that this request adds."""

    def __init__(self, leads: Iterable[Lead] = ()) -> None:
        self._holders: dict[Value, dict[object, Lead]] = {}
        for lead in leads:
            self.add(lead)

    def add(self, lead: Lead) -> None:
        """Know the lead by what it holds now; a marked duplicate is never found, for the first lead stands for it."""
        if lead.duplicate_of_id is None:
            for value in held_by(lead):
                self._holders.setdefault(value, {})[lead.id] = lead

    def find(self, values: Compare, campaign: Campaign, at: datetime) -> Found | None:
        """The oldest lead that the campaign takes for one with these values, which came at that time."""
        return min(self._found(values, campaign, at), key=_by_age, default=None)

    def find_all(self, values: Compare, campaign: Campaign, at: datetime) -> list[Found]:
        """All of them, the oldest first."""
        return sorted(self._found(values, campaign, at), key=_by_age)

    def _found(self, values: Compare, campaign: Campaign, at: datetime) -> Iterator[Found]:
        wanted = set().union(*values.values())
        if self._holders.keys().isdisjoint(wanted):  # of nearly every lead
            return
        leads = {pk: lead for value in wanted for pk, lead in self._holders.get(value, {}).items()}
        for lead in leads.values():
            held = wanted.intersection(held_by(lead))
            if held and _counts(lead, campaign, at):
                yield Found(lead, tuple(rule for rule, its in values.items() if its & held))


def _by_age(found: Found) -> tuple[datetime, UUID]:
    return found.lead.created_at, found.lead.pk


def _counts(lead: Lead, campaign: Campaign, at: datetime) -> bool:
    if campaign.duplicate_scope == DuplicateScope.CAMPAIGN and lead.campaign_id != campaign.pk:
        return False
    days = campaign.duplicate_days
    return days is None or lead.created_at >= at - timedelta(days=days)
