"""What waits for an administrator in the morning."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from leads.admin.front import cards, changed
from leads.enums import KeyState, Outcome
from tests.admin.front.test_changed import EARLIER, MONTH, RECENT, leads
from tests.admin.front.test_quiet import office_hours, sent
from tests.admin.pages import queries_of
from tests.factories import (
    CredentialFactory,
    ImportMappingFactory,
    LeadFactory,
    SubmissionFactory,
    UnknownKeyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

# Two of them say who is asking.
MOST_QUERIES = 18

SignIn = Callable[[User], Client]


def card(client: Client, name: str) -> str:
    """The markup of a card, "" where it is not shown."""
    found = re.search(rf'<section[^>]*data-card="{name}".*?</section>', client.get("/admin/").content.decode(), re.S)
    return found[0] if found else ""


def links(client: Client, name: str) -> list[str]:
    return [unescape(address) for address in re.findall(r'href="([^"]+)"', card(client, name))]


@pytest.fixture(autouse=True)
def _first_lead(db: None) -> None:
    LeadFactory()


def test_nothing_waits(admin_client: Client) -> None:
    for name in ("rejected", "unknown", "quiet", "changed", "expiring"):
        assert "is-calm" in card(admin_client, name)
        assert links(admin_client, name) == []


def test_submissions_wait_by_what_became_of_them(admin_client: Client) -> None:
    SubmissionFactory.create_batch(2, rejected=True)
    SubmissionFactory(rejected=True, outcome=Outcome.FAILED)

    addresses = links(admin_client, "rejected")

    assert [admin_client.get(address).context["cl"].result_count for address in addresses] == [2, 1]
    assert "Rejected: <strong>2</strong>" in card(admin_client, "rejected")


def test_a_test_that_was_refused_does_not_wait(admin_client: Client, admin: User) -> None:
    SubmissionFactory(rejected=True, tested_by=admin)
    assert links(admin_client, "rejected") == []
    SubmissionFactory(rejected=True)
    (address,) = links(admin_client, "rejected")
    assert admin_client.get(address).context["cl"].result_count == 1


def test_many_are_not_counted_to_the_end(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "MOST", 2)
    SubmissionFactory.create_batch(3, rejected=True)
    assert "<strong>more than 2</strong>" in card(admin_client, "rejected")


def test_unknown_keys_wait_until_they_are_decided(admin_client: Client) -> None:
    UnknownKeyFactory(state=KeyState.DISMISSED)
    assert links(admin_client, "unknown") == []
    UnknownKeyFactory.create_batch(2)

    [address] = links(admin_client, "unknown")
    assert admin_client.get(address).context["cl"].result_count == 2
    assert "<strong>2</strong>" in card(admin_client, "unknown")


def test_a_quiet_integration_leads_to_its_submissions(admin_client: Client) -> None:
    mapping = ImportMappingFactory()
    now = timezone.now()
    sent(mapping, office_hours(now - timedelta(days=50), now - timedelta(days=10)))

    [address] = links(admin_client, "quiet")

    assert address == f"/admin/leads/submission/?mapping__id__exact={mapping.pk}"
    assert mapping.external_code in card(admin_client, "quiet")


def test_a_changed_integration_leads_to_its_leads(admin_client: Client) -> None:
    mapping = ImportMappingFactory()
    leads(mapping, EARLIER, MONTH, email="a@example.com")
    leads(mapping, RECENT)

    [address] = links(admin_client, "changed")

    assert address == f"/admin/leads/lead/?mapping__id__exact={mapping.pk}"
    assert "no longer sends: E-mail" in card(admin_client, "changed")


def test_tokens_that_expire_soon_lead_to_their_users(admin_client: Client) -> None:
    soon = CredentialFactory(expires_at=timezone.now() + timedelta(days=3), label="landing May")
    CredentialFactory(expires_at=timezone.now() + timedelta(days=15))
    CredentialFactory(expires_at=timezone.now() + timedelta(days=3), revoked=True)
    CredentialFactory(expired=True)
    CredentialFactory()

    of_user, of_all = links(admin_client, "expiring")

    assert of_user == f"/admin/accounts/user/{soon.user.pk}/change/"
    assert [user.pk for user in admin_client.get(of_all).context["cl"].result_list] == [soon.user.pk]
    assert "landing May" in card(admin_client, "expiring")


def test_more_than_a_card_holds_are_counted(admin_client: Client) -> None:
    CredentialFactory.create_batch(cards.SHOWN + 2, expires_at=timezone.now() + timedelta(days=3))
    assert "and 2 more" in card(admin_client, "expiring")


@pytest.mark.parametrize(
    ("permissions", "shown"),
    [
        (["leads.view_lead"], {"leads"}),
        (["leads.view_submission"], {"rejected", "quiet"}),
        (["leads.view_unknownkey"], {"unknown"}),
        (["leads.view_importmapping"], set()),
        (["leads.view_lead", "leads.view_importmapping"], {"leads", "changed"}),
        (["accounts.view_user"], set()),
        (["accounts.view_user", "accounts.view_credential"], {"expiring"}),
    ],
)
def test_each_card_is_for_those_who_may_see_its_list(sign_in: SignIn, permissions: list[str], shown: set[str]) -> None:
    page = sign_in(UserFactory(staff=True, permissions=permissions)).get("/admin/").content.decode()
    assert {*re.findall(r'data-card="(\w+)"', page)} == shown


def test_an_operator_sees_the_leads_only(sign_in: SignIn) -> None:
    page = sign_in(UserFactory(role=Role.OPERATOR)).get("/admin/").content.decode()
    assert re.findall(r'data-card="(\w+)"', page) == ["leads"]


def _one_of_each() -> None:
    now = timezone.now()
    mapping = ImportMappingFactory()
    sent(mapping, (now - timedelta(days=days, hours=1) for days in (10, 14, 21, 28)))
    of_leads = ImportMappingFactory()
    leads(of_leads, changed.EARLIER, MONTH, email="a@example.com")
    leads(of_leads, changed.RECENT)
    leads(of_leads, 1, is_test=True)
    SubmissionFactory(rejected=True)
    UnknownKeyFactory(mapping=mapping)
    CredentialFactory(expires_at=now + timedelta(days=3))


def test_queries_do_not_grow(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changed, "EARLIER", 2)
    monkeypatch.setattr(changed, "RECENT", 1)
    _one_of_each()
    for name in ("rejected", "unknown", "quiet", "changed", "expiring"):
        assert links(admin_client, name), name
    before = queries_of(admin_client, "/admin/")
    for _ in range(29):
        _one_of_each()
    assert queries_of(admin_client, "/admin/") == before
    assert "and 22 more" in card(admin_client, "quiet")
    assert before <= MOST_QUERIES
