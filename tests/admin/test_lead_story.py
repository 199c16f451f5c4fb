"""The page of a lead: who sent it, what became of each key, and the lead that it was taken for."""

import pytest
from django.test import Client

from campaigns.enums import DuplicateAction
from leads.models import Lead
from tests.admin.pages import text_of
from tests.admin.test_lead_admin import SignIn, page_of, send, staff
from tests.factories import ImportMappingFactory, LeadFactory, QuestionFactory, SubmissionFactory

pytestmark = pytest.mark.django_db


def test_page_tells_who_sent_the_lead_and_from_where(admin_client: Client) -> None:
    mapping = ImportMappingFactory.create(external_code="expo", user__username="landing")
    lead = Lead.objects.get(pk=send({"telefono": "600111222"}, mapping=mapping)["id"])
    words = text_of(admin_client.get(page_of(lead)))
    assert f"Sent by landing Advanced credential {lead.submission.credential.prefix}… From address 192.0.2.1" in words


def test_who_may_not_see_submissions_is_told_the_sender_only(sign_in: SignIn) -> None:
    lead = Lead.objects.get(pk=send({"telefono": "600111222"})["id"])
    words = text_of(sign_in(staff("view_lead")).get(page_of(lead)))
    assert f"Sent by {lead.mapping.user}" in words
    assert "192.0.2.1" not in words


def test_keys_stand_in_the_order_in_which_they_came(admin_client: Client) -> None:
    body = {"notas": None, "zzz": 1, "telefono": "600111222", "aaa": 2}
    page = admin_client.get(page_of(Lead.objects.get(pk=send(body)["id"])))
    assert [(row.key, row.sent) for row in page.context["page"]["sent"]] == [
        ("notas", "null"),
        ("zzz", "1"),
        ("telefono", "600111222"),
        ("aaa", "2"),
    ]


def test_key_that_came_twice_has_both_its_rows_in_its_place(admin_client: Client) -> None:
    body = b"telefono=600111222&x=1&x=2&nombre=Ana&x=3"
    lead = Lead.objects.get(pk=send(body, "application/x-www-form-urlencoded")["id"])
    page = admin_client.get(page_of(lead))
    assert [row.key for row in page.context["page"]["sent"]] == ["telefono", "x", "x[2]", "x[3]", "nombre"]


def test_page_says_what_is_another_value_by_now(admin_client: Client) -> None:
    lead = Lead.objects.get(pk=send({"telefono": "600111222", "nombre": "Ana", "ciudad": "Roma"})["id"])
    assert "Now:" not in text_of(admin_client.get(page_of(lead)))
    Lead.objects.filter(pk=lead.pk).update(nome="Anna")
    assert "nombre Ana First name nome Ana Now: Anna" in text_of(admin_client.get(page_of(lead)))


def test_keys_are_shown_when_the_body_is_gone(admin_client: Client) -> None:
    lead = Lead.objects.get(pk=send({"telefono": "600111222", "notas": ""})["id"])
    lead.submission.body = b""
    lead.submission.save()
    page = admin_client.get(page_of(lead))
    assert [(row.key, row.sent) for row in page.context["page"]["sent"]] == [("telefono", "600111222"), ("notas", None)]


@pytest.mark.parametrize("body", [b"[]", b"{", b'[{"telefono": "1"}]', b"\xff"])
def test_body_that_fits_no_receipt_breaks_no_page(body: bytes, admin_client: Client) -> None:
    answer = '{"results": [{}, {"stored": {"telefono": {"field": "telefono", "value": "+34600111222"}}}]}'
    lead = LeadFactory.create(submission=SubmissionFactory.create(body=body, answer=answer), item=1)
    assert [row.key for row in admin_client.get(page_of(lead)).context["page"]["sent"]] == ["telefono"]


def test_duplicates_have_their_values_side_by_side(admin_client: Client) -> None:
    mapping = ImportMappingFactory.create(campaign__duplicate_action=DuplicateAction.MARK)
    first = {"mobile": "600111222", "email": "ana@example.com"}
    send(first, mapping=mapping)
    again = send({"mobile": "600 11 12 22", "email": "ana@example.org"}, mapping=mapping)
    lead = Lead.objects.get(pk=again["id"])
    words = text_of(admin_client.get(page_of(lead)))
    assert "Mobile phone +34600111222 in both +34600111222 in both" in words
    assert "E-mail ana@example.org ana@example.com" in words
    words = text_of(admin_client.get(page_of(Lead.objects.get(duplicate_of=None))))
    assert "E-mail ana@example.com ana@example.org" in words


def test_value_that_the_other_lead_has_in_another_column_is_in_both(admin_client: Client) -> None:
    first = LeadFactory.create(telefono_mobile="", telefono_fisso="+34600111222")
    lead = LeadFactory.create(telefono_mobile="+34600111222", duplicate_of=first, duplicate_rules="mobile")
    words = text_of(admin_client.get(page_of(lead)))
    assert "Landline – +34600111222 in both Mobile phone +34600111222 in both –" in words


def test_history_calls_an_answer_by_its_question(admin_client: Client) -> None:
    mapping = ImportMappingFactory.create(external_code="expo")
    question = QuestionFactory.create(key="piso", label="Which floor?", campaigns=[mapping.campaign])
    lead = {"ID": "crm-7", "telefono": "600111222", question.key: "2"}
    send(lead, mapping=mapping)
    send({**lead, question.key: "3"}, mapping=mapping)
    page = page_of(Lead.objects.get())
    assert "Which floor?: 2 → 3" in text_of(admin_client.get(page))
    Lead.objects.update(answers={})
    assert "Which floor?: 2 → 3" in text_of(admin_client.get(page))
    question.delete()
    assert "piso: 2 → 3" in text_of(admin_client.get(page))
