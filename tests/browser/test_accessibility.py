"""Every page in light and in dark, under the rules of axe, and without a mouse.

The pages are those of the access matrix, which holds a row for every URL: a new page is looked at by itself.
"""

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.access.matrix import ROWS
from tests.access.things import make_things
from tests.browser.axe import faults
from tests.factories import CredentialFactory, ImportMappingFactory, SubmissionFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

# What an administrator's browser gets no page of: what goes to programs, is downloaded, or takes a POST only.
NO_PAGE = {
    "admin:first_steps",
    "admin:logout",
    "admin:autocomplete",
    "admin:jsi18n",
    "admin:leads_importmapping_openapi",
    "admin:leads_importmapping_requests",
    "admin:leads_importmapping_answer",
    "admin:leads_submission_body",
    "admin:leads_submission_answer",
    "intake:spring",
    "intake:explain",
    "api:leads",
    "api:lead",
    "api:submissions",
    "api:submission",
    "schema",
    "share:openapi",
    "share:requests",
    "share:answer",
    "health/live",
    "health/ready",
}
# What leads to a page with a row of its own, or with a test: the second factor is for who has one.
ELSEWHERE = {
    "",
    "set_language",
    "second_factor",
    "admin:login",
    "admin:accounts_user_access",
    "admin:leads_importmapping_try",
    "admin:leads_importmapping_share",
    "admin:leads_importmapping_revoke",
    "admin:leads_submission_replay",
    "admin:leads_unknownkey_dismiss",
    "admin:leads_unknownkey_fill",
    "admin:leads_unknownkey_undo",
    # What nobody changes has no history of changes.
    *(f"admin:{model}_history" for model in ("accounts_refusal", "leads_lead", "leads_export", "leads_submission")),
    "admin:leads_unknownkey_history",
    *(name for name in ROWS if name.endswith("<path:object_id>/")),
}
PAGES = [name for name, row in ROWS.items() if "A" in row.get and name not in NO_PAGE | ELSEWHERE]
# Swagger UI draws itself when its document has come.
DRAWN = {"docs", "admin:leads_importmapping_kit", "share:page"}
SHARES = 8


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, object]) -> dict[str, object]:
    return browser_context_args | {"locale": "es-ES", "reduced_motion": "reduce", "color_scheme": "light"}


@pytest.fixture
def signed_in(live_server: LiveServer, page: Page) -> User:
    user = UserFactory(admin=True)
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    return user


def test_what_is_left_out_is_no_page() -> None:
    things, client = make_things(), Client()
    client.force_login(UserFactory(admin=True))
    for name, row in ROWS.items():
        if "A" not in row.get:
            continue
        answer = client.get(row.url.format(**things))
        is_html = answer["Content-Type"].startswith("text/html")
        assert (answer.status_code == 302) == (name in ELSEWHERE), name
        assert (answer.status_code == 200 and is_html) == (name in PAGES), name


@pytest.mark.usefixtures("signed_in")
@pytest.mark.parametrize("share", range(SHARES))
def test_pages_are_accessible(live_server: LiveServer, page: Page, share: int) -> None:
    things = make_things()
    found = []
    for name in PAGES[share::SHARES]:
        url = ROWS[name].url.format(**things)
        page.goto(f"{live_server.url}{url}")
        expect(page.locator("main, h1").first).to_be_visible()
        if name in DRAWN:
            expect(page.locator(".swagger-ui .opblock").first).to_be_visible()
        found += faults(page, url)
    assert not found, "\n".join(found)


@pytest.mark.usefixtures("signed_in")
def test_first_steps_are_accessible(live_server: LiveServer, page: Page) -> None:
    mapping = ImportMappingFactory(user=CredentialFactory().user)
    SubmissionFactory(rejected=True, mapping=mapping, credential__user=mapping.user)
    page.goto(f"{live_server.url}/admin/")
    expect(page.locator("#first-line")).to_be_visible()
    found = [*faults(page, "first steps")]
    assert not found, "\n".join(found)


@pytest.mark.usefixtures("signed_in")
def test_opened_part_of_the_documentation_is_accessible(live_server: LiveServer, page: Page) -> None:
    page.goto(live_server.url + ROWS["share:page"].url.format(**make_things()))
    page.locator(".opblock-summary-control").first.click()
    expect(page.locator(".opblock pre.example").first).to_be_visible()
    found = [*faults(page, "opened", within=".opblock.is-open")]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("page_of", ["login", "password", "no link", "no page"])
def test_pages_of_who_has_not_signed_in_are_accessible(live_server: LiveServer, page: Page, page_of: str) -> None:
    user = UserFactory(admin=True)
    key, token = urlsafe_base64_encode(str(user.pk).encode()), default_token_generator.make_token(user)
    urls = {
        "login": "/admin/login/",
        "password": f"/admin/password-reset/{key}/{token}/",
        "no link": "/kit/no-such-link/",
        "no page": "/no-such-page",
    }
    page.goto(live_server.url + urls[page_of])
    expect(page.locator("h1")).to_be_visible()
    found = [*faults(page, page_of)]
    if page_of in ("login", "password"):
        page.locator("main form [type=submit], #login-form [type=submit]").first.click()
        page.wait_for_load_state()
        found += faults(page, f"{page_of} with errors")
    assert not found, "\n".join(found)


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
