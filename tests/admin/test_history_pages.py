"""Who may see what was changed of a row, and that no link leads to a history with nothing in it."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.contrib.admin import site
from django.test import Client
from django.urls import reverse

from tests.access.things import make_things
from tests.admin.pages import text_of
from tests.admin.test_lead_admin import SignIn
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

MODELS = {model._meta.model_name or "": model._meta.app_label for model in site._registry}
# What people set up; the platform writes the rest.
SET_UP = {"user", "campaign", "question", "importmapping"}


@pytest.fixture
def things(db: None) -> Mapping[str, Any]:
    return make_things()


def url_of(page: str, model: str, things: Mapping[str, Any]) -> str:
    return reverse(f"admin:{MODELS[model]}_{model}_{page}", args=[things[model]])


def viewer_of(model: str, sign_in: SignIn) -> Client:
    return sign_in(UserFactory.create(staff=True, permissions=[f"{MODELS[model]}.view_{model}"]))


@pytest.mark.parametrize("model", sorted(SET_UP))
def test_who_may_see_a_row_may_see_its_history(model: str, sign_in: SignIn, things: Mapping[str, Any]) -> None:
    client = viewer_of(model, sign_in)
    url = url_of("history", model, things)
    assert f'href="{url}"' in client.get(url_of("change", model, things)).content.decode()
    assert "What was changed" in text_of(client.get(url))


@pytest.mark.parametrize("model", sorted(MODELS.keys() - SET_UP))
def test_what_nobody_changes_has_no_link_to_an_empty_history(
    model: str, sign_in: SignIn, things: Mapping[str, Any]
) -> None:
    client = viewer_of(model, sign_in)
    page = url_of("change", model, things)
    assert url_of("history", model, things) not in client.get(page).content.decode()
    led = client.get(url_of("history", model, things))
    assert (led.status_code, led["Location"]) == (302, page)


@pytest.mark.parametrize("model", sorted(MODELS))
def test_who_may_not_see_a_row_may_not_see_its_history(model: str, sign_in: SignIn, things: Mapping[str, Any]) -> None:
    other = "question" if model == "campaign" else "campaign"
    client = sign_in(UserFactory.create(staff=True, permissions=[f"campaigns.view_{other}"]))
    assert client.get(url_of("history", model, things)).status_code == 403


@pytest.mark.parametrize("model", sorted(MODELS))
def test_history_of_what_is_not_there_leads_away(model: str, admin_client: Client) -> None:
    gone = "0193aaaa-0000-7000-8000-000000000000" if model in ("lead", "submission") else "999999"
    response = admin_client.get(reverse(f"admin:{MODELS[model]}_{model}_history", args=[gone]))
    assert (response.status_code, response["Location"]) == (302, reverse("admin:index"))
