"""A lead that is here takes of one that comes what it lacks. What it has stays. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from campaigns.fields import PHONE_FIELDS
from leads.intake.draft import Draft, Receipt, free_name, is_missing, warning_codes
from leads.models import Lead

# {"fields" | "answers" | "kept_aside": {key: [what was there, what came]}}
Changes = dict[str, dict[str, list[Any]]]


@dataclass(frozen=True, slots=True)
class Merged:
    filled: Changes
    not_taken: Changes

    def __bool__(self) -> bool:
        return bool(self.filled or self.not_taken)


def merge(draft: Draft, lead: Lead) -> Merged:
    """Fill the blanks of a lead. An external id is only filled in where it would be the sender's own again."""
    parts = {
        "fields": _merge_fields(draft, lead),
        "answers": _merge(lead.answers, draft.answers),
        "kept_aside": _merge(lead.kept_aside, draft.kept_aside),
    }
    merged = Merged(
        filled={part: filled for part, (filled, _) in parts.items() if filled},
        not_taken={part: rest for part, (_, rest) in parts.items() if rest},
    )
    if merged.filled:
        keys = set(_keys_of(draft, merged.filled))
        held = [each for each in lead.warnings if not (is_missing(each) and each["key"] in lead.answers)]
        lead.warnings = held + [each for each in draft.warnings if each["key"] in keys]
        lead.warning_codes = warning_codes(lead.warnings)
    return merged


def account_for(receipt: Receipt, not_taken: Changes) -> None:
    """Have a receipt say of what was not taken that it was put aside."""
    receipt["stored"], receipt["kept_aside"] = dict(receipt["stored"]), dict(receipt["kept_aside"])
    for key, entry in list(receipt["stored"].items()):
        part, name = _place(entry)
        if name in not_taken.get(part, {}):
            sent = receipt["stored"].pop(key)
            aside = {"value": sent.get("from", sent["value"]), "reason": "not_taken"}
            receipt["kept_aside"][free_name(key, receipt["kept_aside"])] = aside


def _merge_fields(draft: Draft, lead: Lead) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    filled, rest = {}, {}
    for column, came in draft.columns.items():
        held = getattr(lead, column)
        if column.endswith("_sent") or _same(column, held, came):
            continue
        if held or (column == "external_id" and lead.mapping_id != draft.mapping.pk):
            rest[column] = [held, came]
            continue
        filled[column] = [held, came]
        setattr(lead, column, came)
        if column in PHONE_FIELDS:
            setattr(lead, f"{column}_sent", draft.columns[f"{column}_sent"])
    return filled, rest


def _same(column: str, held: str, came: str) -> bool:
    return held.lower() == came.lower() if column == "email" else held == came


def _merge(held: dict[str, Any], came: dict[str, Any]) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    filled = {key: [None, new] for key, new in came.items() if key not in held}
    rest = {key: [held[key], new] for key, new in came.items() if key in held and held[key] != new}
    held.update({key: new for key, (_, new) in filled.items()})
    return filled, rest


def _keys_of(draft: Draft, filled: Changes) -> Iterator[str]:
    """The keys, as they were sent, of what was filled."""
    yield from filled.get("kept_aside", {})
    for key, entry in draft.stored.items():
        part, name = _place(entry)
        if name in filled.get(part, {}):
            yield key


def _place(entry: dict[str, str]) -> tuple[str, str]:
    """Which part of a lead an entry of `stored` is in, and under what name."""
    if "question" in entry:
        return "answers", entry["question"]
    return "fields", entry.get("field") or entry["envelope"]
