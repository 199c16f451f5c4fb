from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from leads.enums import LeadState
from leads.models import Lead
from tests.admin.pages import errors_of, queries_of, text_of
from tests.admin.test_lead_admin import LIST, SignIn, page_of
from tests.factories import LeadFactory, QuestionFactory, UserFactory

pytestmark = pytest.mark.django_db


def url_of(lead: Lead, act: str) -> str:
    return reverse(f"admin:leads_lead_{act}", args=[lead.pk])


def typed_over(client: Client, lead: Lead, **new: str) -> Any:
    """The answer to the form of corrections, sent as a browser sends it."""
    form = client.get(url_of(lead, "correct")).context["form"]
    data = {name: field.initial for name, field in form.fields.items()}
    return client.post(url_of(lead, "correct"), data | new, follow=True)


def test_support_corrects_a_field(sign_in: SignIn) -> None:
    marta = UserFactory.create(staff=True, username="marta", role=Role.SUPPORT)
    lead = LeadFactory.create(nome="Lucia")
    words = text_of(typed_over(sign_in(marta), lead, nome="Lucía"))
    assert "Corrected: First name." in words
    assert "Corrected by hand marta First name: Lucia → Lucía" in words


def test_doubtful_correction_is_said_to_be_one(admin_client: Client) -> None:
    words = text_of(typed_over(admin_client, LeadFactory.create(), email="x"))
    assert "Stored, but look at it again: doubtful e-mail." in words


def test_correction_names_who_has_the_same_value_now(admin_client: Client) -> None:
    here = LeadFactory.create(nome="Eva", telefono_mobile="+34600999888")
    lead = LeadFactory.create(mapping=here.mapping)
    page = typed_over(admin_client, lead, telefono_mobile="600999888")
    link = f'<a href="{page_of(here)}">Eva</a>'
    assert f"The same person may be here already: {link}. Nothing was merged." in page.content.decode()
    assert "This lead is now marked as a duplicate." in text_of(page)
    history = text_of(HttpResponse(page.content.decode().partition('id="history-heading"')[2]))
    assert "Mobile phone: +34600111222 → +34600999888 Marked as a duplicate. Same: mobile phone Eva , " in history
    undone = typed_over(admin_client, lead, telefono_mobile="600111222")
    assert "This lead is no longer a duplicate." in text_of(undone)
    assert "+34600111222 No longer a duplicate." in text_of(undone)


def test_form_that_is_sent_as_it_is_changes_nothing(admin_client: Client) -> None:
    QuestionFactory.create(key="piso")
    lead = LeadFactory.create(nome=" Ana ", otro="a\nb\r\nc", answers={"piso": "x" * 200}, telefono="1-2")
    assert "Nothing was changed." in text_of(typed_over(admin_client, lead, otro="a\r\nb\r\nc"))
    lead.refresh_from_db()
    assert (lead.nome, lead.otro) == (" Ana ", "a\nb\r\nc")
    assert not lead.events.exists()


def test_emptied_last_contact_is_refused_on_the_form(admin_client: Client) -> None:
    page = typed_over(admin_client, LeadFactory.create(), telefono_mobile="")
    assert "A lead needs a phone or an e-mail." in text_of(page)


def test_who_was_slower_is_told_at_the_field(admin_client: Client) -> None:
    lead = LeadFactory.create(nome="Lucia")
    assert "Somebody else changed this" in errors_of(typed_over(admin_client, lead, **{"seen-nome": "x"}))[0]


def test_questions_of_the_campaign_and_of_the_lead_can_be_corrected(admin_client: Client) -> None:
    lead = LeadFactory.create(answers={"old": "1"})
    QuestionFactory.create(key="asked", campaigns=[lead.campaign])
    QuestionFactory.create(key="old", campaigns=[LeadFactory.create().campaign])
    QuestionFactory.create(key="other", campaigns=[LeadFactory.create().campaign])
    form = admin_client.get(url_of(lead, "correct")).context["form"]
    assert [key for key in ("asked", "old", "other") if key in form.fields] == ["asked", "old"]


@pytest.mark.parametrize(
    ("act", "before", "after"),
    [
        ("close", {}, {"state": LeadState.CLOSED}),
        ("reopen", {"state": LeadState.CLOSED}, {"state": LeadState.OPEN}),
        ("mark_test", {}, {"is_test": True}),
        ("unmark_test", {"is_test": True}, {"is_test": False}),
    ],
)
def test_button_asks_first_and_then_does_it(
    act: str, before: dict[str, Any], after: dict[str, Any], admin_client: Client
) -> None:
    lead = LeadFactory.create(**before)
    url = url_of(lead, act)
    assert url in admin_client.get(page_of(lead)).content.decode()
    assert admin_client.get(url).status_code == 200
    assert not lead.events.exists()
    words = text_of(admin_client.post(url, {"note": "because"}, follow=True))
    assert "because" in words
    assert Lead.objects.filter(pk=lead.pk, **after).exists()


@pytest.mark.parametrize("act", ["correct", "close"])
def test_form_leads_back_to_the_lead(act: str, admin_client: Client) -> None:
    lead = LeadFactory.create()
    page = admin_client.get(url_of(lead, act)).content.decode().partition('id="content-main"')[2]
    assert page.count(f'href="{page_of(lead)}"') == 2


def test_test_that_can_not_be_a_lead_again_is_told_why(admin_client: Client) -> None:
    test = LeadFactory.create(external_id="L-1", is_test=True)
    LeadFactory.create(external_id="L-1", mapping=test.mapping)
    assert "same external id" in text_of(admin_client.post(url_of(test, "unmark_test"), {"note": ""}))


def test_who_only_sees_leads_has_no_button_and_no_form(sign_in: SignIn) -> None:
    client, lead = sign_in(UserFactory.create(staff=True, role=Role.OPERATOR)), LeadFactory.create()
    assert 'class="acts"' not in client.get(page_of(lead)).content.decode()
    assert client.post(url_of(lead, "close"), {"note": ""}).status_code == 403
    assert client.post(url_of(lead, "correct"), {}).status_code == 403
    lead.refresh_from_db()
    assert lead.state == LeadState.OPEN


def test_list_tells_and_filters_closed_ones_and_tests(admin_client: Client) -> None:
    closed, test = LeadFactory.create(state=LeadState.CLOSED), LeadFactory.create(is_test=True, nome="Ana")
    words = text_of(admin_client.get(LIST))
    assert "Lucía closed" in words
    assert "Ana test" in words
    found = [list(admin_client.get(LIST, params).context["cl"].result_list) for params in (
        {"state__exact": "closed"}, {"is_test__exact": "1"}, {"state__exact": "closed", "is_test__exact": "1"}
    )]  # fmt: skip
    assert found == [[closed], [test], []]


def test_queries_of_the_form_do_not_grow_with_the_questions(admin_client: Client) -> None:
    lead = LeadFactory.create()
    ContentType.objects.get_for_model(Lead)
    QuestionFactory.create()
    one = queries_of(admin_client, url_of(lead, "correct"))
    QuestionFactory.create_batch(29)
    assert (one, queries_of(admin_client, url_of(lead, "correct"))) == (4, 4)
