import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from leads.models import ColumnChoice, Export, Lead, SavedFilter
from tests.admin.pages import queries_of, text_of
from tests.factories import LeadFactory, QuestionFactory, SubmissionFactory, UserFactory

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
LIST = reverse("admin:leads_lead_changelist")
BOTH = pytest.mark.parametrize("model", ["lead", "submission"])


def url_of(tool: str, model: str = "lead", query: str = "") -> str:
    return f"{reverse(f'admin:leads_{model}_{tool}')}?{query}"


def exported(client: Client, query: str = "", *, model: str = "lead", **data: Any) -> list[list[str]]:
    response = client.post(url_of("export", model, query), {"format": "csv", **data})
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(text, newline="")))


def save(client: Client, name: str, query: str, **data: Any) -> Any:
    return client.post(url_of("filters", query=query), {"name": name, **data}, follow=True)


def test_saved_filter_stands_above_the_list_and_filters_it(admin_client: Client) -> None:
    lead = LeadFactory.create(state="closed")
    LeadFactory.create()
    page = save(admin_client, "Closed ones", "state__exact=closed")
    assert "Closed ones" in text_of(page)
    assert list(page.context["cl"].result_list) == [lead]
    assert 'href="?state__exact=closed" aria-current="true"' in page.content.decode()
    assert 'href="?state__exact=closed"' in admin_client.get(LIST).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1",
        "nome__startswith=A",
        "submission__user__password__startswith=a",
        "campaign__id__exact=x",
        "state__exact=closed&nome=Ana",
        "nome__regex=(",
        "kept_aside__x__contains=1",
        "state__exact=%00",
    ],
)
def test_filter_that_the_list_has_not_is_not_saved(query: str, admin_client: Client) -> None:
    LeadFactory.create_batch(2)
    assert "The list does not know this filter." in text_of(save(admin_client, "x", query))
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("query", ["", "q=ana&o=1", "period=week&warning=any", "is_test__exact=1&channel=web"])
def test_filter_of_the_list_is_saved_without_the_page_that_was_open(query: str, admin_client: Client) -> None:
    save(admin_client, "x", f"{query}&p=3".lstrip("&"))
    assert SavedFilter.objects.get().query == query


def test_private_filter_is_nobody_elses(sign_in: SignIn, admin_client: Client) -> None:
    save(admin_client, "Mine", "q=ana")
    save(admin_client, "Ours", "q=eva", shared="on")
    other = sign_in(UserFactory.create(staff=True, role=Role.OPERATOR))
    words = text_of(other.get(LIST))
    assert "Ours" in words
    assert "Mine" not in words


def test_who_may_not_share_keeps_it_to_themselves(sign_in: SignIn) -> None:
    save(sign_in(UserFactory.create(staff=True, role=Role.OPERATOR)), "Mine", "q=ana", shared="on")
    assert not SavedFilter.objects.get().shared


def test_filter_is_deleted_by_who_may(sign_in: SignIn, admin_client: Client) -> None:
    save(admin_client, "Ours", "q=eva", shared="on")
    pk = SavedFilter.objects.get().pk
    other = sign_in(UserFactory.create(staff=True, role=Role.OPERATOR))
    assert other.post(url_of("filters"), {"delete": pk}).status_code == 403
    assert admin_client.post(url_of("filters"), {"delete": "x"}).status_code == 404
    assert "is deleted" in text_of(admin_client.post(url_of("filters"), {"delete": pk}, follow=True))
    assert not SavedFilter.objects.exists()


def test_columns_of_the_list_are_the_readers_own(admin_client: Client, sign_in: SignIn) -> None:
    QuestionFactory.create(key="piso", label="Floor")
    LeadFactory.create(nome="Lucía", comune="Madrid", answers={"piso": "ático"})
    admin_client.post(url_of("columns"), {"columns": ["comune", "answer.piso"]})
    words = text_of(admin_client.get(LIST))
    assert "City (comune) Floor (piso)" in words
    assert "Madrid ático" in words
    assert "Lucía" not in words
    assert "Lucía" in text_of(sign_in(UserFactory.create(admin=True)).get(LIST))


