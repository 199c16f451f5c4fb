import json

import pytest
from django.test import Client

from accounts.models import Refusal
from easycall.errors import PROBLEMS
from leads.models import Lead, Submission
from tests.factories import ImportMappingFactory
from tests.intake.world import World, send

LEAD = json.dumps({"Campaign": "expo_2026", "telefono": "600 11 12 22"})


@pytest.mark.parametrize("path", ["spring", "spring/", "spring/lead", "spring/lead/"])
def test_door_has_four_spellings(path: str, world: World) -> None:
    assert send(LEAD, world.tokens["<token>"], path=f"/easycall/{path}").status_code == 201


@pytest.mark.parametrize("path", ["spring/leads", "spring//", "springlead", "spring/lead/1", "spring%0a", ""])
def test_everything_beside_it_is_404(path: str, world: World) -> None:
    response = send(LEAD, world.tokens["<token>"], path=f"/easycall/{path}")
    assert (response.status_code, response.json()["type"]) == (404, "/problems/not-found")
    assert not Submission.objects.exists()


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "LEAD"])
def test_other_methods_are_405_and_journalled(method: str, world: World) -> None:
    response = send(LEAD, world.tokens["<token>"], method=method)
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert Submission.objects.get().method == method


def test_receipt_is_the_journals_answer(world: World) -> None:
    response = send(LEAD, world.tokens["<token>"])
    submission = Submission.objects.get()
    assert response.content.decode() == submission.answer
    assert response.json()["submission"] == str(submission.pk)
    assert response.json()["id"] == str(Lead.objects.get().pk)


def test_problem_names_its_row_in_the_journal(world: World) -> None:
    problem = send("{", world.tokens["<token>"]).json()
    assert problem["instance"] == f"urn:uuid:{Submission.objects.get().pk}"


def test_journal_says_how_it_came(world: World) -> None:
    send("", world.tokens["<token>"], path="/easycall/spring/lead?campaign=roma&x=1", content_type="text/plain")
    row = Submission.objects.get()
    assert (row.path, row.query, row.content_type) == ("/easycall/spring/lead", "campaign=roma&x=1", "text/plain")
    assert (row.remote_address, row.user, row.method) == ("127.0.0.1", world.user, "POST")


def test_url_may_have_any_number_of_parameters(world: World) -> None:
    response = send(LEAD, world.tokens["<token>"], path=f"/easycall/spring?{'a&' * 1500}")
    assert response.status_code == 201
    assert bytes(Submission.objects.get().body) == LEAD.encode()


def test_answer_says_that_it_is_in_english(world: World) -> None:
    spanish = {"Accept-Language": "es"}
    assert send(LEAD, world.tokens["<token>"], headers=spanish)["Content-Language"] == "en"
    assert send(LEAD, headers=spanish)["Content-Language"] == "en"


def test_empty_accept_is_no_preference(world: World) -> None:
    assert send(LEAD, world.tokens["<token>"], headers={"Accept": ""}).status_code == 201


def test_last_code_of_the_url_counts(world: World) -> None:
    path = "/easycall/spring?campaign=expo_2026&campaign=+roma"
    response = send('{"telefono": "+34600111222"}', world.tokens["<token>"], path=path)
    assert response.json()["campaign"]["code"] == "roma"


@pytest.mark.parametrize("query", ["campaign=a%C3%B1o", "campaign=a\u00c3\u00b1o", "campaign=an%CC%83o"])
def test_code_of_the_url_has_its_letters(query: str, world: World) -> None:
    ImportMappingFactory(user=world.user, external_code="año")
    response = Client().generic(
        "POST", "/easycall/spring", '{"telefono": "+34600111222"}', "application/json",
        headers={"Authorization": f"Bearer {world.tokens['<token>']}"}, QUERY_STRING=query,
    )  # fmt: skip
    assert response.json()["campaign"]["code"] == "año"


def test_address_is_journalled_without_its_interface(world: World) -> None:
    assert send(LEAD, world.tokens["<token>"], address="fe80::1%eth0").status_code == 201
    assert Submission.objects.get().remote_address == "fe80::1"


@pytest.mark.parametrize("token", ["<unknown>", "<expired>", "<revoked>", "<inactive>"])
def test_bad_tokens_get_one_and_the_same_answer(token: str, world: World) -> None:
    response, ill_formed = send(LEAD, world.tokens[token]), send(LEAD, "nonsense")
    assert response.status_code == 401
    assert response.content == ill_formed.content
    assert response["WWW-Authenticate"] == ill_formed["WWW-Authenticate"]


def test_bad_token_leaves_a_counter_and_no_row(world: World) -> None:
    for _ in range(3):
        send(LEAD, world.tokens["<revoked>"])
    assert not Submission.objects.exists()
    assert Refusal.objects.count() <= 1


def test_another_users_code_gets_the_very_same_answer(world: World) -> None:
    def answer(code: str) -> dict[str, object]:
        problem = send(json.dumps({"Campaign": code, "telefono": "1"}), world.tokens["<token>"]).json()
        return {name: value for name, value in problem.items() if name not in ("instance", "submission")}

    assert answer("expo_2027") == answer("expo_2028")
    assert answer("expo_2027")["campaign_codes"] == ["expo_2026", "roma", "inactive_campaign"]


@pytest.mark.parametrize(
    "query",
    ["token=x", "access_token=x", "Authorization=x", "api_key=", "x=easycall_" + "a" * 12 + "_" + "b" * 43 + "_cccccc"],
)
def test_token_in_the_url_is_refused(query: str, world: World) -> None:
    response = send(LEAD, world.tokens["<token>"], path=f"/easycall/spring?{query}")
    assert (response.status_code, response.json()["type"]) == (400, "/problems/malformed-request")
    assert not Lead.objects.exists()


def test_unknown_host_is_a_problem_too(world: World) -> None:
    response = send(LEAD, world.tokens["<token>"], headers={"Host": "elsewhere.example"})
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("path", ["/admin/", "/admin/leads/lead/", "/admin/accounts/user/add/"])
def test_token_opens_nothing_but_the_door(world: World, path: str) -> None:
    for method in ("GET", "POST"):
        response = send("", world.tokens["<token>"], path=path, method=method)
        assert response.status_code == 302
        assert response["Location"].startswith("/admin/login/")


def test_session_of_the_admin_opens_nothing(world: World, admin_client: Client) -> None:
    assert admin_client.post("/easycall/spring", LEAD, content_type="application/json").status_code == 401


@pytest.mark.parametrize("slug", PROBLEMS)
def test_type_of_a_problem_leads_to_its_page(slug: str, client: Client) -> None:
    response = client.get(f"/problems/{slug}", headers={"Accept-Language": "en"})
    assert response.status_code == 200
    assert slug in response.content.decode()


def test_unknown_problem_has_no_page(client: Client) -> None:
    assert client.get("/problems/nonsense").status_code == 404
