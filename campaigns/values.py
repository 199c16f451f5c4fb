"""Values as people write them, read to one form. Pure: text in, a Reading out, nothing refused and nothing guessed."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

from campaigns.enums import QuestionType
from easycall.text import fold, nfc


class Reading(NamedTuple):
    """`value` in its normal form, or as sent when it is doubtful; `warnings` are codes of leads.texts."""

    value: str
    warnings: tuple[str, ...] = ()


# What is longer can't be a date, number or yes; a bound keeps patterns from long work on hostile text.
_LONGEST = 64

_TIME = r"""
    (?: (?: \ * [T\ ] \ * | ,\ *)
        (?P<hour>\d{1,2}) : (?P<minute>\d{2}) (?: : (?P<second>\d{2}) (?: [.,] (?P<fraction>\d{1,9}) )? )?
        \ ? (?P<offset> Z | [+-]\d{2} (?: :?\d{2} )? )?
    )?
"""
_DATES = tuple(
    re.compile(day + _TIME, re.ASCII | re.VERBOSE | re.IGNORECASE)
    for day in (
        r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})",
        r"(?P<day>\d{1,2})(?P<mark>[/.-])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4})",
    )
)
_BASIC_TIME = re.compile(r"(?<=\d{8}T)(\d{2})(\d{2})(\d{2})?(?=Z|[+-]|$)", re.ASCII | re.IGNORECASE)
_DECIMAL = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)

_YES = frozenset({"si", "s", "yes", "y", "true", "vero", "verdadero", "1", "on", "x"})
_NO = frozenset({"no", "n", "false", "falso", "0", "off"})


def parse_date(text: str, zone: ZoneInfo) -> date | datetime | None:
    """A date, a datetime with its offset where a time came too, or None. Times without one are of `zone`."""
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    text = _BASIC_TIME.sub(lambda time: f"{time[1]}:{time[2]}:{time[3] or '00'}", text)
    found = next((match for pattern in _DATES if (match := pattern.fullmatch(text))), None)
    if found is None:
        return None
    try:
        day = date(int(found["year"]), int(found["month"]), int(found["day"]))
        return day if found["hour"] is None else _moment(day, found, zone)
    except (ValueError, OverflowError):
        return None


def _moment(day: date, found: re.Match[str], zone: ZoneInfo) -> datetime:
    offset = found["offset"]
    moment = datetime(
        day.year,
        day.month,
        day.day,
        int(found["hour"]),
        int(found["minute"]),
        int(found["second"] or 0),
        int((found["fraction"] or "0").ljust(6, "0")[:6]),
        tzinfo=_offset(offset.upper()) if offset else zone,
    )
    return moment.astimezone(zone) if offset else moment


def _offset(text: str) -> timezone:
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-delta if text[0] == "-" else delta)


def parse_decimal(text: str) -> str | None:
    """A number with its decimal point or comma as one with a point, every digit kept; None when it is no number."""
    text = text.strip()
    if not _DECIMAL.fullmatch(text):
        return None
    return text.replace(",", ".").removeprefix("+")


class Answer(ABC):
    """How the answers to one type of question are read."""

    def __init__(self, choices: Sequence[str] = ()) -> None:
        self.choices = choices

    @abstractmethod
    def read(self, text: str, zone: ZoneInfo) -> Reading: ...


class TextAnswer(Answer):
    def read(self, text: str, zone: ZoneInfo) -> Reading:
        return Reading(nfc(text))


class NumberAnswer(Answer):
    def read(self, text: str, zone: ZoneInfo) -> Reading:
        number = parse_decimal(text)
        return _unfit(text) if number is None else Reading(number)


class DateAnswer(Answer):
    def read(self, text: str, zone: ZoneInfo) -> Reading:
        day = parse_date(text, zone)
        return _unfit(text) if day is None else Reading(day.isoformat())


class YesNoAnswer(Answer):
    def read(self, text: str, zone: ZoneInfo) -> Reading:
        word = fold(text) if len(text) <= _LONGEST else ""
        return Reading("yes") if word in _YES else Reading("no") if word in _NO else _unfit(text)


class ChoiceAnswer(Answer):
    def read(self, text: str, zone: ZoneInfo) -> Reading:
        if text in self.choices:
            return Reading(text)
        longest = 2 * max(map(len, self.choices), default=0)
        meant = fold(text) if len(text) <= longest else None
        return next((Reading(choice) for choice in self.choices if fold(choice) == meant), _unfit(text))


ANSWERS: Mapping[str, type[Answer]] = {
    QuestionType.TEXT: TextAnswer,
    QuestionType.NUMBER: NumberAnswer,
    QuestionType.DATE: DateAnswer,
    QuestionType.YES_NO: YesNoAnswer,
    QuestionType.CHOICE: ChoiceAnswer,
}


def _unfit(text: str) -> Reading:
    return Reading(nfc(text), ("invalid_answer",))
