"""Lists that are too long to be counted, or read to their end."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from easycall import paginator
from leads.admin.lead import LeadAdmin
from leads.admin.submission import SubmissionAdmin
from leads.models import Lead, UnknownKey
from tests.admin.pages import queries_of, text_of
from tests.factories import LeadFactory, SubmissionFactory, UnknownKeyFactory

pytestmark = pytest.mark.django_db

LEADS = reverse("admin:leads_lead_changelist")
SUBMISSIONS = reverse("admin:leads_submission_changelist")
UNKNOWN_KEYS = reverse("admin:leads_unknownkey_changelist")


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows a page, and no more than four, or three of what is found."""
    monkeypatch.setattr(paginator, "MOST_OF_ALL", 4)
    monkeypatch.setattr(paginator, "MOST_FOUND", 3)
    for page in (LeadAdmin, SubmissionAdmin):
        monkeypatch.setattr(page, "list_per_page", 2)


def rows(client: Client, url: str, **params: Any) -> list[Any]:
    return list(client.get(url, params).context["cl"].result_list)


def footer(client: Client, url: str, **params: Any) -> str:
    """The line under the list."""
    return text_of(HttpResponse(client.get(url, params).content.decode().partition('<div class="paginator">')[2]))


def test_pages_of_a_short_list_have_every_row_once(admin_client: Client, short: None) -> None:
    leads = LeadFactory.create_batch(3)
    for params in ({}, {"q": "Lucía"}, {"warning": "none"}):
        assert rows(admin_client, LEADS, **params) == [leads[2], leads[1]]
        assert rows(admin_client, LEADS, p=2, **params) == [leads[0]]
        assert rows(admin_client, LEADS, p=2, o=1, **params) == [leads[2]]
        assert rows(admin_client, LEADS, all="", **params) == leads[::-1]


def test_short_list_is_counted_to_the_last_row(admin_client: Client, short: None) -> None:
    LeadFactory.create_batch(3)
    assert "1 2 3 leads Show all" in footer(admin_client, LEADS)
    assert "3 results" in text_of(admin_client.get(LEADS, {"q": "Lucía"}))


def test_filtered_list_is_counted_up_to_a_number(admin_client: Client, short: None) -> None:
    leads = LeadFactory.create_batch(4)
    words = footer(admin_client, LEADS, q="Lucía")
    assert "1 2 more than 3 leads" in words
    assert "filters find the others" in words
    assert "more than 3 results" in text_of(admin_client.get(LEADS, {"q": "Lucía"}))
    assert rows(admin_client, LEADS, q="Lucía", p=2) == [leads[1]]


@pytest.mark.sqlite
def test_long_list_is_more_than_was_counted(admin_client: Client, short: None) -> None:
    LeadFactory.create_batch(5)
    assert "1 2 more than 4 leads" in footer(admin_client, LEADS)


@pytest.mark.postgresql
def test_long_list_is_about_as_long_as_postgresql_knows(admin_client: Client, short: None) -> None:
    LeadFactory.create_batch(5)
    assert "1 2 more than 4 leads" in footer(admin_client, LEADS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE leads_lead")
    assert "1 2 about 5 leads" in footer(admin_client, LEADS)
    assert "more than 3 leads" in footer(admin_client, LEADS, warning="none")


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("language", "words"), [("en", "about 5,200,000"), ("es", "alrededor de 5.200.000"), ("it", "circa 5.200.000")]
)
def test_millions_are_told_roughly(admin_client: Client, short: None, language: str, words: str) -> None:
    LeadFactory.create_batch(5)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_class SET reltuples = 5167201 WHERE relname = 'leads_lead'")
    page = admin_client.get(LEADS, headers={"accept-language": language})
    assert f"{words} leads" in text_of(page) or f"{words} lead " in text_of(page)


def test_pages_end_where_counting_ends(admin_client: Client, short: None) -> None:
    leads = LeadFactory.create_batch(6)
    assert rows(admin_client, LEADS, p=2) == [leads[3], leads[2]]
    assert admin_client.get(LEADS, {"p": "3"}).status_code == 302
    assert rows(admin_client, LEADS, o=1) == leads[:2]


def test_action_on_all_reaches_what_no_page_has(admin_client: Client, short: None) -> None:
    submissions = SubmissionFactory.create_batch(5, rejected=True)
    page = admin_client.get(SUBMISSIONS, {"outcome__exact": "rejected"})
    assert "Select all (more than 3), on these pages and beyond" in text_of(page)
    data = {"action": "replay_picked", "select_across": "1", "index": "0", ACTION_CHECKBOX_NAME: [submissions[0].pk]}
    asked = admin_client.post(f"{SUBMISSIONS}?outcome__exact=rejected", data)
    assert "5 of these submissions can be replayed." in text_of(asked)


def test_other_orders_stay(admin_client: Client) -> None:
    now = timezone.now()
    old, new = (UnknownKeyFactory.create(count=n, last_seen=now - timedelta(days=n)) for n in (2, 1))
    assert rows(admin_client, UNKNOWN_KEYS) == [new, old]
    assert rows(admin_client, UNKNOWN_KEYS, q="unknown", o="-3") == [old, new]
    assert UnknownKey.objects.count() == 2


# Two of them read the saved filters and the columns that were chosen.
LISTS = [
    (LEADS, "", 9),
    (LEADS, "q=600111222", 10),
    (LEADS, "q=nobody+at+all", 8),
    (LEADS, "channel=web", 9),
    (LEADS, "warning=any&period=week", 9),
    (LEADS, "duplicates=no", 9),
    (SUBMISSIONS, "", 8),
    (SUBMISSIONS, "outcome__exact=accepted", 8),
    (SUBMISSIONS, "q=0193aaaa-0000-7000-8000-000000000000", 8),
]


@pytest.mark.parametrize(("url", "query", "number"), LISTS)
def test_queries_of_a_list_do_not_grow_with_its_rows(admin_client: Client, url: str, query: str, number: int) -> None:
    LeadFactory.create(channel="web", warning_codes="invalid_phone")
    one = queries_of(admin_client, f"{url}?{query}")
    LeadFactory.create_batch(29, channel="web", warning_codes="invalid_phone")
    assert (one, queries_of(admin_client, f"{url}?{query}")) == (number, number)


def test_page_reads_no_row_of_another(admin_client: Client, short: None) -> None:
    LeadFactory.create_batch(3)
    (read,) = {len(rows(admin_client, LEADS, **params)) for params in ({}, {"warning": "none"})}
    assert (read, Lead.objects.count()) == (2, 3)


@pytest.mark.parametrize("params", [{}, {"warning": "none"}, {"q": "Lucía"}])
def test_rows_of_a_page_are_read_by_their_keys(admin_client: Client, short: None, params: dict[str, str]) -> None:
    LeadFactory.create_batch(5)
    sql = str(admin_client.get(LEADS, params).context["cl"].result_list.query)
    assert sql.partition(" WHERE ")[2].startswith('"leads_lead"."id" IN (')
