import re
from typing import Any

from django.db import models

from easycall.text import without_accents

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans("", "", "'’‘`´")


def name_words(text: str) -> list[str]:
    """The words of a name without case and accents: `D'Àngelo, Lucía` -> `d`, `angelo`, `lucia`."""
    return _WORD.findall(without_accents(text).casefold())


class NameWordsField(models.TextField[str, str]):
    """The words of a lead's names with a blank before each, kept up to date by every write that has the whole row.

    The databases fold case and accents each in its own way, or not at all; words that are folded here are compared
    alike on all of them. `D'Angelo` is findable as `Dangelo` too.
    """

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        names = " ".join(getattr(model_instance, name) for name in ("nome", "cognome", "nome_completo"))
        joined = names.translate(_APOSTROPHES)
        words = dict.fromkeys([*name_words(names), *(name_words(joined) if joined != names else ())])
        value = "".join(f" {word}" for word in words)
        setattr(model_instance, self.attname, value)
        return value
