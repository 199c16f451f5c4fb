from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.db.models.signals import pre_save
from django.test import Client
from django.urls import reverse

from accounts.models import User
from leads import share_links
from leads.models import ImportMapping
from tests.admin.pages import errors_of, grows, text_of
from tests.factories import (
    CampaignFactory,
    CredentialFactory,
    ImportMappingFactory,
    LeadFactory,
    SubmissionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LIST = reverse("admin:leads_importmapping_changelist")
ADD = reverse("admin:leads_importmapping_add")


@pytest.fixture
def sender() -> User:
    user: User = CredentialFactory().user
    return user


def page_of(mapping: ImportMapping) -> str:
    return reverse("admin:leads_importmapping_change", args=[mapping.pk])


def delete_page_of(mapping: ImportMapping) -> str:
    return reverse("admin:leads_importmapping_delete", args=[mapping.pk])


def data_for(user: User, code: str = "demo_leads", **fields: object) -> dict[str, object]:
    return {"user": user.pk, "external_code": code, "campaign": CampaignFactory().pk, "active": "on", **fields}


def users_offered(client: Client, url: str) -> set[User]:
    return set(client.get(url).context["adminform"].form.fields["user"].queryset)


def test_a_code_of_a_user_is_mapped_to_a_campaign_and_leads_to_its_kit(admin_client: Client, sender: User) -> None:
    data = data_for(sender)

    response = admin_client.post(ADD, data)

    mapping = ImportMapping.objects.get()
    assert response.headers["Location"] == reverse("admin:leads_importmapping_kit", args=[mapping.pk])
    assert (mapping.user, mapping.external_code, mapping.active) == (sender, "demo_leads", True)
    assert mapping.campaign_id == data["campaign"]


def test_the_form_has_an_add_button_and_says_the_rule_before_a_mistake(admin_client: Client) -> None:
    page = admin_client.get(ADD)

    assert 'value="Add"' in page.content.decode()
    assert "no blanks, words joined with “_”. Example: demo_leads." in text_of(page)


@pytest.mark.parametrize(
    ("code", "suggestion"), [("Demo Leads", "Demo_Leads"), ("expo  2026 madrid", "expo_2026_madrid"), ("a\tb", "a_b")]
)
def test_blanks_in_a_code_are_refused_once_and_with_the_code_to_write(
    admin_client: Client, sender: User, code: str, suggestion: str
) -> None:
    errors = errors_of(admin_client.post(ADD, data_for(sender, code)))

    assert len(errors) == 1
    assert f"“{suggestion}”" in errors[0]
    assert not ImportMapping.objects.exists()


def test_blanks_around_a_code_are_left_out(admin_client: Client, sender: User) -> None:
    admin_client.post(ADD, data_for(sender, " demo_leads "))

    assert ImportMapping.objects.get().external_code == "demo_leads"


def test_a_code_that_the_user_has_already_is_refused(admin_client: Client, sender: User) -> None:
    ImportMappingFactory(user=sender, external_code="demo_leads")

    errors = errors_of(admin_client.post(ADD, data_for(sender)))

    assert errors == ["This user has this code already; edit that row or choose another code."]


def test_another_user_may_have_the_same_code(admin_client: Client, sender: User) -> None:
    ImportMappingFactory(external_code="demo_leads")

    assert admin_client.post(ADD, data_for(sender)).status_code == 302


def test_only_users_with_a_live_token_can_be_chosen(admin_client: Client, sender: User) -> None:
    CredentialFactory(user=sender, revoked=True)
    others = [
        UserFactory(),
        CredentialFactory(revoked=True).user,
        CredentialFactory(expired=True).user,
        CredentialFactory(user__is_active=False).user,
    ]

    assert users_offered(admin_client, ADD) == {sender}
    assert len(errors_of(admin_client.post(ADD, data_for(others[0])))) == 1


def test_a_user_who_lost_the_token_stays_in_the_rows_that_it_has(admin_client: Client, sender: User) -> None:
    mapping = ImportMappingFactory(user=CredentialFactory(revoked=True).user)

    assert users_offered(admin_client, page_of(mapping)) == {sender, mapping.user}
    admin_client.post(page_of(mapping), data_for(mapping.user, "other"))

    mapping.refresh_from_db()
    assert mapping.external_code == "other"


def test_a_form_that_can_not_be_filled_in_yet_says_so_and_where_to_go(admin_client: Client) -> None:
    page = admin_client.get(ADD)

    assert "No user has a live token yet." in text_of(page)
    assert "There is no campaign yet" in text_of(page)
    needs = page.content.decode().partition('id="needs"')[2].partition("</ul>")[0]
    assert reverse("admin:accounts_user_changelist") in needs
    assert reverse("admin:campaigns_campaign_add") in needs


def test_a_form_that_can_be_filled_in_says_nothing(admin_client: Client, sender: User) -> None:
    CampaignFactory()

    assert 'id="needs"' not in admin_client.get(ADD).content.decode()


def test_the_user_whose_token_was_just_made_is_chosen_already(admin_client: Client, sender: User) -> None:
    form = admin_client.get(ADD, {"user": sender.pk}).context["adminform"].form

    assert form["user"].value() == str(sender.pk)


@pytest.mark.parametrize("make_use_of", [LeadFactory, SubmissionFactory])
def test_a_mapping_in_use_is_not_deleted_and_the_page_says_what_to_do(admin_client: Client, make_use_of: type) -> None:
    mapping = ImportMappingFactory()
    make_use_of(mapping=mapping)

    for response in (
        admin_client.get(delete_page_of(mapping)),
        admin_client.post(delete_page_of(mapping), {"post": "yes"}),
    ):
        assert "Untick “active” instead" in text_of(response)
    assert ImportMapping.objects.get() == mapping


def test_a_mapping_that_nothing_came_through_is_deleted(admin_client: Client) -> None:
    admin_client.post(delete_page_of(ImportMappingFactory()), {"post": "yes"})

    assert not ImportMapping.objects.exists()


def test_the_list_needs_the_same_queries_for_one_row_and_for_thirty(admin_client: Client) -> None:
    ImportMappingFactory()

    assert not grows(admin_client, LIST, lambda: ImportMappingFactory.create_batch(30))


def test_a_row_that_goes_to_another_user_shows_nothing_more_to_who_had_a_link(
    admin_client: Client, admin: User, sender: User
) -> None:
    mapping = ImportMappingFactory()
    link, text = share_links.make(mapping=mapping, days=7, by=admin)
    same = {"external_code": mapping.external_code, "campaign": mapping.campaign_id, "active": "on"}
    admin_client.post(page_of(mapping), {"user": mapping.user_id, **same, "external_code": "other"})
    assert share_links.find(text)
    response = admin_client.post(page_of(mapping), {"user": sender.pk, **same}, follow=True)
    assert "1 share link of the user before was revoked." in text_of(response)
    link.refresh_from_db()
    assert (share_links.find(text), link.revoked_by) == (None, admin)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_else_saves_at_the_same_moment_is_an_error_on_the_form(
    admin_client: Client, sender: User
) -> None:
    """SQLite lets only one request write at a time, from before it looks; PostgreSQL lets the other one in between."""

    def save_first() -> None:
        ImportMappingFactory(user=sender, external_code="demo_leads")
        connection.close()

    def overtake(sender: type, instance: ImportMapping, **kwargs: Any) -> None:
        pre_save.disconnect(overtake, sender=ImportMapping)
        other = Thread(target=save_first)
        other.start()
        other.join()

    data = data_for(sender)
    pre_save.connect(overtake, sender=ImportMapping)
    errors = errors_of(admin_client.post(ADD, data))

    assert errors == ["This user has this code already; edit that row or choose another code."]
    assert ImportMapping.objects.count() == 1
