"""The pages of lists that may have millions of rows."""

from functools import cached_property
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db import connections
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext

# So many rows of a list are counted, and can be turned to page by page; what is further is found by filters. What is
# filtered or searched has to be found before it can be counted, so that fewer of it are.
MOST_OF_ALL = 10_000
MOST_FOUND = 1_000


class BoundedPaginator(Paginator[Any]):
    """Pages of the first rows, which reads no more than it takes to know that there are more.

    `count` is how many rows the pages have, `is_whole` whether these are all, `total` how many all are, in words.
    """

    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        return min(self._counted, self._most)

    @property
    def is_whole(self) -> bool:
        return self._counted <= self._most

    @cached_property
    def total(self) -> str:
        """Exact, or about how many, or more than were counted."""
        if self.is_whole:
            return str(self.count)
        if not self.is_filtered and (estimate := rows_by_statistics(self.object_list)) > self._most:
            return gettext("about %(number)s") % {"number": _grouped(_rounded(estimate))}
        return gettext("more than %(number)s") % {"number": _grouped(self._most)}

    @property
    def is_filtered(self) -> bool:
        return bool(self.object_list.query.where)

    @cached_property
    def found(self) -> list[Any]:
        """The keys of what is filtered or searched, one more than the pages have where there are more; in no order.

        An order, and a page's few rows of it, would tempt PostgreSQL to look for them from the newest row on, through
        the whole table when they are old or few.
        """
        return list(self.object_list.order_by().values_list("pk", flat=True)[: self._most + 1])

    @property
    def _most(self) -> int:
        return MOST_FOUND if self.is_filtered else MOST_OF_ALL

    @cached_property
    def _counted(self) -> int:
        return len(self.found) if self.is_filtered else self.object_list.order_by()[: self._most + 1].count()


class BoundedChangeList(ChangeList):
    """A list that looks for the keys of a page's rows, which an index has, before it reads these rows and no others."""

    paginator: BoundedPaginator

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = self.apply_select_related(self.root_queryset).order_by(*self.queryset.query.order_by)
        if self.paginator.is_filtered and self.paginator.is_whole:
            rows = rows.filter(pk__in=self.paginator.found)
            first = (self.page_num - 1) * self.list_per_page
            self.result_list = rows[first : first + self.list_per_page] if self._is_cut() else rows
        else:
            self.result_list = rows.filter(pk__in=self.result_list.values("pk"))

    def _is_cut(self) -> bool:
        return self.multi_page and not (self.show_all and self.can_show_all)


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
