"""The front page of an installation into which no lead came yet."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Credential, User
from campaigns.models import Campaign
from leads.models import ImportMapping
from tests.admin.pages import queries_of, text_of
from tests.factories import (
    CampaignFactory,
    CredentialFactory,
    ImportMappingFactory,
    LeadFactory,
    QuestionFactory,
    SubmissionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
STEPS = ["user", "token", "campaign", "questions", "mapping", "lead"]


def steps(response: HttpResponse) -> Mapping[str, bool]:
    """Each step of the page, and whether it is done."""
    found = re.findall(r'<li class="step([^"]*)" data-step="(\w+)"', response.content.decode())
    return {name: "is-done" in classes for classes, name in found}


def done(client: Client) -> list[str]:
    return [name for name, is_done in steps(client.get("/admin/")).items() if is_done]


def ask(client: Client, version: str = "") -> HttpResponse:
    return client.get(reverse("admin:first_steps"), {"version": version})


def make_mapping(**kwargs: Any) -> ImportMapping:
    credential = CredentialFactory()
    return ImportMappingFactory(user=credential.user, **kwargs)


def test_nothing_is_done_at_first(admin_client: Client) -> None:
    assert steps(admin_client.get("/admin/")) == dict.fromkeys(STEPS, False)


def test_each_step_is_done_when_its_thing_is_there(admin_client: Client) -> None:
    user = UserFactory()
    assert done(admin_client) == ["user"]
    CredentialFactory(user=user)
    assert done(admin_client) == ["user", "token"]
    campaign = CampaignFactory()
    assert done(admin_client) == ["user", "token", "campaign"]
    ImportMappingFactory(user=user, campaign=campaign)
    assert done(admin_client) == ["user", "token", "campaign", "mapping"]
    QuestionFactory()
    assert done(admin_client) == STEPS[:-1]


@pytest.mark.parametrize("state", ["expired", "revoked"])
def test_a_token_that_sends_nothing_is_no_step(admin_client: Client, state: str) -> None:
    CredentialFactory(**{state: True})
    assert done(admin_client) == ["user"]


def test_what_is_switched_off_is_no_step(admin_client: Client) -> None:
    make_mapping(active=False, campaign__active=False)
    assert done(admin_client) == ["user", "token"]


def test_import_api_is_filled_in_with_what_is_there(admin_client: Client) -> None:
    campaign = CampaignFactory(name="Expo Málaga 2026")
    assert "leads/importmapping/add/" not in admin_client.get("/admin/").content.decode().partition("steps")[2]

    user = CredentialFactory().user

    known = f"user={user.pk}&amp;campaign={campaign.pk}&amp;external_code=expo_malaga_2026"
    assert f"/admin/leads/importmapping/add/?{known}&amp;" in admin_client.get("/admin/").content.decode()


def test_a_form_that_the_steps_led_to_leads_back(admin_client: Client) -> None:
    form = {"name": "Expo", "country": "ES", "time_zone": "Europe/Madrid"}
    form |= {"duplicate_scope": "campaign", "duplicate_action": "mark"}

    back = admin_client.post("/admin/campaigns/campaign/add/?first_steps=1", form)
    elsewhere = admin_client.post("/admin/campaigns/campaign/add/", {**form, "name": "Feria"})

    assert Campaign.objects.count() == 2
    assert back.headers["Location"] == "/admin/"
    assert elsewhere.headers["Location"] == "/admin/campaigns/campaign/"


def test_a_user_is_made_with_its_token(admin_client: Client) -> None:
    form = {"username": "landing", "usable_password": "false", "with_token": "on"}

    page = admin_client.post("/admin/accounts/user/add/?first_steps=1", form)

    token = re.search(r'<code id="token"[^>]*>([^<]+)<', page.content.decode())
    assert token
    assert token[1].startswith(Credential.objects.get(user__username="landing").prefix)
    assert 'href="/admin/">I have copied it' in page.content.decode()
    assert admin_client.post("/admin/accounts/user/add/?first_steps=1", form).status_code == 200
    assert Credential.objects.count() == 1


def test_a_person_is_made_without_a_token(admin_client: Client) -> None:
    form = {"username": "ana", "usable_password": "true", "role": "support", "with_token": "on"}
    form |= dict.fromkeys(("password1", "password2"), "largo-y-raro-27")

    admin_client.post("/admin/accounts/user/add/", form)

    assert User.objects.get(username="ana").is_staff
    assert not Credential.objects.exists()


def test_who_may_make_no_token_makes_a_user_without_one(sign_in: SignIn) -> None:
    client = sign_in(UserFactory(staff=True, permissions=["accounts.add_user", "accounts.change_user"]))
    form = {"username": "landing", "usable_password": "false", "with_token": "on"}

    assert "Make its token too" not in text_of(client.get("/admin/accounts/user/add/"))
    client.post("/admin/accounts/user/add/", form)

    assert User.objects.filter(username="landing").exists()
    assert not Credential.objects.exists()


def test_last_step_has_the_line_with_the_code(admin_client: Client) -> None:
    make_mapping(external_code="expo_2026")

    page = text_of(admin_client.get("/admin/"))

    assert "curl http://testserver/easycall/spring" in page
    assert '"Campaign": "expo_2026"' in page


def test_last_step_sends_a_test_lead_without_a_terminal(admin_client: Client, sign_in: SignIn) -> None:
    mapping = make_mapping()
    address = f"{reverse('admin:leads_importmapping_kit', args=[mapping.pk])}#try"
    assert address in admin_client.get("/admin/").content.decode()
    looker = UserFactory(staff=True, permissions=["leads.add_importmapping", "leads.view_importmapping"])
    assert address not in sign_in(looker).get("/admin/").content.decode()


def test_last_step_shows_why_a_lead_was_refused(admin_client: Client) -> None:
    mapping = make_mapping()
    SubmissionFactory(rejected=True, problem="missing-contact", mapping=mapping, credential__user=mapping.user)

    assert "HTTP 422" in text_of(admin_client.get("/admin/"))


def test_only_who_may_see_submissions_sees_requests(sign_in: SignIn) -> None:
    mapping = make_mapping()
    SubmissionFactory(rejected=True, mapping=mapping, credential__user=mapping.user)
    permissions = ["leads.add_importmapping"]

    assert "HTTP 422" not in text_of(sign_in(UserFactory(staff=True, permissions=permissions)).get("/admin/"))
    permissions.append("leads.view_submission")
    assert "HTTP 422" in text_of(sign_in(UserFactory(staff=True, permissions=permissions)).get("/admin/"))


def test_steps_link_only_to_forms_that_the_reader_may_use(sign_in: SignIn) -> None:
    client = sign_in(UserFactory(staff=True, permissions=["leads.add_importmapping", "campaigns.add_campaign"]))

    page = client.get("/admin/").content.decode()

    assert "/admin/campaigns/campaign/add/?first_steps=1" in page
    assert "/admin/accounts/user/add/" not in page


def test_list_is_only_sent_when_it_is_another_one(admin_client: Client) -> None:
    version = ask(admin_client).json()["version"]
    assert ask(admin_client, version).status_code == 204

    UserFactory()

    changed = ask(admin_client, version).json()
    assert changed["version"] != version
    assert 'data-step="user"' in changed["html"]
    assert not changed["is_over"]


def test_list_ends_with_the_first_lead_and_the_front_page_is_another_one(admin_client: Client) -> None:
    make_mapping()
    lead = LeadFactory()

    changed = ask(admin_client).json()

    assert changed["is_over"]
    assert reverse("admin:leads_lead_change", args=[lead.pk]) in changed["html"]
    assert steps(admin_client.get("/admin/")) == {}


def test_who_sets_nothing_up_sees_no_steps(sign_in: SignIn) -> None:
    client = sign_in(UserFactory(staff=True, permissions=["leads.view_lead"]))

    assert steps(client.get("/admin/")) == {}
    assert ask(client).status_code == 403


def test_queries_do_not_grow(admin_client: Client) -> None:
    mapping = make_mapping()
    SubmissionFactory(rejected=True, mapping=mapping, credential__user=mapping.user)
    QuestionFactory()
    counts = [queries_of(admin_client, url) for url in ("/admin/", "/admin/first-steps/")]

    for _ in range(29):
        other = make_mapping()
        SubmissionFactory(rejected=True, mapping=other, credential__user=other.user)
        QuestionFactory()

    assert [queries_of(admin_client, url) for url in ("/admin/", "/admin/first-steps/")] == counts