def test_first_column_leads_to_the_page_whatever_it_is(admin_client: Client) -> None:
    lead = LeadFactory.create(comune="Madrid")
    admin_client.post(url_of("columns"), {"columns": ["comune"]})
    url = reverse("admin:leads_lead_change", args=[lead.pk])
    assert f'href="{url}' in admin_client.get(LIST).content.decode()


def test_column_that_is_gone_is_left_out(admin_client: Client, admin: User) -> None:
    ColumnChoice.objects.create(user=admin, list_name="lead", use="list", names=["answer.gone", "no_such", "person"])
    assert admin_client.get(LIST).context["cl"].list_display[1:] == ["person"]


@pytest.mark.parametrize("language", ["en", "es", "it"])
@BOTH
def test_no_column_is_offered_twice(model: str, language: str, admin_client: Client) -> None:
    QuestionFactory.create(key="piso")
    for tool in ("columns", "export"):
        page = admin_client.get(url_of(tool, model), headers={"accept-language": language})
        words = [words for _, words in page.context["form"].fields["columns"].choices]
        assert len(words) == len(set(words)) > 12


def test_column_that_was_chosen_when_it_was_offered_twice_is_the_lists_own(admin_client: Client, admin: User) -> None:
    names = ["received_at", "received", "campaign", "comune"]
    ColumnChoice.objects.create(user=admin, list_name="lead", use="list", names=names)
    shown = admin_client.get(LIST).context["cl"].list_display
    assert [str(getattr(name, "__name__", name)) for name in shown[1:]] == ["received", "destination", "comune"]
    offered = admin_client.get(url_of("columns")).context["form"]["columns"]
    assert offered.initial == ["received", "destination", "comune"]


def test_no_column_at_all_is_refused(admin_client: Client) -> None:
    assert "Choose one at least." in text_of(admin_client.post(url_of("columns"), {}))


def test_export_has_what_is_filtered_in_the_columns_that_are_chosen(admin_client: Client, admin: User) -> None:
    QuestionFactory.create(key="piso", label="Floor")
    LeadFactory.create(nome="=1+1", state="closed", answers={"piso": "ático"})
    LeadFactory.create(nome="Ana")
    rows = exported(admin_client, "state__exact=closed", columns=["nome", "telefono_mobile", "answer.piso"])
    assert rows == [
        ["First name (nome)", "Mobile phone (telefono_mobile)", "Floor (piso)"],
        ["'=1+1", "+34600111222", "ático"],
    ]
    export = Export.objects.get()
    assert (export.by, export.list_name, export.query, export.format) == (
        admin,
        "lead",
        "state__exact=closed&is_test__exact=0",
        "csv",
    )
    assert (export.rows, export.columns) == (1, ["nome", "telefono_mobile", "answer.piso"])


def test_test_leads_are_exported_only_to_who_filters_for_them(admin_client: Client) -> None:
    LeadFactory.create(nome="Real")
    LeadFactory.create(nome="Probada", is_test=True)
    assert exported(admin_client, columns=["nome"])[1:] == [["Real"]]
    assert exported(admin_client, "is_test__exact=1", columns=["nome"])[1:] == [["Probada"]]
    page = admin_client.get(url_of("export"))
    assert "Test leads are left out" in text_of(page)
    assert page.context["total"] == "1"


