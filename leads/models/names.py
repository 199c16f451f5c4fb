import re
from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from easycall.text import without_accents

_WORD = re.compile(r"[^\W_]+")
# PostgreSQL's index takes words of 2 kB; no name has one of this length.
_WORD_LENGTH = 100
_APOSTROPHES = str.maketrans("", "", "'’‘`´")


def name_words(text: str) -> list[str]:
    """The words of a name without case and accents: `D'Àngelo, Lucía` -> `d`, `angelo`, `lucia`."""
    return [word[:_WORD_LENGTH] for word in _WORD.findall(without_accents(text).casefold())]


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


class Words(models.Func):
    """What is indexed of a NameWordsField: each of its words on PostgreSQL, the text elsewhere."""

    template = "array_to_tsvector(string_to_array(ltrim(%(expressions)s), ' '))"
    output_field = models.TextField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        return compiler.compile(self.source_expressions[0])


class HasWords(models.Func):
    """Whether each of `words` (see `name_words`) is the start of a word of a NameWordsField."""

    output_field = models.BooleanField()
    conditional = True

    def __init__(self, field: str, words: Sequence[str]) -> None:
        super().__init__(Words(models.F(field)))
        self.words = words

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        indexed, parameters = compiler.compile(self.source_expressions[0])
        return f"{indexed} @@ %s::tsquery", [*parameters, " & ".join(f"'{word}':*" for word in self.words)]

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        text, parameters = compiler.compile(self.source_expressions[0])
        return " AND ".join([f"instr({text}, %s) > 0"] * len(self.words)), [
            *parameters * len(self.words),
            *(f" {word}" for word in self.words),
        ]
