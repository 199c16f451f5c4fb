"""Two leads that were taken for one person, their values side by side."""

from collections.abc import Iterable
from dataclasses import dataclass

from django_stubs_ext import StrOrPromise

from campaigns.fields import FIELDS, PHONE_FIELDS, TAX_ID_FIELDS
from leads.admin.labels import rules_in_words
from leads.admin.raw import visible
from leads.models import Lead

# What may be compared: a value counts wherever in its group the other lead has it.
_GROUPS = (PHONE_FIELDS, ("email",), TAX_ID_FIELDS)


@dataclass(frozen=True, slots=True)
class Side:
    """A value of one of the two; `is_same` when the other one has it too."""

    value: str
    is_same: bool


@dataclass(frozen=True, slots=True)
class Line:
    label: StrOrPromise
    this: Side
    other: Side


@dataclass(frozen=True, slots=True)
class Twin:
    """The lead that this one is a duplicate of, or a duplicate of this one; `same` is what told it."""

    lead: Lead
    same: str
    lines: list[Line]


def twin(this: Lead, other: Lead) -> Twin:
    marked = this if this.duplicate_of_id == other.pk else other
    return Twin(other, rules_in_words(marked.duplicate_rules.split()), [*_lines(this, other)])


def _lines(this: Lead, other: Lead) -> Iterable[Line]:
    for names in _GROUPS:
        ours, theirs = _held(this, names), _held(other, names)
        for name in names:
            mine, its = getattr(this, name), getattr(other, name)
            if mine or its:
                yield Line(FIELDS[name].label, _side(mine, theirs), _side(its, ours))


def _held(lead: Lead, names: Iterable[str]) -> set[str]:
    return {getattr(lead, name).lower() for name in names} - {""}


def _side(value: str, others: set[str]) -> Side:
    return Side(visible(value), value.lower() in others)
