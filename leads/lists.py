"""What people keep of a list, and what they take out of it."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from leads.enums import ColumnUse, ExportFormat, ListName
from leads.exports import Row
from leads.models import ColumnChoice, Export, SavedFilter
from leads.models.lists import QUERY_LENGTH

_Row = TypeVar("_Row", bound=Model)

# So many rows are read at once, each time from the last one's id on: no statement takes long, whatever is exported.
CHUNK = 1_000
# Above a list there is no room for more, and nobody finds one among so many.
MOST_FILTERS = 30


def filters_for(user: User, list_name: ListName) -> QuerySet[SavedFilter]:
    """A user's own, and those that others share."""
    own_or_shared = SavedFilter.objects.filter(Q(owner=user) | Q(shared=True), list_name=list_name)
    return own_or_shared.select_related("owner").order_by("name", "pk")


@transaction.atomic
def save_filter(*, list_name: ListName, name: str, query: str, shared: bool, by: User) -> SavedFilter:
    """Keep a query that the list knows; the user's own of that name is replaced.

    Raises ValidationError for one that can't be kept, PermissionDenied where sharing is not allowed.
    """
    if shared and not by.has_perm("leads.share_savedfilter"):
        raise PermissionDenied
    if len(query) > QUERY_LENGTH:
        raise ValidationError(_("This filter is too long to be saved."))
    # The user's row, so that no two requests count at the same time.
    User.objects.select_for_update().get(pk=by.pk)
    own = SavedFilter.objects.filter(owner=by, list_name=list_name)
    if own.exclude(name=name).count() >= MOST_FILTERS:
        raise ValidationError(_("You have %(count)d filters here. Delete one first.") % {"count": MOST_FILTERS})
    return SavedFilter.objects.update_or_create(
        owner=by, list_name=list_name, name=name, defaults={"query": query, "shared": shared}
    )[0]


def may_delete(saved: SavedFilter, user: User) -> bool:
    """Its owner, and of a shared one whoever may share."""
    return saved.owner_id == user.pk or (saved.shared and user.has_perm("leads.share_savedfilter"))


def delete_filter(*, saved: SavedFilter, by: User) -> None:
    """Raises PermissionDenied."""
    if not may_delete(saved, by):
        raise PermissionDenied
    saved.delete()


def chosen_columns(user: User, list_name: ListName, use: ColumnUse) -> list[str]:
    """The names that somebody chose; none when nothing was chosen yet. One query."""
    names = ColumnChoice.objects.filter(user=user, list_name=list_name, use=use).values_list("names", flat=True)
    return next(iter(names), [])


def choose_columns(*, list_name: ListName, use: ColumnUse, names: Sequence[str], by: User) -> None:
    ColumnChoice.objects.update_or_create(user=by, list_name=list_name, use=use, defaults={"names": list(names)})


def begin_export(*, list_name: ListName, query: str, form: ExportFormat, columns: Sequence[str], by: User) -> Export:
    """Note that somebody takes rows out, before the first of them goes. Raises ValidationError for an endless query."""
    if len(query) > QUERY_LENGTH:
        raise ValidationError(_("This filter is too long to be kept, and what is exported is kept with its filter."))
    return Export.objects.create(list_name=list_name, query=query, format=form, columns=list(columns), by=by)


def exported(
    export: Export, rows: QuerySet[_Row], texts_of: Callable[[_Row], Row], *, few: bool = False
) -> Iterator[list[Row]]:
    """The rows in chunks, `few` of them at once, the newest first.

    They are counted in the history, also when they are broken off.
    """
    count = 0
    try:
        for chunk in _chunks(rows, few=few):
            count += len(chunk)
            yield [texts_of(row) for row in chunk]
        Export.objects.filter(pk=export.pk).update(finished_at=timezone.now())
    finally:
        Export.objects.filter(pk=export.pk).update(rows=F("rows") + count)


def _chunks(rows: QuerySet[_Row], *, few: bool) -> Iterator[list[_Row]]:
    """The rows of one stretch of the table's ids after the other, however few of each are wanted.

    A limit instead would have PostgreSQL look for all that is filtered again for each chunk. `few` are one chunk.
    """
    rows = rest = rows.order_by("-pk")
    ids = rest_of_ids = rows.model._base_manager.order_by("-pk").values_list("pk", flat=True)
    while not few and (lowest := list(rest_of_ids[CHUNK - 1 : CHUNK])):
        yield list(rest.filter(pk__gte=lowest[0]))
        rest, rest_of_ids = rows.filter(pk__lt=lowest[0]), ids.filter(pk__lt=lowest[0])
    yield list(rest)
