from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import Role
from leads import lists
from leads.enums import ColumnUse, ExportFormat, ListName
from leads.models import ColumnChoice, Export, Lead, SavedFilter
from tests.factories import LeadFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def marta() -> User:
    return UserFactory.create(staff=True, role=Role.SUPPORT)


def saved(by: User, name: str = "Open", *, query: str = "state__exact=open", shared: bool = False) -> SavedFilter:
    return lists.save_filter(list_name=ListName.LEADS, name=name, query=query, shared=shared, by=by)


def test_filter_of_the_same_name_is_replaced(marta: User) -> None:
    saved(marta)
    saved(marta, query="q=ana")
    assert [row.query for row in SavedFilter.objects.all()] == ["q=ana"]


def test_everybody_sees_their_own_and_the_shared_ones_of_the_list(marta: User) -> None:
    other = UserFactory.create(staff=True, role=Role.OPERATOR)
    mine, shared = saved(marta), saved(marta, "Today", shared=True)
    lists.save_filter(list_name=ListName.SUBMISSIONS, name="Elsewhere", query="", shared=True, by=marta)
    assert list(lists.filters_for(marta, ListName.LEADS)) == [mine, shared]
    assert list(lists.filters_for(other, ListName.LEADS)) == [shared]


def test_sharing_takes_its_permission(marta: User) -> None:
    with pytest.raises(PermissionDenied):
        saved(UserFactory.create(staff=True, role=Role.OPERATOR), shared=True)
    assert saved(marta, shared=True).shared


def test_own_filters_are_deleted_and_shared_ones_by_who_may_share(marta: User) -> None:
    operator, other = UserFactory.create(staff=True, role=Role.OPERATOR), UserFactory.create(role=Role.SUPPORT)
    private, shared = saved(marta), saved(marta, "Today", shared=True)
    for row, who in ((private, other), (shared, operator)):
        with pytest.raises(PermissionDenied):
            lists.delete_filter(saved=row, by=who)
    lists.delete_filter(saved=private, by=marta)
    lists.delete_filter(saved=shared, by=other)
    assert not SavedFilter.objects.exists()


def test_one_user_has_thirty_filters_of_a_list_at_most(marta: User) -> None:
    SavedFilter.objects.bulk_create(
        SavedFilter(owner=marta, list_name=ListName.LEADS, name=f"f{n}") for n in range(lists.MOST_FILTERS)
    )
    saved(marta, "f1")
    with pytest.raises(ValidationError):
        saved(marta, "another")


def test_columns_are_remembered_for_the_user_the_list_and_the_use(marta: User) -> None:
    lists.choose_columns(list_name=ListName.LEADS, use=ColumnUse.LIST, names=["nome"], by=marta)
    lists.choose_columns(list_name=ListName.LEADS, use=ColumnUse.LIST, names=["nome", "cap"], by=marta)
    assert lists.chosen_columns(marta, ListName.LEADS, ColumnUse.LIST) == ["nome", "cap"]
    assert lists.chosen_columns(marta, ListName.LEADS, ColumnUse.EXPORT) == []
    assert lists.chosen_columns(marta, ListName.SUBMISSIONS, ColumnUse.LIST) == []
    assert lists.chosen_columns(UserFactory.create(), ListName.LEADS, ColumnUse.LIST) == []


def begun(by: User) -> Export:
    return lists.begin_export(list_name=ListName.LEADS, query="q=x", form=ExportFormat.CSV, columns=["nome"], by=by)


def test_rows_go_out_in_chunks_the_newest_first(marta: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "CHUNK", 2)
    for name in "abcde":
        LeadFactory.create(nome=name)
    export = begun(marta)
    with CaptureQueriesContext(connection) as captured:
        chunks = list(lists.exported(export, Lead.objects.all(), lambda lead: [lead.nome]))
    assert chunks == [[["e"], ["d"]], [["c"], ["b"]], [["a"]]]
    # The stretch and its rows, three times; and the two lines of the history.
    assert len(captured) == 2 * 3 + 2
    export.refresh_from_db()
    assert export.rows == 5
    assert export.finished_at is not None


def test_statement_of_a_late_chunk_is_no_longer_than_that_of_an_early_one(
    marta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "CHUNK", 1)
    LeadFactory.create_batch(6)
    with CaptureQueriesContext(connection) as captured:
        list(lists.exported(begun(marta), Lead.objects.all(), lambda lead: [lead.nome]))
    conditions = [query["sql"].count(" AND ") for query in captured if 'FROM "leads_lead"' in query["sql"]]
    assert conditions[4:6] == conditions[-4:-2]


@pytest.mark.parametrize("few", [False, True])
@pytest.mark.parametrize("number", [0, 1, 4, 5])
def test_every_row_that_is_filtered_goes_out_once(
    number: int, few: bool, marta: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "CHUNK", 2)
    wanted = []
    for each in range(number):
        LeadFactory.create(nome="other")
        wanted.append([str(LeadFactory.create(nome=f"n{each}").pk)])
    rows = Lead.objects.exclude(nome="other")
    chunks = lists.exported(begun(marta), rows, lambda lead: [str(lead.pk)], few=few)
    assert [row for chunk in chunks for row in chunk] == wanted[::-1]


def test_export_that_is_broken_off_says_how_many_rows_went_out(marta: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "CHUNK", 1)
    LeadFactory.create_batch(3)
    export = begun(marta)
    chunks: Any = lists.exported(export, Lead.objects.all(), lambda lead: [lead.nome])
    next(chunks)
    next(chunks)
    chunks.close()
    export.refresh_from_db()
    assert (export.rows, export.finished_at) == (2, None)


@pytest.mark.parametrize(
    ("model", "columns", "constraint"),
    [
        (SavedFilter, {"list_name": "x", "name": "a"}, "savedfilter_list_is_known"),
        (SavedFilter, {"list_name": "lead", "name": ""}, "savedfilter_has_a_name"),
        (ColumnChoice, {"list_name": "x", "use": "list"}, "columnchoice_list_is_known"),
        (ColumnChoice, {"list_name": "lead", "use": "x"}, "columnchoice_use_is_known"),
        (Export, {"list_name": "x", "format": "csv"}, "export_list_is_known"),
        (Export, {"list_name": "lead", "format": "x"}, "export_format_is_known"),
    ],
)
def test_database_refuses_what_is_not_known(model: Any, columns: dict[str, str], constraint: str, marta: User) -> None:
    who = {SavedFilter: "owner", ColumnChoice: "user", Export: "by"}[model]
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.create(**{who: marta}, **columns)


@pytest.mark.parametrize(
    ("model", "columns"),
    [(SavedFilter, {"list_name": "lead", "name": "a"}), (ColumnChoice, {"list_name": "lead", "use": "list"})],
)
def test_database_has_each_once(model: Any, columns: dict[str, str], marta: User) -> None:
    who = {SavedFilter: "owner", ColumnChoice: "user"}[model]
    model.objects.create(**{who: marta}, **columns)
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**{who: marta}, **columns)
