"""Tokens: what they look like, and how one is checked without being kept. Pure functions.

A token is `easycall_<id>_<secret>_<checksum>` in letters and digits: the id finds the row, the secret (256 bits)
proves it, the checksum tells a mistyped token from a wrong one without asking the database.
PATTERN is published (SECURITY.md), so that a scanner of leaked secrets can find tokens.
"""

import hashlib
import hmac
import re
import secrets
import string
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

PREFIX = "easycall_"
KEY_PATTERN = r"[0-9A-Za-z]{12}"
PATTERN = rf"easycall_{KEY_PATTERN}_[0-9A-Za-z]{{43}}_[0-9A-Za-z]{{6}}"

_ALPHABET = string.digits + string.ascii_letters
_TOKEN = re.compile(PATTERN)


@dataclass(frozen=True, slots=True)
class Token:
    """`key` is public and unique; `text` is the whole token, shown once."""

    key: str
    text: str


def new_key() -> str:
    return _random(12)


def make(key: str | None = None) -> Token:
    """A new token, with this key when it was chosen before."""
    key = key or new_key()
    body = f"{PREFIX}{key}_{_random(43)}"
    return Token(key=key, text=f"{body}_{_checksum(body)}")


def parse(text: str) -> Token | None:
    """The token in `text`, or None when it is not one or its checksum is wrong."""
    if not _TOKEN.fullmatch(text):
        return None
    body, _, checksum = text.rpartition("_")
    if checksum != _checksum(body):
        return None
    return Token(key=text.split("_")[1], text=text)


def found_in(text: str) -> bool:
    """Whether `text` holds something shaped like a token, valid or not."""
    return _TOKEN.search(text) is not None


def find_all(text: str) -> list[Token]:
    """The tokens in `text`, each once, without those whose checksum is wrong."""
    found = (parse(candidate) for candidate in dict.fromkeys(_TOKEN.findall(text)))
    return [token for token in found if token]


def digest(token: Token, *, pepper: str) -> str:
    """64 hexadecimal digits. The pepper is not in the database, so a stolen table opens nothing."""
    key = hashlib.sha256(b"easycall token pepper\0" + pepper.encode()).digest()
    return hmac.new(key, token.text.encode("ascii"), hashlib.sha256).hexdigest()


def verify(token: Token, expected: str, *, peppers: Sequence[str]) -> bool:
    """Whether `expected` is the token's digest under one of the peppers, in a time that tells nothing."""
    matches = [hmac.compare_digest(digest(token, pepper=pepper), expected) for pepper in peppers]
    return any(matches)


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode("ascii"))
    digits = ""
    for _ in range(6):
        number, rest = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[rest] + digits
    return digits
