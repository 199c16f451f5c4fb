"""Text as people write it, compared as people mean it."""

import re
import unicodedata
from functools import lru_cache
from itertools import groupby

# Unicode's own bound for a run of combining marks (UAX 15, Stream-Safe Text Format); no language comes near it.
_LONGEST_RUN = 30

# Below the first combining mark every letter is in its composed form.
_COMPOSED = re.compile(r"[\x00-\u02ff]*")

# As many as people write in; the rest of Unicode is not remembered.
_MOST_LETTERS = 4096

_SEPARATORS = re.compile(r"[\s\-_]+")
_NOT_IN_A_KEY = re.compile(r"[^a-z0-9]+")


def nfc(text: str) -> str:
    """`text` in Unicode's composed form, in a time that grows with its length and no faster.

    unicodedata sorts a run of combining marks in quadratic time: long runs are sorted before it sees them.
    """
    if text.isascii() or _COMPOSED.fullmatch(text):
        return text
    runs = [(marks, "".join(run)) for marks, run in groupby(text, key=lambda c: unicodedata.combining(c) > 0)]
    return unicodedata.normalize(
        "NFC", "".join(_in_order(run) if marks and len(run) > _LONGEST_RUN else run for marks, run in runs)
    )


def _in_order(marks: str) -> str:
    decomposed = "".join(unicodedata.normalize("NFD", mark) for mark in marks)
    return "".join(sorted(decomposed, key=unicodedata.combining))


class _Plain(dict[int, str]):
    """Letters without accents, by their code points: a table for str.translate, which fills itself."""

    def __missing__(self, letter: int) -> str:
        plain = "".join(c for c in unicodedata.normalize("NFKD", chr(letter)) if not unicodedata.combining(c))
        if len(self) < _MOST_LETTERS:
            self[letter] = plain
        return plain


_plain = _Plain()


def without_accents(text: str) -> str:
    """`Dirección` -> `Direccion`; compatibility forms (full-width letters, ligatures) become plain ones."""
    if text.isascii():
        return text
    # Letter by letter: the order of marks does not matter to what is about to drop them, and sorting them can be slow.
    return text.translate(_plain)


@lru_cache(maxsize=4096)
def fold(key: str) -> str:
    """What two spellings of one key have in common: `Teléfono  Móvil`, `telefono-movil` -> `telefono_movil`."""
    return _SEPARATORS.sub("_", without_accents(key).casefold()).strip("_")


def suggest_key(label: str) -> str:
    """The question key that a label suggests: `Chiave Nueva` -> `chiave_nueva`; empty when no letter is left."""
    return _NOT_IN_A_KEY.sub("_", fold(label)).strip("_").lstrip("0123456789_")


def join_words(text: str) -> str:
    """`Expo  Madrid 2026` -> `Expo_Madrid_2026`."""
    return "_".join(text.split())
