import json
from pathlib import Path

import pytest
from django.core.exceptions import DisallowedHost
from django.test import Client, RequestFactory
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, Settings

from easycall import views
from easycall.api.problems import bad_request
from easycall.errors import PROBLEMS, Problem
from tests.factories import UserFactory


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
def test_type_of_a_problem_leads_to_its_meaning(client: Client, problem: type[Problem]) -> None:
    page = client.get(f"/problems/{problem.type}", headers={"Accept-Language": "en"})
    assert page.status_code == 200
    with translation.override("en"):
        for text in (problem.title, problem.remedy, problem.status):
            assert str(text) in page.content.decode().replace("&lt;", "<").replace("&gt;", ">").replace("&#x27;", "'")


def test_page_of_a_problem_speaks_the_readers_language(client: Client) -> None:
    page = client.get("/problems/invalid-token", headers={"Accept-Language": "it"})
    with translation.override("it"):
        assert str(PROBLEMS["invalid-token"].title) in page.content.decode()
    assert '<html lang="it"' in page.content.decode()


def test_problem_that_does_not_exist_has_no_page(client: Client) -> None:
    assert client.get("/problems/nothing").status_code == 404


def test_machine_that_is_lost_gets_a_problem(client: Client) -> None:
    answer = client.post("/easycall/nothing", b"{}", content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert json.loads(answer.content)["type"] == "/problems/not-found"


def test_person_who_is_lost_gets_a_page_with_the_way_back(client: Client) -> None:
    answer = client.get("/nothing", headers={"Accept-Language": "es"})
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "Esta página no existe" in answer.content.decode()
    assert 'href="/admin/"' in answer.content.decode()


@pytest.mark.django_db
def test_person_without_the_permission_is_told_whom_to_ask(client: Client) -> None:
    client.force_login(UserFactory(staff=True))
    answer = client.get("/admin/leads/submission/", headers={"Accept-Language": "it"})
    assert answer.status_code == 403
    assert "chiedi a un amministratore" in answer.content.decode()


@pytest.mark.django_db
def test_form_of_a_session_that_is_over_is_told_to_be_loaded_again() -> None:
    answer = Client(enforce_csrf_checks=True).post("/admin/login/", headers={"Accept-Language": "en"})
    assert answer.status_code == 403
    assert "Load it again" in answer.content.decode()


def test_fault_behind_a_page_is_one_that_may_be_gone_in_a_moment(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PROBLEMS", None)
    answer = client.get("/problems/not-found", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Try again in a moment" in answer.content.decode()


def test_page_of_an_error_needs_no_list_of_static_files(client: Client, settings: Settings, tmp_path: Path) -> None:
    static = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": static}
    page = client.get("/nothing")
    assert page.status_code == 404
    assert "/static/leads/kit.css" in page.content.decode()
    assert client.get("/problems/not-found").status_code == 503


def test_what_fails_before_the_language_is_chosen_speaks_the_readers() -> None:
    request = RequestFactory().get("/admin/", headers={"Accept-Language": "it"})
    with translation.override("es"):
        answer = bad_request(request, DisallowedHost())
    assert "La richiesta non è ben formata" in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "kind"), [("/easycall/nothing", "application/problem+json"), ("/admin/", "text/html")]
)
def test_unknown_host_is_refused_without_being_repeated(client: Client, path: str, kind: str) -> None:
    answer = client.get(path, headers={"Host": "elsewhere.example.com"})
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith(kind)
    assert b"elsewhere" not in answer.content


@pytest.mark.django_db
def test_live_asks_nobody(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert client.get("/health/live").status_code == 200


@pytest.mark.django_db
def test_ready_asks_the_database(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        assert client.get("/health/ready").status_code == 200


@pytest.mark.django_db
def test_front_page_leads_to_the_admin(client: Client) -> None:
    assert client.get("/")["Location"] == "/admin/"
