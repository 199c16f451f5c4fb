"""What people look at all day fits a small screen, beside the menu and the filters."""

import json
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts import services
from leads.models import Lead
from tests.factories import ImportMappingFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = [1300, 1440]
LEAD = {
    "nombre": "María del Carmen",
    "apellido": "Fernández de la Vega",
    "telefono_movil": "+34 600 11",
    "telefono": "912 345 678",
    "correo_electronico": "maria.carmen.fernandez@correo-de-la-empresa.example.com",
    "fecha_caducidad": "mañana",
    "Channel": "facebook_lead_ads",
    "Telefon": "600111223",
}


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {"locale": "es-ES"}


@pytest.fixture
def lead(live_server: LiveServer, page: Page) -> Lead:
    """A lead with long values and warnings, and somebody signed in to see it."""
    mapping = ImportMappingFactory(
        user__username="landing_vivienda", external_code="expo_vivienda_2026", campaign__name="Expo Vivienda Madrid"
    )
    _, token = services.create_token(user=mapping.user, by=None)
    receipt = Client().post(
        "/easycall/spring", LEAD, content_type="application/json", headers={"authorization": f"Bearer {token}"}
    )
    client = Client()
    client.force_login(UserFactory(admin=True))
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    return Lead.objects.get(pk=json.loads(receipt.content)["id"])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("rows", ["lead", "submission"])
@pytest.mark.usefixtures("lead")
def test_no_column_of_a_list_is_cut(live_server: LiveServer, page: Page, rows: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/admin/leads/{rows}/")
    results = page.locator(".simplebar-content-wrapper", has=page.locator("#result_list"))
    assert results.evaluate("box => box.scrollWidth - box.clientWidth") == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_what_became_of_a_key_has_room_for_a_sentence(
    live_server: LiveServer, page: Page, lead: Lead, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{live_server.url}/admin/leads/lead/{lead.pk}/change/")
    note = page.locator("#sent .warning-note").first.bounding_box()
    assert note
    assert note["width"] > 220
