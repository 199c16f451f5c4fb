"""What the pages say of duplicates."""

import pytest
from django.test import Client
from django.urls import reverse

from leads.models import ImportMapping, Lead
from tests.admin.pages import text_of
from tests.admin.test_lead_admin import LIST, page_of, send
from tests.factories import ImportMappingFactory, LeadFactory

pytestmark = pytest.mark.django_db


def policy(action: str) -> ImportMapping:
    return ImportMappingFactory.create(external_code="expo", campaign__duplicate_action=action)


def test_both_pages_of_a_duplicate_name_the_other_and_what_told_it(admin_client: Client) -> None:
    mapping = policy("mark")
    first = Lead.objects.get(pk=send({"movil": "x", "mobile": "600111222", "nombre": "Lucía"}, mapping=mapping)["id"])
    again = Lead.objects.get(pk=send({"mobile": "600111222", "nombre": "Ana"}, mapping=mapping)["id"])
    page = admin_client.get(page_of(again))
    assert "This lead is a duplicate of Lucía . Same: mobile phone." in text_of(page)
    assert page_of(first) in page.content.decode()
    page = admin_client.get(page_of(first))
    assert "These leads are duplicates of this one: Ana ," in text_of(page)
    assert page_of(again) in page.content.decode()


def test_lead_without_duplicates_says_nothing_of_them(admin_client: Client) -> None:
    assert "duplicate" not in text_of(admin_client.get(page_of(LeadFactory.create())))


def test_of_many_duplicates_the_page_leads_to_the_list(admin_client: Client) -> None:
    lead = LeadFactory.create()
    duplicates = LeadFactory.create_batch(11, duplicate_of=lead, duplicate_rules="mobile")
    page = admin_client.get(page_of(lead))
    assert page.context["page"]["duplicates"][0].lead == duplicates[-1]
    url = f"{LIST}?duplicates={lead.pk}"
    assert url in page.content.decode()
    assert set(admin_client.get(url).context["cl"].queryset) == set(duplicates)


def test_list_says_which_leads_are_duplicates(admin_client: Client) -> None:
    LeadFactory.create(nome="Ana", duplicate_of=LeadFactory.create(), duplicate_rules="mobile")
    assert "Ana duplicate" in text_of(admin_client.get(LIST))


def test_history_says_what_a_merge_filled_and_what_it_did_not_take(admin_client: Client) -> None:
    mapping = policy("merge")
    send({"mobile": "600111222", "nombre": "Lucía"}, mapping=mapping)
    receipt = send({"mobile": "600111222", "nombre": "Ana", "ciudad": "Madrid"}, mapping=mapping)
    page = admin_client.get(page_of(Lead.objects.get()))
    told = "A duplicate was merged into it sender Same: mobile phone City: filled with Madrid First name: Lucía stays"
    assert told.replace("sender", str(mapping.user)) in text_of(page)
    assert reverse("admin:leads_submission_change", args=[receipt["submission"]]) in page.content.decode()


def test_history_names_a_refused_duplicate(admin_client: Client) -> None:
    mapping = policy("refuse")
    for _ in range(2):
        send({"mobile": "600111222"}, mapping=mapping)
    words = text_of(admin_client.get(page_of(Lead.objects.get())))
    assert f"A duplicate of it was refused {mapping.user} Same: mobile phone See the submission" in words
