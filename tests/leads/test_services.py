from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from leads import services
from leads.enums import EventKind, LeadState
from leads.models import Lead
from tests.factories import LeadFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def marta() -> User:
    return UserFactory.create(staff=True)


def history(lead: Lead) -> list[tuple[str, object, object]]:
    return [(event.kind, event.by, event.data) for event in lead.events.all()]


def test_a_lead_comes_in_open() -> None:
    assert LeadFactory.create().state == LeadState.OPEN


def test_closing_and_reopening_leave_a_line_each(marta: User) -> None:
    lead = LeadFactory.create()
    assert services.close(lead_id=lead.pk, by=marta, note="sold")
    lead.refresh_from_db()
    assert lead.state == LeadState.CLOSED
    assert services.reopen(lead_id=lead.pk, by=marta)
    lead.refresh_from_db()
    assert lead.state == LeadState.OPEN
    assert history(lead) == [(EventKind.CLOSED, marta, {"note": "sold"}), (EventKind.REOPENED, marta, {})]


def test_marking_as_a_test_and_back_leave_a_line_each(marta: User) -> None:
    lead = LeadFactory.create()
    assert services.mark_test(lead_id=lead.pk, by=marta)
    lead.refresh_from_db()
    assert lead.is_test
    assert services.unmark_test(lead_id=lead.pk, by=marta)
    lead.refresh_from_db()
    assert not lead.is_test
    assert history(lead) == [(EventKind.MARKED_TEST, marta, {}), (EventKind.UNMARKED_TEST, marta, {})]


@pytest.mark.parametrize("service", [services.reopen, services.unmark_test])
def test_what_is_so_already_leaves_no_line(service: Callable[..., bool], marta: User) -> None:
    lead = LeadFactory.create()
    assert not service(lead_id=lead.pk, by=marta)
    assert history(lead) == []


def test_test_whose_external_id_came_again_stays_one(marta: User) -> None:
    test = LeadFactory.create(external_id="L-1", is_test=True)
    LeadFactory.create(external_id="L-1", mapping=test.mapping)
    with pytest.raises(ValidationError):
        services.unmark_test(lead_id=test.pk, by=marta)
    test.refresh_from_db()
    assert test.is_test
    assert history(test) == []


def test_no_lead_has_another_state() -> None:
    lead = LeadFactory.create()
    with pytest.raises(IntegrityError, match="lead_state_is_known"), transaction.atomic():
        Lead.objects.filter(pk=lead.pk).update(state="lost")
