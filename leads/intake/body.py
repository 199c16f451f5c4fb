"""Body bytes to leads: strict readers, each giving an ordered list of keys and values."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from django.utils.http import parse_header_parameters
from multipart import MultipartError, MultipartParser, MultipartPart, ParserLimitReached

from easycall.errors import ContentTooLarge, FieldError, MalformedBody, MissingContact, Problem, UnsupportedMediaType
from leads.intake import strict_json
from leads.intake.charset import decode, decode_pieces, is_utf_16

LEAD_BYTES = 1024 * 1024
BATCH_BYTES = 8 * LEAD_BYTES
BATCH_LEADS = 1_000
LEAD_FIELDS = 200
KEY_LENGTH = 100
VALUE_LENGTH = 10_000

_LINE_END = re.compile(r"\r\n|\r|\n")
_SEPARATOR = re.compile(r"[:=]")
_TOO_MANY_FIELDS = f"The lead has more than {LEAD_FIELDS} fields."
_BOM = b"\xef\xbb\xbf"


class Pair(NamedTuple):
    """One key as it came. `value` is text, None, or an object or list; `reason` says why it can be no field, if so."""

    key: str
    value: object
    reason: str = ""


Pairs = list[Pair]


@dataclass(frozen=True, slots=True)
class Item:
    """One lead of a body, or the problem of one; `pointer` is its place in the body, "" the whole."""

    content: Pairs | Problem
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """`warnings` are codes that hold for every item."""

    items: list[Item]
    batch: bool = False
    warnings: list[str] = field(default_factory=list)


def read(raw: bytes, content_type: str) -> Body:
    """Read a whole body. Raises the Problem of a body that can't be read; one bad lead of a batch is an Item."""
    media_type, parameters = _media_type(content_type)
    charset = parameters.get("charset")
    if len(raw) > BATCH_BYTES:
        raise ContentTooLarge("The body is over 8 MiB.")
    if media_type == "application/json":
        text, warnings = decode(raw, charset)
        return _checked(raw, _json(strict_json.parse(text), warnings))
    try:
        reader = _READERS[media_type]
    except KeyError:
        raise UnsupportedMediaType(f"A body is one of application/json, {', '.join(_READERS)}.") from None
    body = _json_in_disguise(raw, charset) or _fields(reader, raw, parameters)
    return _checked(raw, body)


def _media_type(content_type: str) -> tuple[str, dict[str, str]]:
    try:
        return parse_header_parameters(content_type)
    except (ValueError, LookupError):
        raise UnsupportedMediaType("The Content-Type header is not well formed.") from None


def _json_in_disguise(raw: bytes, charset: str | None) -> Body | None:
    """A form or text that is JSON: what curl sends without its header."""
    # In UTF-16 the first character is two bytes, and a mark may stand before them.
    start = decode(raw, charset)[0].encode() if is_utf_16(charset) else raw.removeprefix(_BOM)
    if start.lstrip()[:1] not in (b"{", b"["):
        return None
    text, warnings = decode(raw, charset)
    try:
        return _json(strict_json.parse(text), ["read_as_json", *warnings])
    except strict_json.NotJSON:
        return None


def _fields(reader: "Reader", raw: bytes, parameters: Mapping[str, str]) -> Body:
    if len(raw) > LEAD_BYTES:
        raise ContentTooLarge("A single lead is over 1 MiB.")
    pairs, warnings = reader(raw, parameters)
    if len(pairs) > LEAD_FIELDS:
        raise _too_many_fields()
    if any("\0" in text for pair in pairs for text in _texts(pair)):
        raise MalformedBody("A text has a NUL character.", errors=[FieldError("", "A text has a NUL character.")])
    return Body([Item(_once(pairs))], warnings=warnings)


def _texts(pair: Pair) -> Iterable[str]:
    yield pair.key
    values = pair.value.values() if isinstance(pair.value, dict) else [pair.value]
    yield from (value for value in values if isinstance(value, str))


def _too_many_fields() -> ContentTooLarge:
    return ContentTooLarge(_TOO_MANY_FIELDS, errors=[FieldError("", _TOO_MANY_FIELDS)])


def _once(pairs: Iterable[Pair]) -> Pairs:
    """A field that is repeated with the same value is one field said twice."""
    seen: set[tuple[str, object]] = set()
    once = []
    for pair in pairs:
        said = (pair.key, pair.value if isinstance(pair.value, str) else id(pair))
        if said not in seen:
            seen.add(said)
            once.append(pair)
    return once


def _json(value: object, warnings: list[str]) -> Body:
    match value:
        case dict() if isinstance(value.get("leads"), list):
            if extra := [key for key in value if key != "leads"]:
                raise MalformedBody(
                    "An object with “leads” is a batch and has no other member; say it in each lead, or in the URL.",
                    errors=[FieldError(pointer(key), "This stands beside “leads”.") for key in extra[:LEAD_FIELDS]],
                )
            return _batch(value["leads"], "/leads", warnings)
        case list():
            return _batch(value, "", warnings)
        case _:
            return Body([Item(_pairs(value, ""))], warnings=warnings)


def _batch(leads: list[object], place: str, warnings: list[str]) -> Body:
    if len(leads) > BATCH_LEADS:
        raise ContentTooLarge(f"The batch has {len(leads)} leads; at most {BATCH_LEADS} come in one.")
    items = [Item(_pairs(lead, f"{place}/{index}"), f"{place}/{index}") for index, lead in enumerate(leads)]
    return Body(items, batch=True, warnings=warnings)


