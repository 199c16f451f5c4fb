"""Who changed what of the set-up: what models keep of each change, and how it reads, before and after."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.formats import localize
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from simple_history.models import HistoricalRecords

# The latest changes that a page shows.
SHOWN = 200

_OWN = frozenset({"id", "history_id", "history_date", "history_change_reason", "history_type", "history_user"})


# By the name of a column: how a value reads that has no words of its own, such as a code. Of a relation to many it is
# given each row.
Words = Mapping[str, Callable[[Any], str]]


class History(HistoricalRecords):  # type: ignore[misc]  # the library has no types
    """A row for each change of a row. Columns that are left out, secrets above all, are never in it.

    A bulk `update` leaves no trace: what changes set-up saves, or changes only what is left out here.
    """

    def post_save(self, instance: models.Model, created: bool, using: str | None = None, **kwargs: Any) -> None:
        columns = kwargs.get("update_fields")
        if columns is None or set(columns) - set(self.excluded_fields):
            super().post_save(instance, created, using=using, **kwargs)

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        # Who may see a row may see its history.
        return {**super().get_meta_options(model), "default_permissions": ()}

    def get_meta_options_m2m(self, through_model: type[models.Model]) -> dict[str, Any]:
        return {**super().get_meta_options_m2m(through_model), "default_permissions": ()}


@dataclass(frozen=True, slots=True)
class Edit:
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one row. `thing` names the row where it is not the one that the page is about."""

    at: datetime
    by: str
    what: str
    thing: str
    edits: tuple[Edit, ...]


def changes_of(
    records: models.QuerySet[Any], *, name: Callable[[Any], str] | None = None, words: Words | None = None
) -> list[Change]:
    """The latest changes of the rows whose history `records` is, the latest first. As many queries for any number.

    `name` names the row of a record, where they are not all of the same.
    """
    model, words = records.model, words or {}
    relations = [field.name for field in _fields(model) if field.is_relation]
    rows = list(records.select_related("history_user", *relations)[: SHOWN + 1])
    to_many = [field.name for field in getattr(model, "_history_m2m_fields", ()) if rows]
    several = {name: _several(rows, name, words) for name in to_many}
    before: dict[Any, dict[str, str]] = {}
    changes = []
    for row in reversed(rows):
        now = _columns(row, words) | {_label(model, field): texts.get(row.pk, "") for field, texts in several.items()}
        old = before.get(row.id, {})
        before[row.id] = now
        is_there = row.history_type != "-"
        edits = tuple(_edits(old, now)) if is_there else tuple(_edits(now, {}))
        # The oldest one of many is there only to compare with.
        is_cut = len(rows) > SHOWN and row is rows[-1]
        if edits and not is_cut:
            thing = name(row) if name else ""
            changes.append(Change(row.history_date, str(row.history_user or ""), _what(row), thing, edits))
    return changes[::-1]


def _edits(old: dict[str, str], now: dict[str, str]) -> Iterator[Edit]:
    for label in {**old, **now}:
        before, after = old.get(label, ""), now.get(label, "")
        if before != after:
            yield Edit(label, before, after)


def _what(row: Any) -> str:
    return {"+": _("added"), "~": _("changed"), "-": _("removed")}[row.history_type]


def _fields(model: type[models.Model]) -> Iterable[Any]:
    return [field for field in model._meta.concrete_fields if field.name not in _OWN]


def _columns(row: Any, words: Words) -> dict[str, str]:
    return {capfirst(field.verbose_name): _text(row, field, words) for field in _fields(type(row))}


def _text(row: Any, field: Any, words: Words) -> str:
    value = getattr(row, field.name)
    if field.name in words and value not in (None, ""):
        return words[field.name](value)
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, datetime):
        return str(localize(localtime(value)))
    return "" if value is None else str(value)


def _label(model: type[models.Model], name: str) -> str:
    return str(capfirst(model.instance_type._meta.get_field(name).verbose_name))  # type: ignore[attr-defined]


def _several(rows: Sequence[Any], name: str, words: Words) -> dict[Any, str]:
    """What the rows named in a relation to many, by their keys. One query."""
    field = type(rows[0]).instance_type._meta.get_field(name)
    target = field.m2m_reverse_field_name()
    further = [f"{target}__{each.name}" for each in field.related_model._meta.concrete_fields if each.is_relation]
    records = getattr(rows[0], name).model.objects.filter(history__in=[row.pk for row in rows])
    found: dict[Any, list[str]] = {}
    for record in records.select_related(target, *further):
        found.setdefault(record.history_id, []).append(words.get(name, str)(getattr(record, target)))
    return {key: ", ".join(sorted(texts)) for key, texts in found.items()}
