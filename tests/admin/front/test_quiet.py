"""Integrations that went quiet."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from leads.admin.front.quiet import AT_LEAST, is_quiet, quiet_mappings
from leads.models import ImportMapping
from tests.factories import CredentialFactory, ImportMappingFactory, LeadFactory, SubmissionFactory, UserFactory

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# A Wednesday, in the middle of the office's day.
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def sent(mapping: ImportMapping, moments: Iterable[datetime]) -> None:
    for moment in moments:
        SubmissionFactory(mapping=mapping, credential__user=mapping.user, received_at=moment)


def office_hours(first: datetime, last: datetime) -> Iterable[datetime]:
    """Every two hours from eight to six, from Monday to Friday."""
    moment = first.replace(hour=0)
    while moment <= last:
        if moment.weekday() < 5 and 8 <= moment.hour <= 18 and moment >= first:
            yield moment
        moment += 2 * HOUR


def quiet(now: datetime = NOW) -> list[ImportMapping]:
    return [mapping for mapping, _last in quiet_mappings(now)]


@pytest.fixture
def mapping() -> ImportMapping:
    return ImportMappingFactory()


def test_who_sends_as_always_is_not_quiet(mapping: ImportMapping) -> None:
    sent(mapping, office_hours(NOW - 35 * DAY, NOW))
    assert quiet() == []


def test_who_stopped_yesterday_is_quiet(mapping: ImportMapping) -> None:
    sent(mapping, office_hours(NOW - 35 * DAY, NOW - DAY))
    [(found, last)] = quiet_mappings(NOW)
    assert (found, last) == (mapping, NOW - DAY)


def test_who_looks_before_the_office_opens_is_told_of_yesterday(mapping: ImportMapping) -> None:
    sent(mapping, office_hours(NOW - 35 * DAY, NOW - 28 * HOUR))
    assert quiet(NOW - 5 * HOUR) == [mapping]


def test_nights_and_weekends_are_no_news(mapping: ImportMapping) -> None:
    sent(mapping, office_hours(NOW - 35 * DAY, NOW + 5 * DAY))
    monday = NOW + 5 * DAY
    for moment in (NOW - 8 * HOUR, NOW + 9 * HOUR, monday - 2 * DAY, monday - DAY, monday - 5 * HOUR):
        sent_until = ImportMappingFactory()
        sent(sent_until, office_hours(NOW - 35 * DAY, moment))
        assert sent_until not in quiet(moment), moment


def test_the_silence_stays_told_for_some_weeks(mapping: ImportMapping) -> None:
    sent(mapping, office_hours(NOW - 60 * DAY, NOW - 15 * DAY))
    assert quiet() == [mapping]


def test_who_never_sent_regularly_is_not_missed(mapping: ImportMapping) -> None:
    sent(mapping, [NOW - 40 * DAY, NOW - 25 * DAY, NOW - 12 * DAY])
    new = ImportMappingFactory()
    sent(new, office_hours(NOW - 10 * DAY, NOW - 2 * DAY))
    ImportMappingFactory()
    assert quiet() == []


def test_what_is_switched_off_is_not_missed(mapping: ImportMapping) -> None:
    sent(mapping, office_hours(NOW - 35 * DAY, NOW - DAY))
    mapping.active = False
    mapping.save()
    assert quiet() == []


def test_a_test_lead_is_no_sign_of_life(mapping: ImportMapping) -> None:
    sent(mapping, office_hours(NOW - 35 * DAY, NOW - DAY))
    tried = SubmissionFactory(
        mapping=mapping,
        credential=CredentialFactory(user=mapping.user),
        received_at=NOW - HOUR,
        tested_by=UserFactory(admin=True),
    )
    LeadFactory(mapping=mapping, submission=tried, is_test=True, created_at=NOW - HOUR)
    assert quiet() == [mapping]


def test_the_longest_silent_comes_first() -> None:
    first, second = ImportMappingFactory(), ImportMappingFactory()
    sent(second, office_hours(NOW - 35 * DAY, NOW - DAY))
    sent(first, office_hours(NOW - 35 * DAY, NOW - 2 * DAY))
    assert quiet() == [first, second]


@pytest.mark.parametrize(
    ("silence", "usual", "expected"),
    [
        (3 * HOUR + AT_LEAST, [HOUR, HOUR, HOUR], False),
        (3 * HOUR + AT_LEAST + timedelta(seconds=1), [HOUR, HOUR, HOUR], True),
        (10 * HOUR, [HOUR, HOUR, 3 * HOUR], False),
        (30 * DAY, [HOUR, HOUR], False),
        (30 * DAY, [HOUR, HOUR, 7 * DAY], False),
        (30 * DAY, [], False),
    ],
)
def test_what_is_much_longer(silence: timedelta, usual: list[timedelta], expected: bool) -> None:
    assert is_quiet(silence, usual) is expected
