"""Every page of the admin in light and in dark, under the rules of axe, and without a mouse.

The pages are those of the access matrix, which holds a row for every URL: a new page is looked at by itself.
"""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.access.matrix import ROWS
from tests.access.things import make_things
from tests.factories import CredentialFactory, ImportMappingFactory, SubmissionFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

# What is no page to look at: downloads, scripts, and what only leads elsewhere.
NO_PAGE = re.compile(r"/(first-steps|jsi18n|autocomplete|body|answer|logout)/|/kit/(openapi|requests)")
TO_DARK = "document.documentElement.classList.remove('light'); document.documentElement.classList.add('dark')"
GRAVE = {"serious", "critical"}


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    return browser_context_args | {"locale": "es-ES", "reduced_motion": "reduce"}


@pytest.fixture
def signed_in(live_server: LiveServer, page: Page) -> User:
    user = UserFactory(admin=True)
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    return user


def faults(page: Page, where: str) -> Iterator[str]:
    for mode in ("light", "dark"):
        if mode == "dark":
            page.evaluate(TO_DARK)
        for found in Axe().run(page).response["violations"]:
            if found["impact"] in GRAVE:
                nodes = "; ".join(node["html"][:160] for node in found["nodes"][:3])
                yield f"{where} in {mode}: {found['id']}: {nodes}"


@pytest.mark.usefixtures("signed_in")
def test_every_page_of_the_admin_is_accessible(live_server: LiveServer, page: Page) -> None:
    things = make_things()
    urls = [row.url.format(**things) for name, row in ROWS.items() if name.startswith("admin:") and "A" in row.get]
    found = []
    for url in urls:
        if NO_PAGE.search(url):
            continue
        page.goto(f"{live_server.url}{url}")
        expect(page.locator("main, h1").first).to_be_visible()
        found += faults(page, url)
    assert found == []


@pytest.mark.usefixtures("signed_in")
def test_first_steps_are_accessible(live_server: LiveServer, page: Page) -> None:
    mapping = ImportMappingFactory(user=CredentialFactory().user)
    SubmissionFactory(rejected=True, mapping=mapping, credential__user=mapping.user)
    page.goto(f"{live_server.url}/admin/")
    expect(page.locator("#first-line")).to_be_visible()
    assert [*faults(page, "first steps")] == []


def test_login_page_is_accessible(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/admin/login/")
    expect(page.get_by_label("Contraseña")).to_be_visible()
    assert [*faults(page, "login")] == []


def test_language_and_colours_are_chosen_by_keyboard(live_server: LiveServer, page: Page, signed_in: User) -> None:
    page.goto(f"{live_server.url}/admin/")
    page.locator("#user-menu").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Oscuro").press("Enter")
    expect(page.locator("html")).to_have_class("dark")
    page.get_by_role("button", name="Italiano").press("Enter")
    expect(page.locator("#nav-sidebar").get_by_role("link", name="Campagne")).to_be_visible()
    signed_in.refresh_from_db()
    assert signed_in.language == "it"


@pytest.mark.usefixtures("signed_in")
def test_filters_and_the_narrow_menu_open_by_keyboard(live_server: LiveServer, page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto(f"{live_server.url}/admin/leads/lead/")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Filtros").press("Enter")
    expect(page.locator("#changelist-filter h3").first).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Menú").locator("visible=true").press("Enter")
    expect(page.get_by_role("link", name="Claves desconocidas")).to_be_visible()


@pytest.mark.usefixtures("signed_in")
def test_key_of_a_question_follows_its_label(live_server: LiveServer, page: Page) -> None:
    page.goto(f"{live_server.url}/admin/campaigns/question/add/")
    page.get_by_label("Etiqueta").press_sequentially("¿Año de construcción?")
    expect(page.get_by_label("Clave")).to_have_value("ano_de_construccion")
