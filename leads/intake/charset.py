"""Bytes to text, never guessing more than the contract says and never losing a letter."""

from collections.abc import Sequence

from easycall.errors import MalformedBody, UnsupportedMediaType

# The charsets that a sender may name.
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16",
    "iso-8859-1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
}
_UNDECLARED = "cp1252"


def decode(raw: bytes, charset: str | None) -> tuple[str, list[str]]:
    """The text of a whole body, and the codes of its warnings. Raises MalformedBody, UnsupportedMediaType."""
    (text,), warnings = decode_pieces([raw], charset)
    # Only at the start of a body is this a mark; in a piece it is a character like any other.
    return text.removeprefix("\ufeff"), warnings


def decode_pieces(pieces: Sequence[bytes], charset: str | None) -> tuple[list[str], list[str]]:
    """The same for a body that was cut before it was decoded; all its pieces are read in one charset."""
    codec = _codec(charset)
    try:
        return [_decode(piece, codec or "utf-8") for piece in pieces], []
    except UnicodeDecodeError:
        if codec:
            raise MalformedBody(f"The bytes are not {charset}.") from None
    try:
        return [_decode(piece, _UNDECLARED) for piece in pieces], ["read_as_windows_1252"]
    except UnicodeDecodeError:
        raise MalformedBody("The bytes are neither UTF-8 nor windows-1252, and no charset is named.") from None


def is_utf_16(charset: str | None) -> bool:
    return _codec(charset) == "utf-16"


def _codec(charset: str | None) -> str | None:
    if charset is None:
        return None
    try:
        return _CODECS[charset.strip().lower()]
    except KeyError:
        raise UnsupportedMediaType(
            "The charset is not one of utf-8, utf-16, iso-8859-1, iso-8859-15 and windows-1252."
        ) from None


def _decode(raw: bytes, codec: str) -> str:
    if codec == "utf-16" and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        # Without a mark the order shows in the first letter, which is ASCII in every body that is read here.
        codec = "utf-16-be" if raw[:1] == b"\0" else "utf-16-le"
    return raw.decode(codec)
