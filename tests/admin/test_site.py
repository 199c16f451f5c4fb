from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.admin import site
from django.contrib.staticfiles.finders import find
from django.http import HttpRequest
from django.templatetags.static import static
from django.test import Client
from django.urls import reverse
from factory.django import DjangoModelFactory

from accounts.models import Credential, Refusal, User
from campaigns.models import Campaign, Question
from easycall.site import MENU, in_menu_order
from leads.models import ImportMapping
from tests.admin.pages import text_of
from tests.factories import CampaignFactory, ImportMappingFactory, QuestionFactory, UserFactory

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]


def request_of(user: User) -> HttpRequest:
    request = HttpRequest()
    request.user = user
    return request


def test_the_menu_has_three_sections_in_the_order_of_the_work(admin_client: Client) -> None:
    sections = admin_client.get(reverse("admin:index")).context["app_list"]

    assert [section["app_label"] for section in sections] == ["accounts", "campaigns", "leads"]
    for section in sections:
        rows = [row["object_name"] for row in section["models"]]
        assert rows == [name for name in MENU[section["app_label"]] if name in rows]


def test_what_the_menu_does_not_name_comes_last() -> None:
    sections = [
        {"app_label": "sites", "models": []},
        {"app_label": "accounts", "models": [{"object_name": "Team"}, {"object_name": "User"}]},
    ]

    ordered = in_menu_order(sections)

    assert [section["app_label"] for section in ordered] == ["accounts", "sites"]
    assert [row["object_name"] for row in ordered[0]["models"]] == ["User", "Team"]


@pytest.mark.parametrize(
    "path",
    [
        "/admin/login/",
        "/admin/",
        "/admin/password_change/",
        "/admin/accounts/user/",
        "/admin/campaigns/question/add/",
        "/admin/leads/lead/",
        "/problems/invalid-token",
    ],
)
def test_every_page_names_its_icon(admin_client: Client, path: str) -> None:
    client = Client() if path == "/admin/login/" else admin_client
    page = client.get(path).content.decode()
    assert f'<link rel="icon" href="{static("easycall/favicon.svg")}"' in page
    assert find("easycall/favicon.svg")


def test_every_section_has_its_page(admin_client: Client) -> None:
    for section in MENU:
        assert admin_client.get(reverse("admin:app_list", args=[section])).status_code == 200


@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/user/", "/admin/leads/importmapping/add/"])
def test_who_is_not_staff_sees_no_admin(sign_in: SignIn, client: Client, path: str) -> None:
    for visitor in (client, sign_in(UserFactory())):
        response = visitor.get(path)

        assert response.status_code == 302
        assert response.headers["Location"].startswith("/admin/login/")


def test_a_password_without_staff_rights_opens_nothing(client: Client) -> None:
    user = UserFactory(password="largo-y-raro-27")

    response = client.post("/admin/login/", {"username": user.username, "password": "largo-y-raro-27"})

    assert response.status_code == 200
    assert "_auth_user_id" not in client.session


def test_staff_without_permissions_sees_an_empty_menu_and_no_page(sign_in: SignIn) -> None:
    client = sign_in(UserFactory(staff=True))

    assert client.get("/admin/").context["app_list"] == []
    for model in (User, Refusal, Campaign, Question, ImportMapping):
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 403
        assert client.get(reverse(f"admin:{name}_add")).status_code == 403


def test_whoever_may_only_see_gets_no_button_and_may_not_write(sign_in: SignIn) -> None:
    client = sign_in(UserFactory(staff=True, permissions=["campaigns.view_campaign"]))

    page = client.get(reverse("admin:campaigns_campaign_changelist"))

    assert "New campaign" not in page.content.decode()
    assert client.post(reverse("admin:campaigns_campaign_add"), {"name": "Expo"}).status_code == 403


