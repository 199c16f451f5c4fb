"""Countries as choices: those whose numbers can be read, by name, with their calling codes."""

import csv
from functools import cache
from pathlib import Path

import phonenumbers
from django.utils.translation import get_language

from easycall.text import fold

_FIRST = ("ES", "IT")
# Names of the Unicode CLDR; a library with them would be a hundred times this table.
_NAMES = Path(__file__).with_name("countries.csv")


def country_choices() -> list[tuple[str, str]]:
    """(code, name and calling code) in the language of the request: Spain and Italy, then the others by name."""
    names = _names_here()
    others = sorted(names.keys() - set(_FIRST), key=lambda code: fold(names[code]))
    return [(code, f"{names[code]} (+{_calling_code(code)})") for code in (*_FIRST, *others)]


def country_name(code: str) -> str:
    """In the language of the request; the code where it has no name here."""
    return _names_here().get(code, code)


def _names_here() -> dict[str, str]:
    language = (get_language() or "").partition("-")[0]
    return _names().get(language, _names()["en"])


@cache
def _names() -> dict[str, dict[str, str]]:
    """{language: {code: name}}"""
    with _NAMES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {language: {row["code"]: row[language] for row in rows} for language in ("es", "it", "en")}


@cache
def _calling_code(code: str) -> int:
    return phonenumbers.country_code_for_region(code)
