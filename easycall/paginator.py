"""The pages of lists that may have millions of rows."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db import connections
from django.db.models import Model, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext

# So many rows of a list are counted, and can be turned to page by page; what is further is found by filters. What is
# filtered or searched has to be found before it can be counted, so that fewer of it are.
MOST_OF_ALL = 10_000
MOST_FOUND = 1_000


class BoundedPaginator(Paginator[Any]):
    """Pages of the first rows, which reads no more than it takes to know that there are more.

    `count` is how many rows the pages have; `is_whole` whether these are all.
    """

    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        return min(self._counted, self.most)

    @property
    def is_whole(self) -> bool:
        return self._counted <= self.most

    @cached_property
    def most(self) -> int:
        return MOST_FOUND if self.object_list.query.where else MOST_OF_ALL

    @cached_property
    def total(self) -> str:
        """How many rows there are, in words: exact, about how many, or more than were counted."""
        if self.is_whole:
            return str(self.count)
        if self.most == MOST_OF_ALL and (estimate := rows_by_statistics(self.object_list)) > self.most:
            return gettext("about %(number)s") % {"number": _grouped(_rounded(estimate))}
        return gettext("more than %(number)s") % {"number": _grouped(self.most)}

    @cached_property
    def _counted(self) -> int:
        # Without an order the database is free to read what is nearest.
        return self.object_list.order_by()[: self.most + 1].count()


def rows_by_statistics(rows: QuerySet[Model]) -> int:
    """About how many rows the table has; 0 where the database keeps no count or hasn't looked yet."""
    connection = connections[rows.db]
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [rows.model._meta.db_table])
        return max(int(cursor.fetchone()[0]), 0)


def _rounded(number: int) -> int:
    """To two digits, because the others would only seem to be known."""
    return round(number, 2 - len(str(number)))


def _grouped(number: int) -> str:
    return number_format(number, use_l10n=True, force_grouping=True)
