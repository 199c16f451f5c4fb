from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from leads.models import Lead
from tests.admin.pages import text_of
from tests.factories import LeadFactory, UserFactory

pytestmark = pytest.mark.django_db

LIST = reverse("admin:leads_lead_changelist")


@pytest.fixture
def leads(admin: User) -> list[Lead]:
    return [LeadFactory(nome="Real"), LeadFactory(nome="Probada", is_test=True, submission__tested_by=admin)]


def remove(client: Client, leads: list[Lead]) -> str:
    data = {"action": "remove_tests", "_selected_action": [str(lead.pk) for lead in leads]}
    return text_of(client.post(LIST, data, follow=True))


def test_test_leads_are_removed_and_the_others_stay(admin_client: Client, leads: list[Lead]) -> None:
    assert "1 test lead was removed." in remove(admin_client, leads)
    assert [*Lead.objects.all()] == leads[:1]
    assert "no test lead among them" in remove(admin_client, leads[:1])


def test_who_may_only_look_is_not_offered_to_remove_them(sign_in: Callable[[User], Client], leads: list[Lead]) -> None:
    client = sign_in(UserFactory(staff=True, permissions=["leads.view_lead"]))
    remove(client, leads)
    assert Lead.objects.count() == 2


def test_test_leads_are_marked_and_can_be_left_out_of_the_list(admin_client: Client, leads: list[Lead]) -> None:
    real, test = leads
    assert "Probada test" in text_of(admin_client.get(LIST))
    assert "Probada" not in text_of(admin_client.get(f"{LIST}?is_test__exact=0"))
    assert "Real" not in text_of(admin_client.get(f"{LIST}?is_test__exact=1"))
    page = reverse("admin:leads_lead_change", args=[test.pk])
    assert "This is a test lead" in text_of(admin_client.get(page))
    assert "This is a test lead" not in text_of(admin_client.get(reverse("admin:leads_lead_change", args=[real.pk])))


def test_tests_can_be_left_out_of_the_submissions(admin_client: Client, leads: list[Lead]) -> None:
    url = reverse("admin:leads_submission_changelist")
    found = {value: admin_client.get(url, {"tests": value}).context["cl"].result_list for value in ("no", "yes")}
    assert {value: [row.pk for row in rows] for value, rows in found.items()} == {
        "no": [leads[0].submission_id],
        "yes": [leads[1].submission_id],
    }


def test_submission_says_who_tried(admin_client: Client, admin: User, leads: list[Lead]) -> None:
    page = reverse("admin:leads_submission_change", args=[leads[1].submission_id])
    assert f"Tested by {admin}" in text_of(admin_client.get(page))
