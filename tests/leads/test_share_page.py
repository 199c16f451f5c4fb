"""The page behind a share link: for whoever has the link, to read, and about this Import API row only."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from leads import share_links
from leads.models import ShareLink
from leads.share import views
from tests.factories import ImportMappingFactory, LeadFactory, SubmissionFactory, UserFactory
from tests.leads.kit.integration import Integration, make_integration

pytestmark = pytest.mark.django_db

PARTS = ("", "openapi.json", "openapi.yaml", "requests/")


@pytest.fixture(autouse=True)
def _forget_visits() -> Iterator[None]:
    yield
    for throttle in (views.visits, views.guesses):
        throttle._failures.clear()


@pytest.fixture
def integration() -> Integration:
    return make_integration()


@pytest.fixture
def shared(integration: Integration) -> tuple[ShareLink, str]:
    return share_links.make(mapping=integration.mapping, days=7, by=UserFactory(admin=True))


@pytest.fixture
def get(shared: tuple[ShareLink, str]) -> Callable[..., Any]:
    """Somebody without an account, and with the link."""
    client = Client(SERVER_NAME="localhost", headers={"accept-language": "en"})
    return lambda part="", **headers: client.get(f"/kit/{shared[1]}/{part}", headers=headers)


def send(integration: Integration, lead: dict[str, str] | list[dict[str, str]]) -> Any:
    headers = {"Authorization": f"Bearer {integration.token}"}
    client = Client(SERVER_NAME="localhost")
    return client.post("/easycall/spring", json.dumps(lead), content_type="application/json", headers=headers).json()


def test_page_has_the_kit_and_no_token(get: Callable[..., Any], integration: Integration) -> None:
    page = get().content.decode()
    assert "http://localhost/easycall/spring" in page
    assert "YOUR_TOKEN" in page
    assert integration.token not in page


def test_lines_are_shown_and_not_run(get: Callable[..., Any]) -> None:
    page = get().content.decode()
    assert "<b>`x`</b>" not in page
    assert "<form" not in page
    assert "&lt;form method=&quot;post&quot;" in page


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_swagger_file_is_there_to_download(get: Callable[..., Any], suffix: str) -> None:
    answer = get(f"openapi.{suffix}")
    assert "attachment" in answer["Content-Disposition"]
    assert b"http://localhost" in answer.content
    assert b"barrio" in answer.content


@pytest.mark.parametrize("part", PARTS)
def test_answers_are_kept_nowhere_and_load_nothing_from_elsewhere(get: Callable[..., Any], part: str) -> None:
    answer = get(part)
    assert answer.status_code == 200
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "noindex" in answer["X-Robots-Tag"]
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert not answer.cookies


@pytest.mark.parametrize("part", PARTS)
def test_link_that_ended_opens_nothing(get: Callable[..., Any], shared: tuple[ShareLink, str], part: str) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert get(part).status_code == 404
    share_links.revoke(link=shared[0], by=UserFactory(admin=True))
    answer = get(part)
    assert (answer.status_code, answer["Cache-Control"]) == (404, "no-store")
    assert b"YOUR_TOKEN" not in answer.content


@pytest.mark.parametrize("part", PARTS)
def test_nothing_can_be_sent_to_it(shared: tuple[ShareLink, str], part: str) -> None:
    assert Client(SERVER_NAME="localhost").post(f"/kit/{shared[1]}/{part}").status_code == 405


def test_requests_are_there_with_receipts_and_problems(get: Callable[..., Any], integration: Integration) -> None:
    receipt = send(integration, integration.kit.lead)
    problem = send(integration, {"Campaign": integration.kit.code, "telefonno": "600111222"})
    page = get().content.decode()
    assert receipt["id"] in page
    assert problem["submission"] in page
    assert "did you mean" in page
    assert "/admin/" not in page
    assert "The lead has neither phone nor e-mail" in page


def test_nothing_of_anybody_else_is_there(get: Callable[..., Any], integration: Integration) -> None:
    other = LeadFactory(submission__answer='{"secret": "of another"}', nome="Zenobia")
    mixed = SubmissionFactory(user=integration.mapping.user, mapping=other.mapping, answer='{"secret": "x"}')
    page = get().content.decode()
    assert "secret" not in page
    for submission in (other.submission, mixed):
        assert get(f"requests/{submission.pk}").status_code == 404


def test_codes_of_other_rows_of_the_sender_are_not_told(get: Callable[..., Any], integration: Integration) -> None:
    ImportMappingFactory(user=integration.mapping.user, external_code="of_another_client")
    answer = send(integration, [integration.kit.lead, {"Campaign": "typo", "email": "a@example.com"}])
    assert "of_another_client" in json.dumps(answer)
    submission = answer["results"][0]["submission"]
    for shown in (get().content, get("requests/").content, get(f"requests/{submission}").content):
        assert submission in shown.decode()
        assert "of_another_client" not in shown.decode()


def test_what_was_kept_aside_and_what_was_a_duplicate_is_said_in_words(
    get: Callable[..., Any], integration: Integration
) -> None:
    send(integration, integration.kit.lead)
    send(integration, [{**integration.kit.lead, "Barrio": "Centro", "telefono_mobile": "12"}])
    page = get("requests/").json()["html"]
    assert "Stored, marked as a duplicate." in page
    assert "1 key kept aside" in page
    assert "Did you mean “barrio”?" in page
    assert "1 warning" in page


def test_list_is_sent_again_only_when_it_is_another_one(get: Callable[..., Any], integration: Integration) -> None:
    version = get("requests/").json()["version"]
    assert get(f"requests/?version={version}").status_code == 204
    receipt = send(integration, integration.kit.lead)
    changed = get(f"requests/?version={version}").json()
    assert changed["version"] != version
    assert receipt["id"] in changed["html"]


def test_long_answer_is_shown_in_part_and_there_as_a_whole(get: Callable[..., Any], integration: Integration) -> None:
    answer = json.dumps({"results": ["x" * 11_000]})
    row = {"user": integration.mapping.user, "mapping": integration.mapping, "problem": "missing-contact"}
    submission = SubmissionFactory(**row, outcome="partial", answer=answer)
    page = get().content.decode()
    assert "x" * 11_000 not in page
    assert "Send at least one phone or e-mail" in page
    assert get(f"requests/{submission.pk}").content.decode() == answer


@pytest.mark.parametrize("number", [1, 30])
def test_number_of_queries_does_not_grow(
    get: Callable[..., Any], integration: Integration, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    SubmissionFactory.create_batch(number, user=integration.mapping.user, mapping=integration.mapping)
    with django_assert_num_queries(7):
        get()
    version = get("requests/").json()["version"]
    with django_assert_num_queries(3):
        get(f"requests/?version={version}")


@pytest.mark.parametrize(
    ("language", "words"), [("es", "Últimas peticiones"), ("it", "Ultime richieste"), ("en", "Last requests")]
)
def test_page_speaks_the_language_that_is_asked_for(get: Callable[..., Any], language: str, words: str) -> None:
    answer = get(f"?lang={language}")
    assert words in answer.content.decode()
    assert answer["Content-Language"] == language
    assert words in get(**{"accept-language": language}).content.decode()


def test_guessing_and_asking_without_end_are_told_to_wait(
    get: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views.guesses, "limit", 2)
    stranger = Client(SERVER_NAME="localhost", REMOTE_ADDR="192.0.2.7")
    assert [stranger.get("/kit/a-guess/").status_code for _ in range(3)] == [404, 404, 429]
    monkeypatch.setattr(views.visits, "limit", 1)
    assert get().status_code == 200
    refused = get()
    assert (refused.status_code, refused["Cache-Control"]) == (429, "no-store")
    assert int(refused["Retry-After"]) > 0
