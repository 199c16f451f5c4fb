import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from accounts.models import User
from campaigns.models import Question
from leads.intake import Delivery, receive
from leads.models import ImportMapping, Lead
from tests.admin.pages import queries_of, text_of
from tests.factories import (
    CredentialFactory,
    ImportMappingFactory,
    LeadEventFactory,
    LeadFactory,
    QuestionFactory,
    SubmissionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
LIST = reverse("admin:leads_lead_changelist")


def page_of(lead: Lead) -> str:
    return reverse("admin:leads_lead_change", args=[lead.pk])


def send(body: object, content_type: str = "application/json", *, mapping: ImportMapping | None = None) -> Any:
    """Send a body through the door; the receipt."""
    mapping = mapping or ImportMappingFactory.create(external_code="expo", campaign__name="Expo")
    delivery = Delivery(
        credential=CredentialFactory.create(user=mapping.user),
        raw=body if isinstance(body, bytes) else json.dumps(body).encode(),
        content_type=content_type,
        method="POST",
        path="/easycall/spring",
        query="",
        url_code="",
        remote_address="192.0.2.1",
    )
    return json.loads(receive(delivery).text)


def sent_page(client: Client, body: object, content_type: str = "application/json") -> str:
    """The words of the page of a lead that was sent so."""
    return text_of(client.get(page_of(Lead.objects.get(pk=send(body, content_type)["id"]))))


def test_list_shows_what_a_lead_is_recognised_by(admin_client: Client) -> None:
    mapping = ImportMappingFactory.create(external_code="expo", user__username="landing", campaign__name="Expo 2026")
    LeadFactory.create(
        mapping=mapping,
        nome="Lucía",
        cognome="García",
        email="lucia@example.com",
        channel="facebook",
        warning_codes="invalid_date invalid_phone",
    )
    words = text_of(admin_client.get(LIST))
    for word in ("Lucía García", "+34600111222", "lucia@example.com", "Expo 2026", "expo (landing)", "facebook"):
        assert word in words
    assert "doubtful date, doubtful phone" in words


@pytest.mark.parametrize("text", ["600 11 12 22", "Lucía", "LUCIA@example.com", "L-17"])
def test_search_box_finds_a_lead(admin_client: Client, text: str) -> None:
    lead = LeadFactory.create(external_id="L-17", email="lucia@example.com")
    LeadFactory.create(nome="Ana", telefono_mobile="+34600111223")
    assert list(admin_client.get(LIST, {"q": text}).context["cl"].queryset) == [lead]


def test_newest_lead_comes_first(admin_client: Client) -> None:
    leads = LeadFactory.create_batch(3)
    assert list(admin_client.get(LIST).context["cl"].result_list) == leads[::-1]
    assert list(admin_client.get(LIST, {"o": "1"}).context["cl"].result_list) == leads


def test_long_values_are_cut_in_the_list(admin_client: Client) -> None:
    LeadFactory.create(nome="A" * 10_000, channel="C" * 10_000, email="E" * 10_000, telefono_mobile="6" * 10_000)
    content = admin_client.get(LIST).content.decode()
    assert not any(letter * 50 in content for letter in "ACE6")


def test_queries_of_the_list_do_not_grow_with_its_rows(admin_client: Client) -> None:
    LeadFactory.create()
    one = queries_of(admin_client, LIST)
    LeadFactory.create_batch(29, warning_codes="invalid_phone")
    assert (one, queries_of(admin_client, LIST)) == (9, 9)


def test_queries_of_a_page_do_not_grow_with_the_lead(admin_client: Client) -> None:
    small = LeadFactory.create(answers={QuestionFactory.create().key: "x"})
    QuestionFactory.create_batch(29)
    answers = {question.key: "x" for question in Question.objects.all()}
    big = LeadFactory.create(answers=answers, kept_aside={f"k{n}": {"value": n} for n in range(30)})
    LeadEventFactory.create_batch(30, lead=big, by=UserFactory.create())
    LeadFactory.create_batch(30, duplicate_of=big, duplicate_rules="mobile")
    ContentType.objects.get_for_model(Lead)
    assert (queries_of(admin_client, page_of(small)), queries_of(admin_client, page_of(big))) == (6, 6)


def test_page_shows_stored_fields_with_label_and_name(admin_client: Client) -> None:
    words = sent_page(admin_client, {"nombre": "Lucía", "ciudad": "Madrid", "telefono": "600 11 12 22"})
    assert "First name nome Lucía" in words
    assert "City comune Madrid" in words
    assert "Phone telefono +34600111222 as sent: 600 11 12 22" in words
    assert "Last name" not in words


def test_phone_that_is_stored_as_sent_is_shown_once(admin_client: Client) -> None:
    lead = LeadFactory.create(telefono_mobile="600 11", telefono_mobile_sent="600 11")
    assert "as sent:" not in text_of(admin_client.get(page_of(lead)))


def test_page_shows_the_envelope(admin_client: Client) -> None:
    words = sent_page(admin_client, {"ID": "L-17", "canal": "facebook", "Optin": "si", "telefono": "600111222"})
    assert "External id L-17 Channel facebook Consent si" in words


def test_page_shows_answers_and_whether_operators_see_them(admin_client: Client) -> None:
    QuestionFactory.create(key="tipo", label="Property type")
    QuestionFactory.create(key="promo", label="Promo code", visible=False)
    words = sent_page(admin_client, {"telefono": "600111222", "tipo": "piso", "promo": "MAYO"})
    assert "Property type tipo piso Visible in the P.O." in words
    assert "Promo code promo MAYO Operators don't see this in the P.O." in words


def test_answer_outlives_its_question(admin_client: Client) -> None:
    lead = LeadFactory.create(answers={"tipo": "piso"})
    assert "(this question was deleted) tipo piso" in text_of(admin_client.get(page_of(lead)))


def test_page_says_why_a_key_was_kept_aside(admin_client: Client) -> None:
    QuestionFactory.create(key="chiave_nueva")
    words = sent_page(admin_client, {"telefono": "600111222", "Chiave_Nueva": "x", "otra": {"a": [1, True]}})
    reason = "No field, question or part of the envelope has this key."
    assert f"Chiave_Nueva x {reason} Perhaps “chiave_nueva” was meant." in words
    assert f'otra {{"a": [1, true]}} {reason}' in words


def test_page_says_warnings_in_words(admin_client: Client) -> None:
    words = sent_page(admin_client, b"nombre: Bego\xf1a\ntelefono: 12", "text/plain")
    assert "telefono : This is not a phone number of the campaign's country" in words
    assert "The bytes are not UTF-8 and no charset was named" in words


def test_page_shows_each_key_as_sent_beside_what_became_of_it(admin_client: Client) -> None:
    QuestionFactory.create(key="tipo", label="Property type")
    body = {"Campaign": "expo", "movil": "x", "telefono_movil": "600 11 12 22", "tipo": "piso", "notas": " ", "cp": "8"}
    words = sent_page(admin_client, body)
    assert "Campaign expo Campaign code" in words
    assert (
        "telefono_movil 600 11 12 22 Mobile phone telefono_mobile +34600111222 "
        "The key is a known spelling of the field. Read as a phone number, and written in its international form."
    ) in words
    assert "tipo piso Property type tipo piso The key is that of the question. Stored as sent." in words
    assert "movil x Kept aside." in words
    assert "notas Nothing Empty: there was nothing to store." in words


def test_page_shows_the_text_that_was_sent(admin_client: Client) -> None:
    content_type, text = "text/plain", "telefono = 600 11 12 22"
    assert text in sent_page(admin_client, text.encode(), content_type)


@pytest.mark.parametrize("wrap", ["[%s]", '{"leads": %s}', '{ "leads" : [ %s ] }'])
def test_of_a_batch_the_page_shows_the_part_of_the_lead(admin_client: Client, wrap: str) -> None:
    first, second = '{"telefono":  600111222, "a": 1.50}', '{"telefono":  600111333, "b": "],["}'
    leads = f"{first} , {second}" if "[" in wrap else f"[{first} , {second}]"
    send((wrap % leads).encode())
    page = admin_client.get(page_of(Lead.objects.get(item=1)))
    assert page.context["page"]["body"].text == second
    assert "lead no. 2 of a batch" in text_of(page)
    assert "600111222" not in text_of(page)


def test_page_shows_the_history(admin_client: Client) -> None:
    event = LeadEventFactory.create(by=UserFactory.create(username="marta"), data={"before": "1"})
    words = text_of(admin_client.get(page_of(event.lead)))
    assert 'Created marta {"before": "1"}' in words


def test_history_names_the_sender_of_what_came_by_a_token(admin_client: Client) -> None:
    mapping = ImportMappingFactory.create(external_code="expo", user__username="landing")
    lead = Lead.objects.get(pk=send({"telefono": "600111222"}, mapping=mapping)["id"])
    assert "Created landing –" in text_of(admin_client.get(page_of(lead)))


def test_history_of_nobody_known_has_a_dash(admin_client: Client) -> None:
    event = LeadEventFactory.create(submission=None)
    assert "Created – –" in text_of(admin_client.get(page_of(event.lead)))


def test_page_links_to_where_the_lead_came_from(admin_client: Client) -> None:
    lead = LeadFactory.create()
    content = admin_client.get(page_of(lead)).content.decode()
    for name, row in (
        ("leads_submission", lead.submission),
        ("leads_importmapping", lead.mapping),
        ("campaigns_campaign", lead.campaign),
    ):
        assert reverse(f"admin:{name}_change", args=[row.pk]) in content


@pytest.mark.parametrize("answer", ["", "no json {", "[]", "null", '{"results": []}', '{"stored": [1], "empty": {}}'])
def test_lead_without_a_readable_receipt_has_its_page(admin_client: Client, answer: str) -> None:
    lead = LeadFactory.create(
        submission=SubmissionFactory.create(answer=answer), warnings={"no": "list"}, kept_aside=[]
    )
    words = text_of(admin_client.get(page_of(lead)))
    assert "+34600111222" in words
    assert "The receipt of this lead can't be read." in words


def test_hostile_values_stay_text(admin_client: Client) -> None:
    evil = "<script>alert(1)</script>"
    body = {"telefono": evil, "nombre": evil, "canal": evil, evil: {evil: [evil]}, "ID": f'">{evil}', "notas": evil}
    QuestionFactory.create(key="notas", label=evil)
    lead = Lead.objects.get(pk=send(body)["id"])
    for url in (LIST, page_of(lead), f"{LIST}?channel={evil}&q={evil}&of={evil}&from={evil}&warning={evil}"):
        assert evil not in admin_client.get(url).content.decode()


def test_what_can_not_be_seen_is_made_visible(admin_client: Client) -> None:
    words = sent_page(admin_client, {"telefono": "600111222", "nombre": "a\u202eb", "ke\u200by": "\u0007"})
    assert "First name nome a⟨U+202E⟩b" in words
    assert "ke⟨U+200B⟩y ⟨U+0007⟩" in words


def test_nobody_adds_changes_or_deletes(admin_client: Client) -> None:
    lead = LeadFactory.create()
    page = page_of(lead)
    assert admin_client.post(page, {"nome": "Ana"}).status_code == 403
    assert admin_client.get(reverse("admin:leads_lead_add")).status_code == 403
    assert admin_client.post(reverse("admin:leads_lead_delete", args=[lead.pk]), {"post": "yes"}).status_code == 403
    assert "<form" not in admin_client.get(page).content.decode().partition('id="content-main"')[2]
    admin_client.post(LIST, {"action": "delete_selected", "_selected_action": [str(lead.pk)], "post": "yes"})
    assert Lead.objects.get().nome == "Lucía"


def staff(*permissions: str) -> User:
    user = UserFactory.create(staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def test_without_the_permission_there_is_nothing_to_see(sign_in: SignIn) -> None:
    client = sign_in(staff("view_submission", "view_campaign"))
    assert client.get(LIST).status_code == client.get(page_of(LeadFactory.create())).status_code == 403


def test_who_may_see_leads_only_sees_no_body_of_a_submission(sign_in: SignIn) -> None:
    lead = LeadFactory.create(submission=SubmissionFactory.create(body=b"only-in-the-body"))
    response = sign_in(staff("view_lead")).get(page_of(lead))
    assert "+34600111222" in text_of(response)
    assert "only-in-the-body" not in text_of(response)
    assert reverse("admin:leads_submission_change", args=[lead.submission_id]) not in response.content.decode()


@pytest.mark.parametrize("pk", ["abc", "0193aaaa-0000-7000-8000-000000000000", "a\x00b"])
def test_lead_that_is_not_there_leads_back(admin_client: Client, pk: str) -> None:
    response = admin_client.get(reverse("admin:leads_lead_change", args=[pk]))
    assert response.status_code == 302


def test_list_asks_for_no_column_that_it_does_not_show(admin_client: Client) -> None:
    LeadFactory.create()
    (lead,) = admin_client.get(LIST).context["cl"].result_list
    assert {"answers", "kept_aside", "warnings"} <= lead.get_deferred_fields()


def test_history_says_what_an_update_changed(admin_client: Client) -> None:
    mapping = ImportMappingFactory.create(external_code="expo")
    lead = {"ID": "crm-7", "telefono": "600111222", "nombre": "Lucía", "Raro": "1"}
    send(lead, mapping=mapping)
    send({**lead, "nombre": "Ana", "canal": "web", "Raro": "2"}, mapping=mapping)
    words = text_of(admin_client.get(page_of(Lead.objects.get())))
    assert "First name: Lucía → Ana" in words
    assert "Channel: – → web" in words
    assert "Raro: 1 → 2" in words
