"""Integrations whose fields changed."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from leads.admin.front.changed import EARLIER, RECENT, changed_mappings, stopped_keys
from leads.models import ImportMapping
from tests.factories import ImportMappingFactory, LeadFactory, QuestionFactory

pytestmark = pytest.mark.django_db

MONTH = timedelta(days=30)


@pytest.fixture
def mapping() -> ImportMapping:
    return ImportMappingFactory()


def leads(mapping: ImportMapping, count: int, ago: timedelta = timedelta(0), **kwargs: Any) -> None:
    for number in range(count):
        LeadFactory(mapping=mapping, created_at=timezone.now() - ago - timedelta(minutes=number), **kwargs)


def changed() -> list[tuple[ImportMapping, list[str]]]:
    with translation.override("en"):
        return [(mapping, [str(label) for label in labels]) for mapping, labels in changed_mappings(timezone.now())]


def test_a_field_that_used_to_come_and_stopped_is_told(mapping: ImportMapping) -> None:
    leads(mapping, EARLIER, MONTH, email="a@example.com")
    leads(mapping, RECENT)
    assert changed() == [(mapping, ["E-mail"])]


def test_nothing_is_told_of_who_sends_as_always(mapping: ImportMapping) -> None:
    leads(mapping, EARLIER, MONTH, email="a@example.com")
    leads(mapping, RECENT - 1)
    leads(mapping, 1, timedelta(hours=1), email="a@example.com")
    assert changed() == []


def test_a_field_that_came_now_and_then_is_not_missed(mapping: ImportMapping) -> None:
    leads(mapping, EARLIER // 2, MONTH)
    leads(mapping, EARLIER // 2, MONTH + timedelta(days=1), email="a@example.com")
    leads(mapping, RECENT)
    assert changed() == []


def test_an_answer_and_the_envelope_are_missed_too(mapping: ImportMapping) -> None:
    QuestionFactory(key="piso", label="Tipo de piso")
    leads(mapping, EARLIER, MONTH, answers={"piso": "ático"}, channel="web")
    leads(mapping, RECENT)
    [(found, labels)] = changed()
    assert (found, len(labels)) == (mapping, 2)
    assert "Tipo de piso" in labels


def test_a_question_that_is_no_longer_asked_is_not_missed(mapping: ImportMapping) -> None:
    leads(mapping, EARLIER, MONTH, answers={"piso": "ático"})
    leads(mapping, RECENT)
    assert changed() == []


def test_it_stays_told_while_many_leads_come(mapping: ImportMapping) -> None:
    leads(mapping, EARLIER, timedelta(days=8), email="a@example.com")
    leads(mapping, RECENT + EARLIER)
    assert changed() == [(mapping, ["E-mail"])]


def test_who_sends_seldom_is_compared_with_what_came_before(mapping: ImportMapping) -> None:
    for number in range(RECENT):
        leads(mapping, 1, timedelta(days=3 * number))
    leads(mapping, EARLIER, 2 * MONTH, email="a@example.com")
    assert changed() == [(mapping, ["E-mail"])]


def test_a_young_integration_is_compared_with_its_first_leads(mapping: ImportMapping) -> None:
    leads(mapping, EARLIER, timedelta(days=3), email="a@example.com")
    leads(mapping, 2 * EARLIER)
    assert changed() == [(mapping, ["E-mail"])]
    leads(mapping, 1, email="b@example.com")
    assert changed() == []


def test_few_leads_tell_nothing(mapping: ImportMapping) -> None:
    leads(mapping, EARLIER - 1, MONTH, email="a@example.com")
    leads(mapping, RECENT)
    other = ImportMappingFactory()
    leads(other, RECENT - 1)
    assert changed() == []


def test_test_leads_and_what_is_switched_off_are_left_out(mapping: ImportMapping) -> None:
    leads(mapping, EARLIER, MONTH, email="a@example.com")
    leads(mapping, RECENT, is_test=True)
    off = ImportMappingFactory(active=False)
    leads(off, EARLIER, MONTH, email="a@example.com")
    leads(off, RECENT)
    assert changed() == []


def test_most_is_enough_and_one_recent_lead_is_enough_too() -> None:
    earlier = [*[{"email"}] * 8, set(), set()]
    assert stopped_keys([set()], earlier) == ["email"]
    assert stopped_keys([set()], [*earlier, set()]) == []
    assert stopped_keys([set(), {"email"}], earlier) == []