def _pairs(lead: object, place: str) -> Pairs | Problem:
    if not isinstance(lead, dict):
        detail = f"A lead is an object; this is {strict_json.name_of(lead)}, so it has neither phone nor e-mail."
        return MissingContact(detail, errors=[FieldError(place, detail)])
    return [Pair(key, strict_json.as_text(value)) for key, value in lead.items()]


def _checked(raw: bytes, body: Body) -> Body:
    """The same body with the leads that pass a limit made problems."""
    if not body.batch and len(raw) > LEAD_BYTES:
        raise ContentTooLarge("A single lead is over 1 MiB; only a batch may have up to 8 MiB.")
    # No value of a short body is too long, even one that is written with blanks after its commas.
    short = 2 * len(raw) <= VALUE_LENGTH
    items = [Item(_within_limits(item, short=short), item.pointer) for item in body.items]
    if not body.batch and isinstance(items[0].content, Problem):
        raise items[0].content
    return Body(items, body.batch, body.warnings)


def _within_limits(item: Item, *, short: bool) -> Pairs | Problem:
    if isinstance(item.content, Problem):
        return item.content
    if (
        short
        and len(item.content) <= LEAD_FIELDS
        and max((len(pair.key) for pair in item.content), default=0) <= KEY_LENGTH
    ):
        return item.content
    errors = list(_over_limit(item.content, item.pointer))
    return ContentTooLarge("The lead passes a limit.", errors=errors[:LEAD_FIELDS]) if errors else item.content


def _over_limit(pairs: Pairs, place: str) -> Iterable[FieldError]:
    if len(pairs) > LEAD_FIELDS:
        yield FieldError(place, _TOO_MANY_FIELDS)
    for pair in pairs:
        if len(pair.key) > KEY_LENGTH:
            start = pair.key[:KEY_LENGTH]
            yield FieldError(place, f"The key that starts with {json.dumps(start)} is over {KEY_LENGTH} characters.")
        elif _length(pair.value) > VALUE_LENGTH:
            yield FieldError(place + pointer(pair.key), f"The value is over {VALUE_LENGTH} characters.")


def _length(value: object) -> int:
    if value is None:
        return 0
    return len(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def pointer(key: str) -> str:
    """`key` as one step of a JSON pointer."""
    return "/" + key.replace("~", "~0").replace("/", "~1")


def _form(raw: bytes, parameters: Mapping[str, str]) -> tuple[Pairs, list[str]]:
    charset = parameters.get("charset")
    if is_utf_16(charset):
        # Percent signs and separators are found in bytes, which only a charset that extends ASCII allows.
        raw, charset = decode(raw, charset)[0].encode(), None
    fields = [piece for piece in raw.removeprefix(_BOM).split(b"&") if piece]
    if len(fields) > LEAD_FIELDS:
        raise _too_many_fields()
    pieces = []
    for field_bytes in fields:
        key, _, value = field_bytes.replace(b"+", b" ").partition(b"=")
        pieces += [unquote_to_bytes(key), unquote_to_bytes(value)]
    texts, warnings = decode_pieces(pieces, charset)
    return [Pair(key, value) for key, value in zip(texts[::2], texts[1::2], strict=True)], warnings


def _multipart(raw: bytes, parameters: Mapping[str, str]) -> tuple[Pairs, list[str]]:
    parts = _parts(raw, parameters.get("boundary", ""))
    # The parser was told latin-1, which is a way to have names and file names back as the bytes that they were.
    pieces = [piece for part in parts for piece in _part_bytes(part)]
    texts, warnings = decode_pieces(pieces, parameters.get("charset"))
    pairs = []
    for part, name, text in zip(parts, texts[::2], texts[1::2], strict=True):
        if part.filename is None or not (part.filename or part.size):
            # A browser sends a file field that was left alone as a file without name and content.
            pairs.append(Pair(name, text))
        else:
            file = {"filename": text, "content_type": part.content_type, "size": part.size}
            pairs.append(Pair(name, file, reason="file"))
    return pairs, warnings


def _parts(raw: bytes, boundary: str) -> list[MultipartPart]:
    try:
        parser = MultipartParser(
            BytesIO(raw),
            boundary,
            content_length=len(raw),
            charset="latin-1",
            strict=True,
            part_limit=LEAD_FIELDS,
            spool_limit=LEAD_BYTES,
        )
        parts: list[MultipartPart] = parser.parts()
        return parts
    except ParserLimitReached:
        detail = f"The form has more than {LEAD_FIELDS} parts, or a part's headers are too long."
        raise ContentTooLarge(detail) from None
    except (MultipartError, ValueError) as error:
        raise MalformedBody("The multipart body is not whole: check its boundary and closing line.") from error


def _part_bytes(part: MultipartPart) -> tuple[bytes, bytes]:
    name = part.name.encode("latin-1")
    return name, part.raw if part.filename is None else part.filename.encode("latin-1")


def _text(raw: bytes, parameters: Mapping[str, str]) -> tuple[Pairs, list[str]]:
    text, warnings = decode(raw, parameters.get("charset"))
    pairs: Pairs = []
    for number, line in enumerate(_LINE_END.split(text), start=1):
        if len(pairs) > LEAD_FIELDS:
            break
        separator = _SEPARATOR.search(line)
        if separator:
            pairs.append(Pair(line[: separator.start()].strip(), line[separator.end() :].strip()))
        elif line.strip():
            pairs.append(Pair(f"line {number}", line, reason="no_separator"))
    return pairs, warnings


Reader = Callable[[bytes, Mapping[str, str]], tuple[Pairs, list[str]]]

_READERS: Mapping[str, Reader] = {
    "application/x-www-form-urlencoded": _form,
    "multipart/form-data": _multipart,
    "text/plain": _text,
}