def test_export_goes_beyond_the_pages_of_the_list(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("easycall.paginator.MOST_FOUND", 2)
    monkeypatch.setattr("easycall.paginator.MOST_OF_ALL", 2)
    LeadFactory.create_batch(5)
    assert len(exported(admin_client, columns=["nome"])) == 6
    assert len(exported(admin_client, "state__exact=open", columns=["nome"])) == 6


def test_export_has_the_answers_until_somebody_chooses(admin_client: Client) -> None:
    QuestionFactory.create(key="piso")
    assert admin_client.get(url_of("export")).context["form"]["columns"].initial[-1] == "answer.piso"


def test_columns_of_an_export_are_remembered(admin_client: Client) -> None:
    exported(admin_client, columns=["cap", "nome"])
    assert admin_client.get(url_of("export")).context["form"]["columns"].initial == ["nome", "cap"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@BOTH
def test_every_column_can_be_exported(model: str, form: str, admin_client: Client) -> None:
    QuestionFactory.create(key="piso")
    LeadFactory.create(duplicate_of=LeadFactory.create(), duplicate_rules="mobile", warning_codes="invalid_phone")
    SubmissionFactory.create(rejected=True)
    names = [name for name, _ in admin_client.get(url_of("export", model)).context["form"].fields["columns"].choices]
    response = admin_client.post(url_of("export", model), {"format": form, "columns": names})
    assert b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert f'filename="{model}s-' in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    assert Export.objects.get().finished_at


@BOTH
def test_every_column_can_be_shown(model: str, admin_client: Client) -> None:
    QuestionFactory.create(key="piso")
    SubmissionFactory.create(rejected=True)
    LeadFactory.create()
    names = [name for name, _ in admin_client.get(url_of("columns", model)).context["form"].fields["columns"].choices]
    admin_client.post(url_of("columns", model), {"columns": names})
    url = reverse(f"admin:leads_{model}_changelist")
    one = queries_of(admin_client, url)
    LeadFactory.create_batch(29)
    assert queries_of(admin_client, url) == one


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.OPERATOR])
def test_export_takes_its_permission(role: Role, sign_in: SignIn) -> None:
    client = sign_in(UserFactory.create(staff=True, role=role))
    assert url_of("export") not in client.get(LIST).content.decode()
    assert client.get(url_of("export")).status_code == 403
    assert client.post(url_of("export"), {"format": "csv", "columns": ["nome"]}).status_code == 403
    assert not Export.objects.exists()


def test_filter_that_the_list_has_not_is_not_exported(admin_client: Client) -> None:
    response = admin_client.post(url_of("export", query="nome=x"), {"format": "csv", "columns": ["nome"]}, follow=True)
    assert "The list does not know this filter." in text_of(response)
    assert not Export.objects.exists()


def test_filter_that_the_history_has_no_room_for_is_not_exported(admin_client: Client) -> None:
    data = {"format": "csv", "columns": ["nome"]}
    response = admin_client.post(url_of("export", query=f"q={'x' * 2_000}"), data, follow=True)
    assert "This filter is too long" in text_of(response)
    assert not Export.objects.exists()


def test_sheet_that_is_too_short_for_the_rows_is_not_begun(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leads.exports.XLSX_ROWS", 1)
    monkeypatch.setattr("easycall.paginator.MOST_FOUND", 1)
    LeadFactory.create_batch(2)
    data = {"format": "xlsx", "columns": ["nome"]}
    assert "choose CSV" in text_of(admin_client.post(url_of("export"), data, follow=True))
    assert not Export.objects.exists()


def test_administrators_see_who_exported_what(admin_client: Client, sign_in: SignIn) -> None:
    LeadFactory.create_batch(2)
    exported(admin_client, "state__exact=open", columns=["nome"])
    url = reverse("admin:leads_export_changelist")
    said = "State: open; Test lead: No"
    assert f"{Export.objects.get().by} leads CSV 2 {said}" in text_of(admin_client.get(url))
    page = text_of(admin_client.get(reverse("admin:leads_export_change", args=[Export.objects.get().pk])))
    assert said in page
    assert "First name (nome)" in page
    assert sign_in(UserFactory.create(staff=True, role=Role.SUPPORT)).get(url).status_code == 403


@BOTH
@pytest.mark.parametrize("tool", ["columns", "filters", "export"])
def test_queries_of_the_pages_do_not_grow(model: str, tool: str, admin_client: Client, admin: User) -> None:
    ContentType.objects.get_for_model(Lead)

    def add(number: int) -> None:
        for each in range(number):
            QuestionFactory.create(key=f"q{number}_{each}")
            SavedFilter.objects.create(owner=admin, list_name=model, name=f"{number} {each}", query="q=x")
            LeadFactory.create()

    add(1)
    one = queries_of(admin_client, url_of(tool, model))
    add(29)
    assert queries_of(admin_client, url_of(tool, model)) == one < 12


def test_queries_of_the_history_do_not_grow(admin_client: Client, admin: User) -> None:
    url = reverse("admin:leads_export_changelist")
    Export.objects.create(by=admin, list_name="lead", format="csv")
    one = queries_of(admin_client, url)
    Export.objects.bulk_create(Export(by=admin, list_name="lead", format="csv") for _ in range(29))
    assert (one, queries_of(admin_client, url)) == (4, 4)
