"""JSON as the contract has it: the standard library's parser, less what it lets through."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from easycall.errors import FieldError, MalformedBody

NESTING = 16

_TYPE_NAMES = {dict: "an object", list: "an array", str: "a string", bool: "true or false", type(None): "null"}

_SURROGATE = re.compile(r"[\ud800-\udfff]")


class NotJSON(MalformedBody):
    """The text is no JSON at all, as opposed to JSON that breaks a rule of ours."""


class Number(str):
    """A JSON number as its text: no digit is lost to a float."""

    __slots__ = ()


def parse(text: str) -> object:
    """Read one JSON document. Numbers come as `Number`. Raises NotJSON, MalformedBody."""
    try:
        value = json.loads(
            text, parse_int=Number, parse_float=Number, parse_constant=_no_constant, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise NotJSON(f"This is not JSON: {error.msg} ({where}).", errors=[FieldError("", error.msg)]) from None
    except RecursionError:
        _too_deep()
    if text.count("{") + text.count("[") > NESTING and _depth_exceeds(value, NESTING):
        _too_deep()
    # Only an escape can bring one of these in: decoding refuses the first, and the parser the second.
    if "\\u" in text:
        for string in _strings(value):
            _check_characters(string)
    return value


def as_text(value: object) -> object:
    """A scalar as its text, None as it is, and an object or list with its numbers as JSON numbers again."""
    if type(value) is str:  # nearly all of them
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str(value)
    return _plain(value)


def name_of(value: object) -> str:
    return "a number" if isinstance(value, Number) else _TYPE_NAMES[type(value)]


def _plain(value: object) -> object:
    match value:
        case dict():
            return {key: _plain(member) for key, member in value.items()}
        case list():
            return [_plain(element) for element in value]
        case Number():
            return _lossless(value)
        case _:
            return value


def _lossless(number: Number) -> object:
    """The int or float that is written with these digits on both databases, or the text where there is none."""
    try:
        if number.removeprefix("-").isdigit():
            return int(number)
        near = float(number)
        # From 1e16 on a float is written with an exponent, which PostgreSQL gives back as an integer of other digits.
        return near if abs(near) < 1e16 and Decimal(repr(near)) == Decimal(number) else str(number)
    except (InvalidOperation, ValueError):
        return str(number)


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        twice = next(key for key, number in Counter(key for key, _ in pairs).items() if number > 1)
        raise MalformedBody(
            "An object has two members of the same name.",
            errors=[FieldError("", f"The name {json.dumps(twice[:100])} stands more than once.")],
        )
    return members


def _no_constant(name: str) -> NoReturn:
    raise NotJSON(f"{name} is not JSON.", errors=[FieldError("", f"{name} is no value of JSON.")])


def _too_deep() -> NoReturn:
    detail = f"Objects and arrays are nested more than {NESTING} deep."
    raise MalformedBody(detail, errors=[FieldError("", detail)])


def _depth_exceeds(value: object, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [member for container in level for member in _members(container)]
        if not level:
            return False
    return True


def _members(value: object) -> list[object]:
    """The containers directly in a container; the value itself counts as the first level."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [member for member in inside if isinstance(member, dict | list)]


def _strings(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from value
            for member in value.values():
                yield from _strings(member)
        case list():
            for element in value:
                yield from _strings(element)


def _check_characters(string: str) -> None:
    if "\0" in string:
        detail = "A text has a NUL character."
    elif _SURROGATE.search(string):
        detail = "A text has half of a surrogate pair."
    else:
        return
    raise MalformedBody(detail, errors=[FieldError("", detail)])
