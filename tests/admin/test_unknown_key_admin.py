from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from campaigns.models import Question
from leads import unknown_keys
from leads.enums import KeyState
from leads.models import Fill, ImportMapping, KeyAlias, Lead, UnknownKey
from tests.admin.pages import errors_of, grows, text_of
from tests.factories import (
    CampaignFactory,
    CredentialFactory,
    ImportMappingFactory,
    LeadFactory,
    QuestionFactory,
    UnknownKeyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
LIST = reverse("admin:leads_unknownkey_changelist")
LEADS = reverse("admin:leads_lead_changelist")
QUESTION = {"key": "tipo_piso", "label": "Tipo piso", "type": "text", "choices": ""}


@pytest.fixture
def mapping() -> ImportMapping:
    return ImportMappingFactory.create(external_code="expo", user__username="landing", campaign__name="Expo")


@pytest.fixture
def unknown(mapping: ImportMapping) -> UnknownKey:
    return UnknownKeyFactory.create(mapping=mapping, key="Tipo Piso", samples="ático\nbajo", count=7)


def page_of(unknown: UnknownKey, name: str = "change") -> str:
    return reverse(f"admin:leads_unknownkey_{name}", args=[unknown.pk])


def listed(client: Client, **filters: Any) -> list[UnknownKey]:
    return list(client.get(LIST, filters).context["cl"].queryset)


def carrier(mapping: ImportMapping, value: Any = "ático", **columns: Any) -> Lead:
    kept_aside = {"Tipo Piso": {"value": value, "reason": "unknown_key"}}
    return LeadFactory.create(mapping=mapping, kept_aside=kept_aside, **columns)


def make_alias(client: Client, unknown: UnknownKey, target: str = "otro") -> HttpResponse:
    return client.post(page_of(unknown, "alias"), {"target": target})


def test_the_list_says_how_often_what_and_where(admin_client: Client, unknown: UnknownKey) -> None:
    unknown.resembles = "tipo_inmueble"
    unknown.save()
    words = text_of(admin_client.get(LIST))
    assert "Tipo Piso tipo_inmueble expo (landing) → Expo 7" in words
    assert "ático bajo Make it a question It is a field under another name" in words


def test_the_list_has_what_is_to_be_decided_and_filters_the_rest(admin_client: Client, unknown: UnknownKey) -> None:
    known = UnknownKeyFactory.create(state=KeyState.KNOWN, key="piso?")
    for row in (unknown, known):
        CredentialFactory.create(user=row.mapping.user)
    assert listed(admin_client) == [unknown]
    assert listed(admin_client, state="known") == [known]
    assert set(listed(admin_client, state="all", q="pis")) == {unknown, known}
    assert listed(admin_client, state="a\0b") == []
    assert listed(admin_client, state="all", mapping__id__exact=known.mapping_id) == [known]
    assert listed(admin_client, state="all", mapping__user__id__exact=unknown.mapping.user_id) == [unknown]


def test_the_list_leads_to_the_leads_that_carry_the_key(
    admin_client: Client, mapping: ImportMapping, unknown: UnknownKey
) -> None:
    lead = carrier(mapping)
    carrier(ImportMappingFactory.create())
    LeadFactory.create(mapping=mapping)
    link = f"{LEADS}?carries={unknown.pk}"
    assert f'href="{link}"' in admin_client.get(LIST).content.decode()
    assert list(admin_client.get(link).context["cl"].queryset) == [lead]


@pytest.mark.parametrize("value", ["0", "x", "9" * 30, "-1", ""])
def test_a_key_that_is_not_there_has_no_leads(admin_client: Client, value: str) -> None:
    LeadFactory.create()
    assert not admin_client.get(LEADS, {"carries": value}).context["cl"].queryset.exists()


def test_queries_of_the_list_do_not_grow_with_its_rows(admin_client: Client, unknown: UnknownKey) -> None:
    assert not grows(admin_client, LIST, lambda: UnknownKeyFactory.create_batch(30))


def test_a_key_becomes_another_name_of_what_it_resembles(admin_client: Client, unknown: UnknownKey) -> None:
    unknown.resembles = "calle"
    unknown.save()
    form = admin_client.get(page_of(unknown, "alias")).context["form"]
    assert form["target"].value() == "strada"
    response = make_alias(admin_client, unknown, "strada")
    assert response.headers["Location"] == page_of(unknown)
    assert str(KeyAlias.objects.get()) == "tipo_piso → strada"
    assert listed(admin_client) == []


def test_the_fields_and_the_questions_of_the_campaign_can_be_chosen(admin_client: Client, unknown: UnknownKey) -> None:
    QuestionFactory.create(key="here", campaigns=[unknown.mapping.campaign, CampaignFactory()])
    QuestionFactory.create(key="everywhere")
    QuestionFactory.create(key="elsewhere", campaigns=[CampaignFactory()])
    choices = admin_client.get(page_of(unknown, "alias")).context["form"].fields["target"].choices
    (_, _), (_, questions), (_, fields) = choices
    assert ({key for key, _ in questions}, len(fields)) == ({"here", "everywhere"}, 23)
    assert errors_of(make_alias(admin_client, unknown, "elsewhere"))
    assert errors_of(make_alias(admin_client, unknown, ""))
    assert not KeyAlias.objects.exists()


def test_a_key_that_can_be_no_other_name_is_refused_in_words(admin_client: Client, unknown: UnknownKey) -> None:
    QuestionFactory.create(key="tipo_piso", campaigns=[CampaignFactory()])
    (error,) = errors_of(make_alias(admin_client, unknown))
    assert "There is a question with the key “tipo_piso”." in error


def test_a_key_becomes_a_question_and_the_key_as_sent_another_name_of_it(
    admin_client: Client, mapping: ImportMapping, unknown: UnknownKey
) -> None:
    form = admin_client.get(page_of(unknown, "question")).context["adminform"].form
    assert (form["key"].value(), form["label"].value()) == ("tipo_piso", "Tipo Piso")
    assert form["campaigns"].value() == [mapping.campaign_id]
    response = admin_client.post(page_of(unknown, "question"), {**QUESTION, "campaigns": [mapping.campaign_id]})
    assert response.headers["Location"] == page_of(unknown)
    assert KeyAlias.objects.get().question == Question.objects.get()
    assert unknown_keys.target_of(UnknownKey.objects.get()) == "tipo_piso"


def test_a_question_with_the_very_key_needs_no_other_name(admin_client: Client, mapping: ImportMapping) -> None:
    unknown = UnknownKeyFactory.create(mapping=mapping, key="tipo_piso")
    admin_client.post(page_of(unknown, "question"), QUESTION)
    unknown.refresh_from_db()
    assert (unknown.state, KeyAlias.objects.count()) == (KeyState.KNOWN, 0)


@pytest.mark.parametrize(
    ("key", "words"),
    [("Tipo Piso", "There is a question with the key"), ("ﷺ" * 9, "too long"), ("¿?" * 3, "")],
)
def test_a_question_that_the_key_can_not_mean_is_refused_whole(
    admin_client: Client, mapping: ImportMapping, key: str, words: str
) -> None:
    QuestionFactory.create(key="tipo_piso", campaigns=[CampaignFactory()])
    unknown = UnknownKeyFactory.create(mapping=mapping, key=key)
    errors = errors_of(admin_client.post(page_of(unknown, "question"), {**QUESTION, "key": "otra_cosa"}))
    assert (len(errors) == 1 and words in errors[0]) or not words
    assert Question.objects.filter(key="otra_cosa").exists() == (not words)


def test_the_campaign_that_the_key_came_with_has_to_ask_the_question(admin_client: Client, unknown: UnknownKey) -> None:
    data = {**QUESTION, "campaigns": [CampaignFactory().pk]}
    (error,) = errors_of(admin_client.post(page_of(unknown, "question"), data))
    assert "“Expo”: let this campaign ask the question too" in error


def test_a_dismissed_key_leaves_the_list(admin_client: Client, unknown: UnknownKey) -> None:
    words = text_of(admin_client.post(page_of(unknown, "dismiss"), follow=True))
    assert "The key “Tipo Piso” is dismissed." in words
    assert listed(admin_client) == []
    assert listed(admin_client, state="dismissed") == [unknown]


def test_a_key_that_is_known_already_is_not_decided_twice(admin_client: Client, unknown: UnknownKey) -> None:
    make_alias(admin_client, unknown)
    for name in ("alias", "question"):
        assert admin_client.get(page_of(unknown, name)).headers["Location"] == page_of(unknown)
    assert make_alias(admin_client, unknown, "nome").headers["Location"] == page_of(unknown)
    assert KeyAlias.objects.get().field == "otro"


def test_the_row_of_other_keys_is_only_shown(admin_client: Client, mapping: ImportMapping) -> None:
    others = UnknownKeyFactory.create(mapping=mapping, key="", samples="")
    assert "(other keys)" in text_of(admin_client.get(LIST))
    assert "when 1,000 others were listed already" in text_of(admin_client.get(page_of(others)))
    for name in ("alias", "question"):
        assert admin_client.get(page_of(others, name)).headers["Location"] == page_of(others)


def test_who_may_only_see_decides_nothing(sign_in: SignIn, mapping: ImportMapping, unknown: UnknownKey) -> None:
    client = sign_in(UserFactory.create(staff=True, permissions=["leads.view_unknownkey"]))
    carrier(mapping)
    for url in (LIST, page_of(unknown)):
        assert "It is a field under another name" not in text_of(client.get(url))
    for name in ("alias", "question", "dismiss", "fill"):
        for method in (client.get, client.post):
            assert method(page_of(unknown, name)).status_code == 403
    fill = Fill.objects.create(unknown_key=unknown, by=mapping.user)
    assert client.post(reverse("admin:leads_unknownkey_undo", args=[fill.pk])).status_code == 403


def test_a_question_is_for_who_may_add_one(sign_in: SignIn, unknown: UnknownKey) -> None:
    permissions = ["leads.view_unknownkey", "leads.change_importmapping"]
    client = sign_in(UserFactory.create(staff=True, permissions=permissions))
    words = text_of(client.get(LIST))
    assert "It is a field under another name" in words
    assert "Make it a question" not in words
    assert client.get(page_of(unknown, "question")).status_code == 403


def test_what_is_not_there_is_not_found(admin_client: Client) -> None:
    for name in ("alias", "question", "dismiss", "fill", "undo"):
        assert admin_client.post(reverse(f"admin:leads_unknownkey_{name}", args=[404])).status_code == 404


def test_other_names_are_taken_away_on_the_page_of_the_import_api(
    admin_client: Client, mapping: ImportMapping, unknown: UnknownKey
) -> None:
    make_alias(admin_client, unknown)
    url = reverse("admin:leads_importmapping_change", args=[mapping.pk])
    assert "tipo_piso Other (otro)" in text_of(admin_client.get(url))
    data = {"user": mapping.user_id, "external_code": "expo", "campaign": mapping.campaign_id, "active": "on"}
    data |= {"aliases-TOTAL_FORMS": 1, "aliases-INITIAL_FORMS": 1}
    row = {"id": KeyAlias.objects.get().pk, "mapping": mapping.pk, "DELETE": "on"}
    admin_client.post(url, data | {f"aliases-0-{name}": value for name, value in row.items()})
    assert not KeyAlias.objects.exists()
