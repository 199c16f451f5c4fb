"""What one item of a body becomes, before anything is written: the lead's columns and the receipt, from one reading."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from campaigns.fields import PHONE_FIELDS, Envelope, Field, FieldType
from campaigns.models import Campaign
from campaigns.queries import AskedQuestion
from campaigns.values import Reading
from easycall.errors import FieldError, MissingContact
from easycall.rows import make
from easycall.text import nfc
from leads.intake.body import Pair, Pairs, pointer
from leads.intake.keys import UNKNOWN, Aside, KeyTable, Target
from leads.intake.normalise import normalise
from leads.models import ImportMapping, Lead, Submission
from leads.models.lead import EXTERNAL_ID_LENGTH
from leads.texts import WARNING_TEXTS

Receipt = dict[str, Any]

# In a problem; more only hide the one that matters.
MOST_UNKNOWN_NAMED = 10


@dataclass(slots=True)
class Draft:
    """Every key that came is in exactly one of `stored`, `kept_aside` and `empty`.

    `place` is the JSON pointer of its item; `doubtful` are the columns whose values were read with a warning.
    """

    mapping: ImportMapping
    keys: KeyTable
    place: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    answers: dict[str, str] = field(default_factory=dict)
    stored: dict[str, dict[str, str]] = field(default_factory=dict)
    kept_aside: dict[str, dict[str, Any]] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    warnings: list[dict[str, str | None]] = field(default_factory=list)
    # Of `kept_aside`, each unknown key once, under its own name.
    unknown: dict[str, dict[str, Any]] = field(default_factory=dict)
    campaign: Campaign = field(init=False)
    meanings: Mapping[str, Target] = field(init=False)

    def __post_init__(self) -> None:
        self.campaign = self.mapping.campaign
        self.meanings = self.keys.meanings(self.mapping)

    def warn(self, key: str | None, codes: Iterable[str]) -> None:
        self.warnings += [{"key": key, "code": code, "detail": str(WARNING_TEXTS[code])} for code in codes]

    def lead(self, submission: Submission, item: int, *, is_test: bool = False) -> Lead:
        """The row to write."""
        return make(
            Lead,
            related={"mapping": self.mapping},
            submission_id=submission.id,
            item=item,
            mapping_id=self.mapping.id,
            campaign_id=self.campaign.id,
            created_at=submission.processed_at,
            is_test=is_test,
            # Copies: a later item of the same batch may change the lead, and the receipt of this one stays.
            answers=dict(self.answers),
            kept_aside=dict(self.kept_aside),
            warnings=list(self.warnings),
            warning_codes=warning_codes(self.warnings),
            **self.columns,
        )

    def apply_to(self, lead: Lead) -> dict[str, dict[str, list[Any]]]:
        """Fill the blanks of a lead that is there and replace what differs. Returns the changes as [old, new].

        What this request does not say stays; another spelling of the same phone is no change.
        """
        changes = {
            "fields": self._change_fields(lead),
            "answers": _change(lead.answers, self.answers),
            "kept_aside": _change(lead.kept_aside, self.kept_aside),
        }
        changes = {part: changed for part, changed in changes.items() if changed}
        self.forget_missing(lead.answers)
        if changes:
            lead.warnings = [each for each in lead.warnings if not self._replaces(each)] + self.warnings
            lead.warning_codes = warning_codes(lead.warnings)
        return changes

    def forget_missing(self, answers: Mapping[str, str]) -> None:
        """An answer that came before is not missing because this request does not say it again."""
        self.warnings = [each for each in self.warnings if not is_missing(each) or each["key"] not in answers]

    def _replaces(self, warning: dict[str, str | None]) -> bool:
        """Whether a warning that a lead has is about something that this request says anew, under whatever key."""
        key = warning["key"]
        if key is None or is_missing(warning) or key in self.stored or key in self.kept_aside:
            return True
        meaning = self.keys.meaning(key, self.mapping)
        return isinstance(meaning, Field) and meaning.name in self.columns

    def _change_fields(self, lead: Lead) -> dict[str, list[Any]]:
        changes = {}
        for column, new in self.columns.items():
            old = getattr(lead, column)
            if old != new and not column.endswith("_sent"):
                changes[column] = [old, new]
                setattr(lead, column, new)
                if column in PHONE_FIELDS:
                    setattr(lead, f"{column}_sent", self.columns[f"{column}_sent"])
        return changes

    def receipt(self, lead_id: UUID | None, submission_id: UUID | None, status: str) -> Receipt:
        """The answer of the contract, which accounts for every key."""
        return {
            "id": lead_id and str(lead_id),
            "submission": submission_id and str(submission_id),
            "status": status,
            "campaign": {"code": self.mapping.external_code, "name": self.campaign.name},
            "stored": self.stored,
            "kept_aside": self.kept_aside,
            "empty": self.empty,
            "warnings": self.warnings,
        }


class Unreachable(MissingContact):
    """Remembers what was read: the phone may be there under a key that nobody knows yet."""

    def __init__(self, detail: str, draft: Draft, *, errors: Sequence[FieldError]) -> None:
        super().__init__(detail, errors=errors)
        self.draft = draft
        self.import_api = draft.mapping.pk


def is_missing(warning: dict[str, str | None]) -> bool:
    return warning["code"] == "missing_answer"


def warning_codes(warnings: Iterable[dict[str, str | None]]) -> str:
    return " ".join(sorted({str(warning["code"]) for warning in warnings}))


def _change(held: dict[str, Any], said: dict[str, Any]) -> dict[str, list[Any]]:
    changes = {key: [held.get(key), new] for key, new in said.items() if held.get(key) != new}
    held.update(said)
    return changes


def draft(pairs: Pairs, *, mapping: ImportMapping, keys: KeyTable, place: str) -> Draft:
    """Read every pair. Raises Unreachable when no phone and no e-mail is among them."""
    result = Draft(mapping, keys, place)
    for pair in pairs:
        value = pair.value
        if value is None or (isinstance(value, str) and not value.strip()):
            if pair.key not in result.empty:
                result.empty.append(pair.key)
        else:
            place_pair(result, pair)
    if not any(result.columns.get(name) for name in (*PHONE_FIELDS, "email")):
        raise _unreachable(result, place)
    answered = result.answers.keys()
    for question in keys.questions.values():
        if question.required and question.key not in answered and question.is_asked_in(mapping.campaign_id):
            result.warn(question.key, ["missing_answer"])
    return result


def _unreachable(result: Draft, place: str) -> Unreachable:
    detail = "The lead has neither a phone nor an e-mail under a key that is known here."
    # The likely slips first: one of them may be the phone.
    unknown = sorted(result.unknown.items(), key=lambda each: "did_you_mean" not in each[1])
    named = [FieldError(place + pointer(key), _not_known(aside)) for key, aside in unknown[:MOST_UNKNOWN_NAMED]]
    return Unreachable(detail, result, errors=[FieldError(place, detail), *named])


def _not_known(aside: Mapping[str, Any]) -> str:
    if meant := aside.get("did_you_mean"):
        return f"This key is not known; did you mean “{meant}”?"
    return "This key is not known."


def place_pair(result: Draft, pair: Pair) -> None:
    """Put a pair that has a value where it belongs."""
    target = result.meanings.get(pair.key)
    if target is None or pair.reason or not isinstance(pair.value, str):
        target = result.keys.target(pair, result.mapping)
    _PLACE[type(target)](result, pair, target)


def _store_field(result: Draft, pair: Pair, target: Field) -> None:
    text = str(pair.value)
    reading = normalise(target, text, result.campaign)
    before = result.columns.get(target.name)
    if _conflicts(result, pair, before, reading.value):
        return
    if before is None:
        result.columns[target.name] = reading.value
        if reading.warnings:
            result.doubtful.add(target.name)
        if target.type is FieldType.PHONE:
            result.columns[f"{target.name}_sent"] = text
    _store(result, pair, reading, {"field": target.name})


def _store_answer(result: Draft, pair: Pair, question: AskedQuestion) -> None:
    reading = question.answer.read(str(pair.value), result.campaign.zone)
    if _conflicts(result, pair, result.answers.get(question.key), reading.value):
        return
    result.answers[question.key] = reading.value
    _store(result, pair, reading, {"question": question.key})


def _store_envelope(result: Draft, pair: Pair, meaning: Envelope) -> None:
    value = nfc(str(pair.value).strip())
    if meaning is Envelope.EXTERNAL_ID and len(value) > EXTERNAL_ID_LENGTH:
        result.warn(pair.key, ["external_id_too_long"])
        _keep_aside(result, pair, Aside("too_long"))
        return
    column = str(meaning)
    before = result.mapping.external_code if meaning is Envelope.CAMPAIGN else result.columns.get(column)
    if _conflicts(result, pair, before, value):
        return
    if meaning is not Envelope.CAMPAIGN:
        result.columns[column] = value
    _store(result, pair, Reading(value), {"envelope": column})


def _store(result: Draft, pair: Pair, reading: Reading, where: dict[str, str]) -> None:
    """Account for the pair: `where` it went becomes its entry in the receipt."""
    if pair.key in result.stored:
        _keep_aside(result, pair, Aside("repeated_key"))
        return
    where["value"] = reading.value
    if reading.value != pair.value:
        where["from"] = str(pair.value)
    result.stored[pair.key] = where
    if reading.warnings:
        result.warn(pair.key, reading.warnings)


def _conflicts(result: Draft, pair: Pair, before: str | None, value: str) -> bool:
    """Whether the same field came before with another value; if so this one is put aside, with a warning."""
    if before is None or before == value:
        return False
    result.warn(pair.key, ["conflicting_value"])
    _keep_aside(result, pair, Aside("conflicting_value"))
    return True


def _keep_aside(result: Draft, pair: Pair, aside: Aside) -> None:
    entry = {"value": pair.value, "reason": aside.reason}
    if aside.did_you_mean:
        entry["did_you_mean"] = aside.did_you_mean
    if aside.reason == UNKNOWN:
        result.unknown.setdefault(pair.key, entry)
    result.kept_aside[free_name(pair.key, result.kept_aside)] = entry


_PLACE: Mapping[type[Target], Callable[[Draft, Pair, Any], None]] = {
    Aside: _keep_aside,
    Field: _store_field,
    AskedQuestion: _store_answer,
    Envelope: _store_envelope,
}


def free_name(key: str, taken: dict[str, Any]) -> str:
    """A form may repeat a key: the second that is kept aside is `key[2]`."""
    name, number = key, 1
    while name in taken:
        number += 1
        name = f"{key}[{number}]"
    return name
