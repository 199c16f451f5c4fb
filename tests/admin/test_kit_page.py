"""The page of an integration, for the people of the installation: try, send a test, share."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from leads import share_links
from leads.models import Lead, ShareLink, Submission
from tests.admin.pages import text_of
from tests.factories import ImportMappingFactory, SubmissionFactory, UserFactory
from tests.leads.kit.integration import Integration, make_integration

pytestmark = pytest.mark.django_db

JSON = "application/json"


@pytest.fixture
def integration() -> Integration:
    return make_integration(code="expo_2026")


def at(name: str, integration: Integration, *more: object) -> str:
    return reverse(f"admin:leads_importmapping_{name}", args=[integration.mapping.pk, *more])


def paste(client: Client, integration: Integration, body: str, kind: str = JSON, **more: str) -> str:
    response = client.post(at("try", integration), {"body": body, "content_type": kind, **more}, follow=True)
    assert response.status_code == 200
    return text_of(response)


def nothing_is_written() -> bool:
    return not (Submission.objects.exists() or Lead.objects.exists())


def test_row_leads_to_its_integration(admin_client: Client, integration: Integration) -> None:
    address = at("kit", integration)
    for page in (reverse("admin:leads_importmapping_changelist"), at("change", integration)):
        assert address in admin_client.get(page).content.decode()
    page = admin_client.get(address)
    assert "no-store" in page["Cache-Control"]
    assert "http://testserver/easycall/spring" in text_of(page)
    assert integration.token not in page.content.decode()


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_swagger_file_is_there(admin_client: Client, integration: Integration, suffix: str) -> None:
    answer = admin_client.get(at("openapi", integration, suffix))
    assert "expo_2026.openapi" in answer["Content-Disposition"]


def test_filled_in_lead_is_shown_as_an_operator_sees_it(admin_client: Client, integration: Integration) -> None:
    fields = {"lead-nome": "Lucía", "lead-telefono_mobile": "600 11 12 22", "lead-pregunta_text": "hola"}
    text = text_of(admin_client.post(at("try", integration), fields))
    assert "A new lead. " + integration.mapping.campaign.name in text
    assert "Mobile phone +34600111222" in text
    assert "The question is required and has no answer." in text
    assert nothing_is_written()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (JSON, '{"Campaign": "expo_2026", "email": "a@Example.com"}'),
        (JSON, '[{"Campaign": "expo_2026", "email": "a@Example.com"}]'),
        ("application/x-www-form-urlencoded", "Campaign=expo_2026&email=a%40Example.com"),
        ("text/plain", "Campaign: expo_2026\r\nemail: a@Example.com"),
        (
            "multipart/form-data",
            (
                '--x\r\nContent-Disposition: form-data; name="email"\r\n\r\na@Example.com\r\n'
                '--x\r\nContent-Disposition: form-data; name="Campaign"\r\n\r\nexpo_2026\r\n--x--\r\n'
            ),
        ),
    ],
)
def test_body_of_any_kind_is_read_as_the_door_reads_it(
    admin_client: Client, integration: Integration, kind: str, body: str
) -> None:
    text = paste(admin_client, integration, body, kind)
    assert "A new lead." in text
    assert "E-mail a@example.com" in text
    assert nothing_is_written()


def test_problem_is_shown_with_what_to_mend(admin_client: Client, integration: Integration) -> None:
    text = paste(admin_client, integration, '{"Campaign": "expo_2026", "telefonno": "600111222"}')
    assert "The lead has neither phone nor e-mail" in text
    assert "did you mean “telefono”" in text
    assert nothing_is_written()


def test_requests_lead_to_their_submissions(admin_client: Client, integration: Integration) -> None:
    submission = SubmissionFactory(user=integration.mapping.user, mapping=integration.mapping)
    page = admin_client.get(at("kit", integration)).content.decode()
    assert reverse("admin:leads_submission_change", args=[submission.pk]) in page


def test_what_was_typed_stays(admin_client: Client, integration: Integration) -> None:
    page = admin_client.post(at("try", integration), {"lead-nome": "Íñigo <b>", "lead-email": "x"})
    assert 'value="Íñigo &lt;b&gt;"' in page.content.decode()


def test_test_lead_is_sent_by_a_button(admin_client: Client, admin: User, integration: Integration) -> None:
    text = paste(admin_client, integration, json.dumps(integration.kit.lead), send="1")
    assert "Sent, as a test lead" in text
    lead = Lead.objects.get()
    assert (lead.is_test, lead.submission.tested_by) == (True, admin)
    assert str(lead.submission_id) in admin_client.get(at("kit", integration)).content.decode()


def test_nothing_is_sent_without_a_live_token(admin_client: Client, integration: Integration) -> None:
    integration.mapping.user.credentials.all().delete()
    body = json.dumps(integration.kit.lead)
    assert "needs a live token" in paste(admin_client, integration, body)
    assert "nothing was sent" in paste(admin_client, integration, body, send="1")
    assert nothing_is_written()


def test_share_link_is_made_shown_once_and_revoked(admin_client: Client, admin: User, integration: Integration) -> None:
    page = admin_client.post(at("share", integration), {"days": "7"})
    link = ShareLink.objects.get()
    address = page.context["made"]["address"]
    assert address in text_of(page)
    assert (link.mapping, link.created_by) == (integration.mapping, admin)
    assert Client(SERVER_NAME="testserver").get(address).status_code == 200
    assert address not in text_of(admin_client.get(at("kit", integration)))

    admin_client.post(at("revoke", integration, link.pk))
    link.refresh_from_db()
    assert link.revoked_by == admin
    assert Client(SERVER_NAME="testserver").get(address).status_code == 404


def test_link_of_another_row_is_not_revoked_here(admin_client: Client, admin: User, integration: Integration) -> None:
    link, _ = share_links.make(mapping=ImportMappingFactory(), days=7, by=admin)
    assert admin_client.post(at("revoke", integration, link.pk)).status_code == 404


def test_who_may_only_look_can_neither_try_nor_share(
    sign_in: Callable[[User], Client], integration: Integration
) -> None:
    looker = UserFactory(staff=True, permissions=["leads.view_importmapping"])
    client = sign_in(looker)
    SubmissionFactory(user=integration.mapping.user, mapping=integration.mapping, answer='{"id": "only-for-support"}')
    page = client.get(at("kit", integration)).content.decode()
    assert "only-for-support" not in page
    assert 'id="try"' not in page
    assert 'id="share"' not in page
    for name in ("try", "share"):
        assert client.post(at(name, integration), {"days": "7", "body": "{}"}).status_code == 403
    assert client.get(at("requests", integration)).status_code == 403


@pytest.mark.parametrize("number", [1, 30])
def test_number_of_queries_does_not_grow(
    admin_client: Client,
    admin: User,
    integration: Integration,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    SubmissionFactory.create_batch(number, user=integration.mapping.user, mapping=integration.mapping)
    for _ in range(number):
        share_links.make(mapping=integration.mapping, days=7, by=admin)
    with django_assert_num_queries(11):
        admin_client.get(at("kit", integration))
    version = admin_client.get(at("requests", integration)).json()["version"]
    with django_assert_num_queries(5):
        admin_client.get(at("requests", integration) + f"?version={version}")