@pytest.mark.parametrize(
    ("name", "factory", "order"),
    [
        ("campaigns.question", QuestionFactory, "Choose none and every campaign asks it."),
        ("campaigns.campaign", CampaignFactory, "Phones without a country code"),
        ("leads.importmapping", ImportMappingFactory, "no blanks, words joined with"),
    ],
)
def test_whoever_may_only_see_is_told_nothing_to_do(
    sign_in: SignIn, admin_client: Client, name: str, factory: type[DjangoModelFactory[Any]], order: str
) -> None:
    app, model = name.split(".")
    url = reverse(f"admin:{app}_{model}_change", args=[factory.create().pk])
    client = sign_in(UserFactory(staff=True, permissions=[f"{app}.view_{model}"]))

    assert order in text_of(admin_client.get(url))
    assert order not in text_of(client.get(url))


def test_no_page_of_the_admin_knows_the_digest_of_a_token(admin: User) -> None:
    assert not site.is_registered(Credential)
    for page in site._registry.values():
        form = page.get_form(request_of(admin))
        assert "digest" not in {*form.base_fields, *page.list_display, *page.search_fields, *page.list_filter}


def test_requests_turned_away_are_only_read(admin_client: Client) -> None:
    Refusal.objects.create(day="2026-05-04", reason="invalid-token", count=7)

    page = admin_client.get(reverse("admin:accounts_refusal_changelist"))

    assert "The token is not valid 7" in text_of(page)
    assert admin_client.get(reverse("admin:accounts_refusal_add")).status_code == 403


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "05/04/2026: The token is not valid"),
        ("es", "04/05/2026: El token no es válido"),
        ("it", "04/05/2026: Il token non è valido"),
    ],
)
def test_page_of_a_counter_says_the_reason_in_words(admin_client: Client, language: str, words: str) -> None:
    refusal = Refusal.objects.create(day=date(2026, 5, 4), reason="invalid-token", count=7)
    page = admin_client.get(
        reverse("admin:accounts_refusal_change", args=[refusal.pk]), headers={"accept-language": language}
    )
    assert words in text_of(page)
    assert "invalid-token" not in text_of(page)


@pytest.mark.parametrize(
    "list_and_query",
    [
        "leads_lead nome__regex=(",
        "leads_lead nome__regex=(a%2B)%2B$",
        "leads_lead kept_aside__x__contains=1",
        "leads_lead state__exact=%00",
        "leads_submission body__contains=x",
        "campaigns_question key__regex=(",
        "accounts_user session_number=0",
        "accounts_user password__startswith=p",
    ],
)
def test_a_list_is_asked_what_its_filters_ask_and_nothing_else(list_and_query: str, admin_client: Client) -> None:
    name, query = list_and_query.split(" ")
    assert admin_client.get(f"{reverse(f'admin:{name}_changelist')}?{query}").status_code == 400


@pytest.mark.parametrize(
    "list_and_query",
    [
        "leads_lead campaign__id__exact=1&is_test__exact=0&state__exact=open&warning=any&period=week",
        "leads_unknownkey state=all&mapping__user__id__exact=1",
        "accounts_refusal day__gte=2026-01-01&day__lt=2026-02-01",
        "accounts_user is_active__exact=1",
    ],
)
def test_a_list_takes_what_its_filters_ask(list_and_query: str, admin_client: Client) -> None:
    name, query = list_and_query.split(" ")
    assert admin_client.get(f"{reverse(f'admin:{name}_changelist')}?{query}").status_code == 200


@pytest.mark.parametrize("name", ["%2B", "credentials", "logentry", "password", "no_such_column", "%00"])
@pytest.mark.parametrize("page", ["changelist", "add"])
def test_rows_are_named_by_a_column_that_others_point_to_and_by_nothing_else(
    page: str, name: str, admin_client: Client
) -> None:
    url = reverse(f"admin:accounts_user_{page}")
    assert admin_client.get(f"{url}?_to_field=id").status_code == 200
    assert admin_client.get(f"{url}?_to_field={name}").status_code == 400
