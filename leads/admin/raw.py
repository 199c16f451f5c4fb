"""Bytes and texts that strangers sent, made fit to look at. Templates escape them; this shows what can't be seen."""

import json
import re
from dataclasses import dataclass

from django.utils.http import parse_header_parameters

from easycall.errors import Problem
from leads.intake.charset import decode

SHOWN_CHARACTERS = 20_000

# Controls but for tab and line feed, and what is invisible or turns the direction of what stands around it.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
    "|[\ud800-\udfff\U000e0000-\U000e007f]"
)
_NOT_A_SEPARATOR = re.compile(r"[^\s,]|\Z")


@dataclass(frozen=True, slots=True)
class Shown:
    """`text` is cut where `is_cut`; `charset` is what the bytes were read in."""

    text: str
    is_cut: bool
    charset: str = ""


def visible(text: str) -> str:
    """`text` with each character that can't be seen as its number: `⟨U+202E⟩`."""
    return _UNSEEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text.replace("\r\n", "\n"))


def shown(text: str, *, charset: str = "", limit: int = SHOWN_CHARACTERS) -> Shown:
    return Shown(visible(text[:limit]), len(text) > limit, charset)


def decoded(raw: bytes, content_type: str) -> tuple[str, str]:
    """The text as the intake read it, or as near as bytes that it could not read come to one; and the charset."""
    declared = _declared_charset(content_type)
    for charset in (declared, None):
        try:
            text, warnings = decode(raw, charset)
        except Problem:
            continue
        return text, charset or ("windows-1252" if warnings else "utf-8")
    return raw.decode("cp1252", "backslashreplace"), "windows-1252"


def _declared_charset(content_type: str) -> str | None:
    try:
        return parse_header_parameters(content_type)[1].get("charset")
    except ValueError:
        return None


def element(text: str, index: int) -> str:
    """The text of one lead of a batch, letter for letter; the whole where it is not to be had."""
    decoder = json.JSONDecoder(parse_int=str, parse_float=str)
    # A batch is an array, or an object with nothing in it but one.
    start = end = text.find("[") + 1
    try:
        for _ in range(index + 1):
            start = next(_NOT_A_SEPARATOR.finditer(text, end)).start()
            _value, end = decoder.raw_decode(text, start)
    except (ValueError, RecursionError):
        return text
    return text[start:end]
