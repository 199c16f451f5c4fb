from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from leads import fills
from leads.enums import KeyState
from leads.models import Fill, ImportMapping, Lead, UnknownKey
from tests.admin.pages import queries_of, text_of
from tests.factories import (
    ImportMappingFactory,
    LeadFactory,
    UnknownKeyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def mapping() -> ImportMapping:
    return ImportMappingFactory.create(external_code="expo", user__username="landing", campaign__name="Expo")


@pytest.fixture
def unknown(mapping: ImportMapping) -> UnknownKey:
    return UnknownKeyFactory.create(mapping=mapping, key="Tipo Piso", samples="ático\nbajo", count=7)


def page_of(unknown: UnknownKey, name: str = "change") -> str:
    return reverse(f"admin:leads_unknownkey_{name}", args=[unknown.pk])


def carrier(mapping: ImportMapping, value: Any = "ático", **columns: Any) -> Lead:
    kept_aside = {"Tipo Piso": {"value": value, "reason": "unknown_key"}}
    return LeadFactory.create(mapping=mapping, kept_aside=kept_aside, **columns)


def make_alias(client: Client, unknown: UnknownKey, target: str = "otro") -> HttpResponse:
    return client.post(page_of(unknown, "alias"), {"target": target})


def test_queries_of_the_page_do_not_grow_with_what_it_shows(
    admin_client: Client, admin: User, mapping: ImportMapping, unknown: UnknownKey
) -> None:
    make_alias(admin_client, unknown)
    carrier(mapping)
    fills.fill(unknown=UnknownKey.objects.get(), by=admin)
    carrier(mapping)

    def more() -> None:
        for _ in range(30):
            carrier(mapping)
        fills.fill(unknown=UnknownKey.objects.get(), by=UserFactory.create())
        for _ in range(30):
            carrier(mapping)

    admin_client.get(page_of(unknown))  # what every page asks once a process
    before = queries_of(admin_client, page_of(unknown))
    more()
    assert (before, queries_of(admin_client, page_of(unknown))) == (12, 12)


def test_before_filling_the_page_says_how_many_and_shows_some(
    admin_client: Client, mapping: ImportMapping, unknown: UnknownKey
) -> None:
    carrier(mapping)
    carrier(mapping, "bajo", otro="garaje")
    make_alias(admin_client, unknown)
    words = text_of(admin_client.get(page_of(unknown)))
    assert "2 earlier leads of this Import API carry the key. 1 has nothing there and would be filled;" in words
    assert "1 has a value already and stays as it is." in words
    assert "Lucía ático – ático Lucía bajo garaje stays as it is" in words
    assert not Fill.objects.exists()


def test_one_click_fills_and_one_undoes(admin_client: Client, mapping: ImportMapping, unknown: UnknownKey) -> None:
    lead = carrier(mapping)
    make_alias(admin_client, unknown)
    words = text_of(admin_client.post(page_of(unknown, "fill"), follow=True))
    assert "1 lead was filled." in words
    lead.refresh_from_db()
    assert lead.otro == "ático"
    undo = reverse("admin:leads_unknownkey_undo", args=[Fill.objects.get().pk])
    words = text_of(admin_client.post(undo, follow=True))
    assert "1 lead is as it was." in words
    lead.refresh_from_db()
    assert lead.otro == ""
    history = text_of(admin_client.get(reverse("admin:leads_lead_change", args=[lead.pk])))
    assert "Filled from what was kept aside" in history
    assert "Other: – → ático" in history
    assert "Filling undone" in history


def test_what_takes_longer_than_a_request_goes_on_with_the_next(
    admin_client: Client, mapping: ImportMapping, unknown: UnknownKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fills, "PORTION", 1)
    monkeypatch.setattr(fills.fill, "__kwdefaults__", {"patience": 0})
    monkeypatch.setattr(fills.undo, "__kwdefaults__", {"patience": 0})
    for _ in range(2):
        carrier(mapping)
    make_alias(admin_client, unknown)
    first = admin_client.post(page_of(unknown, "fill"), follow=True)
    assert "data-goes-on" in first.content.decode()
    assert "data-goes-on" not in admin_client.get(page_of(unknown)).content.decode()
    while Fill.objects.get().finished_at is None:
        admin_client.post(page_of(unknown, "fill"))
    undo = reverse("admin:leads_unknownkey_undo", args=[Fill.objects.get().pk])
    assert f'action="{undo}" data-goes-on' in admin_client.post(undo, follow=True).content.decode()
    while Fill.objects.get().undone_at is None:
        admin_client.post(undo)
    assert Fill.objects.get().restored_count == 2


def test_warnings_of_a_filling_are_in_the_history_in_words(
    admin_client: Client, mapping: ImportMapping, unknown: UnknownKey
) -> None:
    lead = carrier(mapping, "12")
    make_alias(admin_client, unknown, "telefono")
    admin_client.post(page_of(unknown, "fill"))
    history = text_of(admin_client.get(reverse("admin:leads_lead_change", args=[lead.pk])))
    assert "Warnings of “Tipo Piso”: – → doubtful phone" in history


def test_nothing_happens_by_looking(admin_client: Client, mapping: ImportMapping, unknown: UnknownKey) -> None:
    carrier(mapping)
    admin_client.get(page_of(unknown, "dismiss"))
    make_alias(admin_client, unknown)
    admin_client.get(page_of(unknown, "fill"))
    assert UnknownKey.objects.get().state == KeyState.KNOWN
    assert not Fill.objects.exists()
