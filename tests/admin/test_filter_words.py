"""What an export was filtered by, in the words of whoever reads the history of exports."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test import RequestFactory
from django.utils.translation import override

from leads.admin.filter_words import FilterWords
from leads.admin.lead import LeadAdmin
from leads.admin.submission import SubmissionAdmin
from leads.models import ImportMapping, UnknownKey
from tests.factories import ImportMappingFactory, UnknownKeyFactory

pytestmark = pytest.mark.django_db

ONE = UUID("0193aaaa-0000-7000-8000-000000000001")


def said(query: str, list_name: str = "lead") -> str:
    return FilterWords(RequestFactory().get("/"), [query]).of(list_name, query)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with override("en"):
        yield


@pytest.fixture
def mapping() -> ImportMapping:
    return ImportMappingFactory.create(external_code="expo", user__username="acme", campaign__name="Expo")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", ""),
        ("o=-1", ""),
        ("q=ana+p%C3%A9rez&o=1", "Text searched for: “ana pérez”"),
        ("state__exact=open&is_test__exact=0", "State: open; Test lead: No"),
        ("period=week&channel=web", "Date received: Past 7 days; Channel: web"),
        ("from=2026-05-04", "Date received: 05/04/2026 – …"),
        ("from=2026-05-04&to=2026-06-01", "Date received: 05/04/2026 – 06/01/2026"),
        ("from=x&to=", ""),
        ("warning=any", "Warnings: With warnings"),
        ("warning=invalid_phone&duplicates=yes", "Warnings: doubtful phone; Duplicates: Marked as duplicates"),
        (f"duplicates={ONE}", "Duplicates: Of one lead"),
        (f"of={ONE}", "Received submission: …000000000001"),
        ("campaign__id__exact=0&mapping__id__exact=x&carries=", "Unknown key: –; Campaign: –; Import API: –"),
        ("state__exact=gone", "State: gone"),
    ],
)
def test_filters_of_leads(query: str, words: str) -> None:
    assert said(query) == words


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("outcome__exact=rejected", "Outcome: rejected"),
        ("problem=malformed-body", "Problem: The body can't be read"),
        ("duplicates=yes&tests=no", "Duplicates: With leads marked as duplicates; Tests: Without tests"),
        ("period=today", "Date received: Today"),
    ],
)
def test_filters_of_submissions(query: str, words: str) -> None:
    assert said(query, "submission") == words


def test_rows_are_named(mapping: ImportMapping) -> None:
    unknown: UnknownKey = UnknownKeyFactory.create(key="movil_2")
    query = f"campaign__id__exact={mapping.campaign_id}&mapping__id__exact={mapping.pk}&carries={unknown.pk}"
    assert said(query) == "Unknown key: movil_2; Campaign: Expo; Import API: expo (acme)"
    assert said(f"user__id__exact={mapping.user_id}", "submission") == "User: acme"


def test_words_are_those_of_the_reader() -> None:
    with override("es"):
        assert said("state__exact=open&q=ana") == "Texto buscado: “ana”; Estado: abierto"
    with override("it"):
        assert said("state__exact=open&q=ana") == "Testo cercato: “ana”; Stato: aperto"


@pytest.mark.parametrize("page", [LeadAdmin, SubmissionAdmin])
def test_every_filter_of_a_list_has_words(page: Any, mapping: ImportMapping) -> None:
    """A filter that is added to a list, and that nothing here knows, would be left out of the history."""
    for each in page.list_filter:
        parameters = getattr(each, "parameters", None) or [getattr(each, "parameter_name", "")]
        if isinstance(each, str | tuple):
            name = each if isinstance(each, str) else each[0]
            parameters = [f"{name}__exact", f"{name}__id__exact"]
        assert any(said(f"{name}=1", str(page.list_name)) for name in parameters) or "period" in parameters


def test_exports_are_named_in_as_many_queries_for_one_as_for_thirty(
    mapping: ImportMapping, django_assert_num_queries: Any
) -> None:
    for count in (1, 30):
        queries = [f"campaign__id__exact={mapping.campaign_id + n}&carries={n}" for n in range(count)]
        with django_assert_num_queries(2):
            FilterWords(RequestFactory().get("/"), queries)
