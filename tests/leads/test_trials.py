"""Trying from the page of an Import API row: nothing is written, or a test lead that touches no other lead."""

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from accounts.models import User
from accounts.services import create_token
from campaigns.enums import DuplicateAction
from leads import trials
from leads.intake import Delivery, receive
from leads.models import ImportMapping, Lead, LeadEvent, Submission, UnknownKey
from tests.factories import CredentialFactory, ImportMappingFactory, LeadFactory, UserFactory

pytestmark = pytest.mark.django_db

PERSON = {"ID": "7", "nombre": "Lucía", "telefono_movil": "600 11 12 22", "sin_dueño": "x"}


@pytest.fixture
def mapping() -> ImportMapping:
    return ImportMappingFactory(user=CredentialFactory().user)


@pytest.fixture
def somebody() -> User:
    return UserFactory(admin=True)


def try_for_real(mapping: ImportMapping, by: User, **more: str) -> Any:
    credential = trials.token_of(mapping)
    assert credential
    body = json.dumps(PERSON | more).encode()
    answer = trials.send(mapping=mapping, credential=credential, body=body, content_type="application/json", by=by)
    return json.loads(answer.text)


def send(mapping: ImportMapping, **more: str) -> Any:
    credential, _ = create_token(user=mapping.user, by=None)
    delivery = Delivery(
        credential, json.dumps(PERSON | more).encode(), "application/json", "POST", "/easycall/spring", "", "", None
    )
    return json.loads(receive(delivery).text)


def test_explaining_needs_no_token_and_writes_nothing() -> None:
    mapping = ImportMappingFactory()
    answer = trials.explain(mapping=mapping, body=json.dumps(PERSON).encode(), content_type="application/json")
    receipt = json.loads(answer.text)
    assert (answer.status, receipt["id"], receipt["status"]) == (201, None, "created")
    assert [*Submission.objects.all(), *Lead.objects.all(), *UnknownKey.objects.all()] == []


def test_explaining_gives_the_problem(mapping: ImportMapping) -> None:
    answer = trials.explain(mapping=mapping, body=b"{", content_type="application/json")
    assert json.loads(answer.text)["type"] == "/problems/malformed-body"


def test_test_lead_says_that_it_is_one_and_whose(mapping: ImportMapping, somebody: User) -> None:
    receipt = try_for_real(mapping, somebody)
    lead = Lead.objects.get(pk=receipt["id"])
    assert (lead.is_test, lead.submission.tested_by, lead.submission.mapping) == (True, somebody, mapping)
    assert LeadEvent.objects.get(lead=lead).by == somebody
    assert send(mapping)["id"] != receipt["id"]


def test_unknown_keys_of_a_test_are_not_counted(mapping: ImportMapping, somebody: User) -> None:
    try_for_real(mapping, somebody)
    assert not UnknownKey.objects.exists()
    send(mapping)
    assert UnknownKey.objects.exists()


@pytest.mark.parametrize("action", DuplicateAction.values)
def test_test_lead_touches_no_lead_and_no_lead_sees_it(mapping: ImportMapping, somebody: User, action: str) -> None:
    mapping.campaign.duplicate_action = action
    mapping.campaign.save()
    before = try_for_real(mapping, somebody)
    real = send(mapping)
    after = try_for_real(mapping, somebody, nombre="Otra")
    assert [each["status"] for each in (before, real, after)] == ["created"] * 3
    assert Lead.objects.get(pk=real["id"]).nome == "Lucía"
    assert send(mapping)["status"] == "repeated"
    assert send(mapping, ID="8")["duplicate_of" if action != "refuse" else "type"]


def test_token_of_another_user_is_refused(mapping: ImportMapping, somebody: User) -> None:
    with pytest.raises(ValueError, match="another user"):
        trials.send(mapping=mapping, credential=CredentialFactory(), body=b"", content_type="", by=somebody)


def test_token_is_the_newest_that_lives(mapping: ImportMapping) -> None:
    newest = CredentialFactory(user=mapping.user)
    CredentialFactory(user=mapping.user, revoked=True)
    CredentialFactory(user=mapping.user, expired=True)
    CredentialFactory()
    assert trials.token_of(mapping) == newest


def test_removing_takes_the_tests_and_nothing_else(mapping: ImportMapping, somebody: User) -> None:
    tried, real = try_for_real(mapping, somebody), send(mapping)
    assert trials.remove(leads=Lead.objects.all(), by=somebody) == 1
    assert [str(pk) for pk in Lead.objects.values_list("pk", flat=True)] == [real["id"]]
    assert [str(pk) for pk in Submission.objects.values_list("pk", flat=True)] == [real["submission"]]
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.object_repr) == (somebody, tried["id"], tried["id"])


def test_removing_leaves_a_test_that_others_are_duplicates_of(mapping: ImportMapping, somebody: User) -> None:
    first = LeadFactory(is_test=True, submission__tested_by=somebody)
    LeadFactory(duplicate_of=first, duplicate_rules="mobile")
    assert trials.remove(leads=Lead.objects.all(), by=somebody) == 0


def test_removing_leaves_a_lead_that_was_marked_by_hand(mapping: ImportMapping, somebody: User) -> None:
    LeadFactory(is_test=True)
    assert trials.remove(leads=Lead.objects.all(), by=somebody) == 0
