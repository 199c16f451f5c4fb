"""Which requests the page of an Import API row shows: its own, and none of another row."""

import json
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.services import create_token
from leads.kit.requests import SHOWN, last_requests, without_other_codes
from leads.models import ImportMapping
from tests.factories import CampaignFactory, ImportMappingFactory, SubmissionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def mapping() -> ImportMapping:
    return ImportMappingFactory()


@pytest.fixture
def send(mapping: ImportMapping) -> Callable[[object], str]:
    _, token = create_token(user=mapping.user, by=None)

    def post(body: object) -> str:
        headers = {"Authorization": f"Bearer {token}"}
        text = body if isinstance(body, str) else json.dumps(body)
        answer = Client(SERVER_NAME="localhost").post(
            "/easycall/spring", text, content_type="application/json", headers=headers
        )
        submission: str = answer.json()["submission"]
        return submission

    return post


def shown(mapping: ImportMapping) -> list[str]:
    return [str(row.pk) for row in last_requests(mapping)]


def test_what_was_taken_and_what_was_refused_are_there_newest_first(
    mapping: ImportMapping, send: Callable[[object], str]
) -> None:
    sent = [send({"Campaign": mapping.external_code, **more}) for more in ({"email": "a@example.com"}, {"nombre": "x"})]
    assert shown(mapping) == sent[::-1]


@pytest.mark.parametrize("policy", ["inactive", "refuse"])
def test_refusals_of_the_campaign_are_there(mapping: ImportMapping, send: Callable[[object], str], policy: str) -> None:
    ImportMappingFactory(user=mapping.user)
    lead = {"Campaign": mapping.external_code, "email": "a@example.com"}
    first = send(lead)
    mapping.campaign.active = policy != "inactive"
    mapping.campaign.duplicate_action = "refuse"
    mapping.campaign.save()
    second = send(lead)
    assert shown(mapping) == [second, first]


def test_what_told_no_row_is_there_while_the_user_has_no_other(
    mapping: ImportMapping, send: Callable[[object], str]
) -> None:
    sent = [send("{"), send({"Campaign": "a typo", "email": "a@example.com"})]
    assert shown(mapping) == sent[::-1]
    other = ImportMappingFactory(user=mapping.user, campaign=CampaignFactory())
    assert (shown(mapping), shown(other)) == ([], [])


def test_nothing_of_another_row_or_user_is_there(mapping: ImportMapping, send: Callable[[object], str]) -> None:
    other = ImportMappingFactory(user=mapping.user)
    send({"Campaign": other.external_code, "email": "a@example.com"})
    SubmissionFactory()
    SubmissionFactory(mapping=mapping)  # of a user whose row this was before
    assert shown(mapping) == []


def test_no_more_are_there_than_are_shown(mapping: ImportMapping) -> None:
    SubmissionFactory.create_batch(SHOWN + 1, mapping=mapping, user=mapping.user)
    assert len(shown(mapping)) == SHOWN


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ('{"campaign_codes":["a]","mine","b\\"]"],"x":1}', '{"campaign_codes":["mine"],"x":1}'),
        ('{"campaign_codes":["a","mi', '{"campaign_codes":[]'),
        ('{"stored":{"\\"campaign_codes\\":[\\"a\\"]":{}}}', '{"stored":{"\\"campaign_codes\\":[\\"a\\"]":{}}}'),
    ],
)
def test_an_outsider_is_told_no_code_of_another_row(answer: str, told: str) -> None:
    assert without_other_codes(answer, ImportMappingFactory.build(external_code="mine")) == told
