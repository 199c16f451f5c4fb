"""Text as people write it, compared as people mean it."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s\-_]+")
_NOT_IN_A_KEY = re.compile(r"[^a-z0-9]+")


def without_accents(text: str) -> str:
    """`Dirección` -> `Direccion`; compatibility forms (full-width letters, ligatures) become plain ones."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def fold(key: str) -> str:
    """What two spellings of one key have in common: `Teléfono  Móvil`, `telefono-movil` -> `telefono_movil`."""
    return _SEPARATORS.sub("_", without_accents(key).casefold()).strip("_")


def suggest_key(label: str) -> str:
    """The question key that a label suggests: `Chiave Nueva` -> `chiave_nueva`; empty when no letter is left."""
    return _NOT_IN_A_KEY.sub("_", fold(label)).strip("_").lstrip("0123456789_")


def join_words(text: str) -> str:
    """`Expo  Madrid 2026` -> `Expo_Madrid_2026`."""
    return "_".join(text.split())
