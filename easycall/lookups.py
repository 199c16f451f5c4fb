"""What every request looks up: the SQL is made once, and the objects only when their rows have changed.

What is remembered is never older than the database: the rows are read each time, and compared.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import QuerySet

from easycall.prepared import fetch

Value = TypeVar("Value", int, str)
Made = TypeVar("Made")
Rows = tuple[tuple[Any, ...], ...]

# So many things are remembered; then all of them are forgotten.
MOST_REMEMBERED = 1_000


class Lookup(Generic[Value]):
    """A query by a list of values and by nothing else: `build` gives it for any list."""

    def __init__(self, build: Callable[[Sequence[Value]], "QuerySet[Any, Any]"]) -> None:
        self._build: Callable[[Sequence[Value]], QuerySet[Any, Any]] = build
        self._sql: dict[tuple[str, int], str] = {}

    def rows(self, values: Sequence[Value]) -> Rows:
        """The rows as the driver gives them: to be compared, not to be read."""
        form = connection.vendor, len(values)
        if form not in self._sql:
            self._sql[form] = self._build(values).query.sql_with_params()[0]
        return tuple(fetch(self._sql[form], values))


class Remembered(Generic[Value, Made]):
    """What `make` makes of a value, until the rows behind it are others."""

    def __init__(self, make: Callable[[Value], Made]) -> None:
        self._make: Callable[[Value], Made] = make
        self._made: dict[Value, tuple[Rows, Made]] = {}

    def get(self, value: Value, rows: Rows) -> Made:
        """Make it again unless the rows, which were read just now, are those of the last time."""
        known = self._made.get(value)
        if known is None or known[0] != rows:
            if len(self._made) >= MOST_REMEMBERED:
                self._made.clear()
            known = self._made[value] = rows, self._make(value)
        return known[1]
