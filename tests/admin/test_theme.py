"""The theme is over every page: a wrong order of INSTALLED_APPS, or a class of Django's own, would lose it quietly."""

from collections.abc import Callable, Iterator

import pytest
import unfold
from django.contrib.admin import site
from django.http import HttpResponse
from django.template.loader import get_template
from django.test import Client
from django.urls import path
from django.utils.module_loading import import_string
from pytest_django import Settings
from unfold.admin import ModelAdmin, TabularInline
from unfold.sites import UnfoldAdminSite

from accounts.models import User
from easycall.csp import ADMIN_POLICY
from easycall.site import EasycallAdminSite, MenuPage
from tests.admin.pages import text_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]

OURS = "templates/admin"
THEIRS = str(unfold.__path__[0])


def test_every_registered_page_is_the_themes() -> None:
    assert isinstance(site._registry, dict)
    for page in site._registry.values():
        assert isinstance(page, ModelAdmin), page
        assert all(issubclass(inline, TabularInline) for inline in page.inlines), page
    assert issubclass(EasycallAdminSite, UnfoldAdminSite)


@pytest.mark.parametrize(
    "name",
    [
        "admin/change_form.html",
        "admin/change_list.html",
        "admin/login.html",
        "admin/app_index.html",
    ],
)
def test_template_is_the_themes_and_not_djangos(name: str) -> None:
    assert str(get_template(name).origin).startswith(THEIRS)


@pytest.mark.parametrize(
    "name", ["admin/base.html", "admin/index.html", "admin/pagination.html", "admin/submit_line.html"]
)
def test_what_we_changed_comes_before_the_theme(name: str) -> None:
    assert OURS in str(get_template(name).origin)


def test_menu_shows_only_what_its_reader_may_see(sign_in: SignIn) -> None:
    reader = UserFactory(staff=True, permissions=["campaigns.view_campaign"])

    menu = sign_in(reader).get("/admin/").context["sidebar_navigation"]

    assert [[str(row["title"]) for row in group["items"]] for group in menu] == [["Start"], ["Campaigns"]]


def test_menu_marks_the_page_that_is_open(admin_client: Client) -> None:
    menu = admin_client.get("/admin/leads/lead/").context["sidebar_navigation"]

    assert [row["title"] for group in menu for row in group["items"] if row["active"]] == ["Leads"]


@pytest.fixture
def own_page(settings: Settings) -> Iterator[MenuPage]:
    """A page that only administrators may open, added as an app would."""
    page = MenuPage(
        route="weather/",
        name="weather",
        view=lambda request: HttpResponse("It rains."),
        title="Weather",
        section="leads",
        allowed=lambda request: bool(getattr(request.user, "is_superuser", False)),
    )
    site.add_page(page)
    settings.ROOT_URLCONF = type("urls", (), {"urlpatterns": [path("admin/", site.urls), *_other_urls()]})
    yield page
    site.pages.remove(page)


def _other_urls() -> list[object]:
    patterns: list[object] = import_string("easycall.urls.urlpatterns")
    return [pattern for pattern in patterns if str(getattr(pattern, "pattern", "")) != "admin/"]


def test_own_page_is_in_the_menu_of_those_who_may_open_it(
    own_page: MenuPage, admin_client: Client, sign_in: SignIn
) -> None:
    assert "Weather" in text_of(admin_client.get("/admin/"))
    assert admin_client.get("/admin/weather/").content == b"It rains."

    clerk = sign_in(UserFactory(staff=True))
    assert "Weather" not in text_of(clerk.get("/admin/"))
    assert clerk.get("/admin/weather/").status_code == 403


def test_pages_take_nothing_from_elsewhere(admin_client: Client) -> None:
    inside = admin_client.get("/admin/").headers["Content-Security-Policy"]
    outside = admin_client.get("/problems/invalid-token").headers["Content-Security-Policy"]

    assert "script-src 'self' 'unsafe-eval';" in inside + ";"
    assert "unsafe" not in outside
    assert "default-src 'self'" in outside
    assert ADMIN_POLICY["script-src"] == ["'self'", "'unsafe-eval'"]


def test_no_page_has_a_script_written_into_it(admin_client: Client) -> None:
    for page in ("/admin/", "/admin/accounts/user/add/", "/admin/leads/lead/"):
        assert b"<script>" not in admin_client.get(page).content
    assert b"<script>" not in Client().get("/admin/login/").content


def test_signing_in_leads_to_the_front_page(client: Client) -> None:
    user = UserFactory(staff=True, password="largo-y-raro-27")

    response = client.post("/admin/login/", {"username": user.username, "password": "largo-y-raro-27"})

    assert response.headers["Location"] == "/admin/"


def speaks(client: Client) -> str:
    return client.get("/admin/").headers["Content-Language"]


def test_language_that_a_user_chooses_is_remembered(admin: User, admin_client: Client, sign_in: SignIn) -> None:
    assert speaks(admin_client) == "en"

    response = admin_client.post("/language/", {"language": "it"}, headers={"referer": "http://testserver/admin/"})

    assert response.headers["Location"].endswith("/admin/")
    admin.refresh_from_db()
    assert admin.language == "it"
    assert speaks(sign_in(admin)) == "it"


@pytest.mark.parametrize("language", ["fr", "", "it'--"])
def test_language_that_is_not_spoken_changes_nothing(admin: User, admin_client: Client, language: str) -> None:
    admin_client.post("/language/", {"language": language})

    admin.refresh_from_db()
    assert admin.language == ""
    assert speaks(admin_client) == "en"


def test_language_is_not_chosen_by_a_link(admin: User, admin_client: Client) -> None:
    admin_client.get("/language/", {"language": "it"})

    admin.refresh_from_db()
    assert admin.language == ""


def test_who_has_not_signed_in_chooses_for_the_browser() -> None:
    client = Client(headers={"accept-language": "en"})

    client.post("/language/", {"language": "es"})

    assert "Iniciar sesión" in text_of(client.get("/admin/login/"))
