"""A correction looks for duplicates anew, marks at most, and destroys nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import User
from campaigns.enums import DuplicateAction, DuplicateScope
from leads.corrections import DUPLICATES
from leads.models import ImportMapping, Lead
from tests.factories import ImportMappingFactory, LeadFactory, UserFactory
from tests.leads.test_corrections import corrected

pytestmark = pytest.mark.django_db

THEIRS = "+34600999888"


@pytest.fixture
def marta() -> User:
    return UserFactory.create(staff=True)


@pytest.fixture
def mapping() -> ImportMapping:
    return ImportMappingFactory.create()


def lead_of(mapping: ImportMapping, phone: str, **columns: Any) -> Lead:
    return LeadFactory.create(mapping=mapping, telefono_mobile=phone, **columns)


def verdict(lead: Lead) -> tuple[object, str]:
    return lead.duplicate_of_id, lead.duplicate_rules


@pytest.mark.parametrize("policy", DuplicateAction)
def test_corrected_phone_of_somebody_who_is_here_marks_whatever_the_policy(
    policy: str, marta: User, mapping: ImportMapping
) -> None:
    mapping.campaign.duplicate_action = policy
    mapping.campaign.save()
    first, lead = lead_of(mapping, THEIRS), lead_of(mapping, "+34600111222")
    event = corrected(lead, marta, telefono_mobile="600 999 888")
    assert verdict(lead) == (first.pk, "mobile")
    assert event is not None
    assert event.data[DUPLICATES] == {
        "was": None,
        "now": str(first.pk),
        "matched": ["mobile"],
        "same": [str(first.pk)],
    }
    assert Lead.objects.count() == 2
    assert not first.events.exists()


@pytest.mark.parametrize(
    ("here", "new", "rules"),
    [
        ({"email": "Ana@example.com"}, {"email": "ana@EXAMPLE.com"}, "email"),
        ({"telefono": "+34910999888"}, {"telefono_fisso": "910999888"}, "landline"),
        ({"partita_iva": "B58378431"}, {"partita_iva": "b-58378431"}, "tax_id"),
    ],
)
def test_each_value_that_the_campaign_compares_is_looked_for(
    here: dict[str, str], new: dict[str, str], rules: str, marta: User, mapping: ImportMapping
) -> None:
    mapping.campaign.compare_tax_id = True
    mapping.campaign.save()
    first, lead = lead_of(mapping, "+34600111000", **here), lead_of(mapping, "+34600111222")
    corrected(lead, marta, **new)
    assert verdict(lead) == (first.pk, rules)


def test_what_the_campaign_does_not_compare_tells_nothing(marta: User, mapping: ImportMapping) -> None:
    mapping.campaign.compare_mobile = False
    mapping.campaign.save()
    lead_of(mapping, THEIRS)
    lead = lead_of(mapping, "+34600111222")
    event = corrected(lead, marta, telefono_mobile=THEIRS)
    assert (verdict(lead), DUPLICATES in (event.data if event else {})) == ((None, ""), False)


def test_other_campaigns_are_looked_at_where_it_says_so(marta: User, mapping: ImportMapping) -> None:
    elsewhere = lead_of(ImportMappingFactory.create(), THEIRS)
    lead = lead_of(mapping, "+34600111222")
    corrected(lead, marta, telefono_mobile=THEIRS)
    assert verdict(lead) == (None, "")
    mapping.campaign.duplicate_scope = DuplicateScope.ALL
    mapping.campaign.save()
    corrected(lead, marta, telefono_mobile="600111222")
    corrected(lead, marta, telefono_mobile=THEIRS)
    assert verdict(lead) == (elsewhere.pk, "mobile")


@pytest.mark.parametrize(("day", "is_marked"), [(1, False), (9, True), (11, True), (19, False)])
def test_days_of_the_campaign_count_from_when_the_leads_came(
    day: int, is_marked: bool, marta: User, mapping: ImportMapping
) -> None:
    mapping.campaign.duplicate_days = 5
    mapping.campaign.save()
    lead_of(mapping, THEIRS, created_at=datetime(2026, 1, day, tzinfo=UTC))
    lead = lead_of(mapping, "+34600111222", created_at=datetime(2026, 1, 10, tzinfo=UTC))
    corrected(lead, marta, telefono_mobile=THEIRS)
    assert (lead.duplicate_of_id is not None) == is_marked


def test_doubtful_value_tells_nobody_from_anybody(marta: User, mapping: ImportMapping) -> None:
    lead_of(mapping, "60")
    lead = lead_of(mapping, "+34600111222")
    corrected(lead, marta, telefono_mobile="60")
    assert verdict(lead) == (None, "")


def test_value_that_came_doubtful_stays_out_of_it(marta: User, mapping: ImportMapping) -> None:
    lead_of(mapping, "+34600111000", email="x")
    doubt = {"key": "correo_electronico", "code": "invalid_email", "detail": ""}
    lead = lead_of(mapping, "+34600111222", email="x", warnings=[doubt], warning_codes="invalid_email")
    corrected(lead, marta, telefono_mobile="600111333")
    assert verdict(lead) == (None, "")


def test_mark_goes_with_the_value_that_told_it(marta: User, mapping: ImportMapping) -> None:
    first = lead_of(mapping, THEIRS)
    lead = lead_of(mapping, THEIRS, duplicate_of=first, duplicate_rules="mobile")
    event = corrected(lead, marta, telefono_mobile="600111333")
    assert verdict(lead) == (None, "")
    assert event is not None
    assert event.data[DUPLICATES] == {"was": str(first.pk), "now": None, "matched": [], "same": []}


def test_mark_stays_for_what_told_it_and_was_not_touched(marta: User, mapping: ImportMapping) -> None:
    first = lead_of(mapping, THEIRS, email="ana@example.com")
    other = lead_of(mapping, "+34600111333")
    lead = lead_of(mapping, THEIRS, email="ana@example.com", duplicate_of=first, duplicate_rules="mobile email")
    event = corrected(lead, marta, telefono_mobile="600111333")
    assert verdict(lead) == (first.pk, "email")
    assert event is not None
    assert str(other.pk) in event.data[DUPLICATES]["same"]


def test_mark_moves_to_whom_the_new_value_is_of(marta: User, mapping: ImportMapping) -> None:
    first, other = lead_of(mapping, THEIRS), lead_of(mapping, "+34600111333")
    lead = lead_of(mapping, THEIRS, duplicate_of=first, duplicate_rules="mobile")
    corrected(lead, marta, telefono_mobile="600111333")
    assert verdict(lead) == (other.pk, "mobile")


def test_first_of_others_stays_the_first(marta: User, mapping: ImportMapping) -> None:
    here, lead = lead_of(mapping, THEIRS), lead_of(mapping, "+34600111222")
    lead_of(mapping, "+34600111222", duplicate_of=lead, duplicate_rules="mobile")
    event = corrected(lead, marta, telefono_mobile=THEIRS)
    assert verdict(lead) == (None, "")
    assert event is not None
    assert event.data[DUPLICATES]["same"] == [str(here.pk)]


@pytest.mark.parametrize("which", ["corrected", "here"])
def test_tests_are_compared_with_nothing(which: str, marta: User, mapping: ImportMapping) -> None:
    lead_of(mapping, THEIRS, is_test=which == "here")
    lead = lead_of(mapping, "+34600111222", is_test=which == "corrected")
    corrected(lead, marta, telefono_mobile=THEIRS)
    assert verdict(lead) == (None, "")


def test_correction_of_something_else_looks_for_nothing(marta: User, mapping: ImportMapping) -> None:
    lead_of(mapping, THEIRS)
    lead = lead_of(mapping, THEIRS)  # as a campaign that compared nothing left it
    corrected(lead, marta, nome="Ana")
    assert verdict(lead) == (None, "")
