"""An administrator tries a lead on the page of an integration, sends it as a test, and shares the page."""

import json
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from leads import trials
from leads.models import Lead
from tests.factories import UserFactory
from tests.leads.kit.integration import Integration, make_integration

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def integration(db: None) -> Integration:
    return make_integration(code="expo_2026")


@pytest.fixture
def admin(db: None) -> User:
    user: User = UserFactory(admin=True)
    return user


@pytest.fixture
def kit(live_server: LiveServer, page: Page, integration: Integration, admin: User) -> Page:
    """The page of the integration, in the browser of somebody who is signed in."""
    client = Client()
    client.force_login(admin)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}/admin/leads/importmapping/{integration.mapping.pk}/kit/")
    return page


def test_lead_is_tried_sent_as_a_test_and_the_page_shared(kit: Page, integration: Integration) -> None:
    expect(kit.get_by_text("Waiting for the first lead")).to_be_visible()
    kit.get_by_label("Mobile phone").fill("600 11 12 22")
    kit.get_by_role("button", name="See what it would get").first.click()
    expect(kit.locator("#tried")).to_contain_text("+34600111222")
    assert not Lead.objects.exists()

    kit.get_by_role("button", name="Send it for real").click()
    expect(kit.locator(".kit-requests .kit-test")).to_have_count(1)
    assert Lead.objects.get().is_test
    receipt = kit.get_by_text(f'"id": "{Lead.objects.get().pk}"')
    expect(receipt).to_be_in_viewport()

    kit.get_by_role("button", name="Make a link").click()
    address = kit.locator("#made-link").inner_text()
    kit.goto(address)
    expect(kit.get_by_role("heading", name=integration.mapping.campaign.name, exact=True)).to_be_visible()


def test_what_comes_in_appears_within_two_seconds(kit: Page, integration: Integration, admin: User) -> None:
    expect(kit.get_by_text("Waiting for the first lead")).to_be_visible()
    expect(kit.locator(".swagger-ui .opblock")).to_have_count(2, timeout=20_000)
    kit.evaluate("window.stays = true")
    credential = trials.token_of(integration.mapping)
    assert credential
    trials.send(mapping=integration.mapping, credential=credential, body=b"{", content_type="", by=admin)
    expect(kit.locator(".kit-requests")).to_contain_text("HTTP 4", timeout=2_000)
    assert kit.evaluate("window.stays")


def test_body_that_the_page_can_not_send_is_not_sent(kit: Page) -> None:
    kit.get_by_text("Paste a body").click()
    kit.get_by_label("Body").fill(json.dumps({"notas": "ñ" * 500_000}))
    kit.get_by_role("button", name="See what it would get").last.click()
    assert "paste a few of its leads" in kit.get_by_label("Body").evaluate("area => area.validationMessage")
    kit.get_by_label("Body").fill(json.dumps({"email": "ana@example.com"}))
    kit.get_by_role("button", name="See what it would get").last.click()
    expect(kit.locator("#tried")).to_contain_text("ana@example.com")
