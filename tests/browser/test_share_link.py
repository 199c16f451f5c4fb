"""An integrator, with a share link and a token and nothing else, gets from a wrong lead to a right one."""

import json
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from leads import share_links
from tests.factories import UserFactory
from tests.leads.kit.integration import Integration, make_integration

pytestmark = pytest.mark.django_db(transaction=True)

# What comes in is on the page within this time, in milliseconds.
SOON = 2_000


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {"locale": "en-GB", "viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complains of: a blocked script or style among them."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def integration(db: None) -> Integration:
    return make_integration(code="expo_2026")


def send(document: dict[str, Any], token: str, lead: dict[str, str]) -> Any:
    """By what the document says, as a program would."""
    [path, *_] = document["paths"]
    request = urllib.request.Request(
        document["servers"][0]["url"] + path,
        data=json.dumps(lead).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as problem:
        return json.load(problem)


def test_integrator_sends_a_wrong_lead_sees_why_and_sends_a_right_one(
    live_server: LiveServer, page: Page, tmp_path: Path, integration: Integration, complaints: list[str]
) -> None:
    _, text = share_links.make(mapping=integration.mapping, days=7, by=UserFactory(admin=True))
    page.goto(f"{live_server.url}/kit/{text}/")
    page.evaluate("window.stays = true")
    expect(page.get_by_text("Waiting for the first lead")).to_be_visible()
    expect(page.locator(".swagger-ui .opblock")).to_have_count(2, timeout=20_000)

    with page.expect_download() as download:
        page.get_by_role("link", name="Swagger file (JSON)").click()
    download.value.save_as(tmp_path / "openapi.json")
    document = json.loads((tmp_path / "openapi.json").read_text(encoding="utf-8"))
    validate(document)
    [lead] = document["components"]["schemas"]["Lead"]["examples"]

    wrong = {("telefonno" if key == "telefono_mobile" else key): value for key, value in lead.items() if key != "email"}
    problem = send(document, integration.token, wrong)
    expect(page.locator(f"#request-{problem['submission']}")).to_contain_text("did you mean", timeout=SOON)
    expect(page.get_by_role("status")).to_contain_text("The lead has neither phone nor e-mail")

    receipt = send(document, integration.token, lead)
    expect(page.locator(f"#request-{receipt['submission']} pre")).to_contain_text(receipt["id"], timeout=SOON)
    expect(page.locator(f"#request-{receipt['submission']} .outcome")).to_have_text(re.compile("accepted", re.I))

    assert page.evaluate("window.stays"), "the page was loaded again"
    assert complaints == []


def test_lines_are_copied(live_server: LiveServer, page: Page, integration: Integration, complaints: list[str]) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    _, text = share_links.make(mapping=integration.mapping, days=7, by=UserFactory(admin=True))
    page.goto(f"{live_server.url}/kit/{text}/")
    page.locator(".kit-line").first.get_by_role("button", name="Copy").click()
    expect(page.locator(".kit-line").first.get_by_role("button")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl ")
    assert complaints == []


def test_page_is_read_on_a_telephone(live_server: LiveServer, page: Page, integration: Integration) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    _, text = share_links.make(mapping=integration.mapping, days=7, by=UserFactory(admin=True))
    page.goto(f"{live_server.url}/kit/{text}/?lang=it")
    expect(page.locator(".swagger-ui .opblock")).to_have_count(2, timeout=20_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
