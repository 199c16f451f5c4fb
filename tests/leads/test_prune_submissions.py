from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from pytest_django import Settings

from leads.enums import Outcome
from leads.models import IdempotencyKey, Lead, Submission, UnknownKey
from tests.factories import LeadEventFactory, LeadFactory, SubmissionFactory, UnknownKeyFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


def days_ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def submission(days: int, **columns: Any) -> Submission:
    return SubmissionFactory.create(received_at=days_ago(days), **{"rejected": True, **columns})


def accepted(days: int, **columns: Any) -> Submission:
    return submission(days, rejected=False, answer='{"id": "1"}', query="campaign=expo", **columns)


def prune(*options: str) -> str:
    output = StringIO()
    with time_machine.travel(NOW, tick=False):
        call_command("prune_submissions", *options, stdout=output)
    return output.getvalue()


def test_without_delete_it_only_says_what_it_would_do(settings: Settings) -> None:
    settings.SUBMISSION_ACCEPTED_DAYS = 90
    failed = {"rejected": False, "outcome": Outcome.FAILED, "problem": "x", "created_count": 0}
    submission(31), submission(60), submission(30), submission(45, **failed), accepted(91)
    assert prune() == (
        "Kept: rejected and failed ones 30 days, accepted ones 90 days\n"
        "accepted: 1 bodies to delete, from 2026-03-31 to 2026-03-31\n"
        "failed: 1 submissions to delete, from 2026-05-16 to 2026-05-16\n"
        "rejected: 2 submissions to delete, from 2026-05-01 to 2026-05-30\n"
        "expired idempotency keys: 0\n"
        "unknown keys with old samples: 0\n"
        "Nothing was deleted; --delete does it.\n"
    )
    assert Submission.objects.exclude(body=b"").count() == 5


def test_old_rejected_ones_are_deleted_and_young_ones_stay() -> None:
    submission(31)
    young = submission(29)
    assert prune("--delete").endswith("Done: 1\n")
    assert list(Submission.objects.all()) == [young]


def test_accepted_ones_are_kept_for_ever_unless_it_is_said_how_long() -> None:
    accepted(5000)
    assert prune("--delete").endswith("Done: 0\n")
    assert Submission.objects.get().body


def test_days_of_zero_keep_for_ever(settings: Settings) -> None:
    settings.SUBMISSION_REJECTED_DAYS = 0
    submission(5000)
    prune("--delete")
    assert Submission.objects.count() == 1


def test_accepted_one_loses_what_was_sent_and_its_lead_stays(settings: Settings) -> None:
    settings.SUBMISSION_ACCEPTED_DAYS = 90
    lead = LeadFactory.create(submission=accepted(91, idempotency_key="k"))
    prune("--delete")
    row = Submission.objects.get()
    assert (bytes(row.body), row.answer, row.query, row.content_type, row.idempotency_key) == (b"", "", "", "", "")
    assert (row.pruned_at, row.remote_address, row.outcome, row.created_count) == (NOW, None, Outcome.ACCEPTED, 1)
    assert Lead.objects.get() == lead


def test_what_is_pruned_is_not_pruned_again(settings: Settings) -> None:
    settings.SUBMISSION_ACCEPTED_DAYS = 90
    accepted(91)
    assert [prune("--delete").splitlines()[-1] for _ in range(2)] == ["Done: 1", "Done: 0"]


def test_rejected_one_that_the_history_of_a_lead_names_keeps_its_row() -> None:
    named = submission(31)
    LeadEventFactory.create(submission=named)
    prune("--delete")
    named.refresh_from_db()
    assert (bytes(named.body), named.pruned_at) == (b"", NOW)


@pytest.mark.parametrize(("hours", "emptied"), [(71, False), (73, True)])
def test_what_a_living_key_answers_for_stays(settings: Settings, hours: int, emptied: bool) -> None:
    settings.SUBMISSION_ACCEPTED_DAYS = 1
    row = accepted(31)
    made = NOW - timedelta(hours=hours)
    IdempotencyKey.objects.create(user=row.user, key="k", fingerprint="f" * 64, submission=row, created_at=made)
    prune("--delete")
    row.refresh_from_db()
    assert (row.pruned_at is not None, IdempotencyKey.objects.exists()) == (emptied, not emptied)


def test_more_than_one_transaction_takes_are_all_pruned() -> None:
    SubmissionFactory.create_batch(250, rejected=True, received_at=days_ago(31), credential=submission(1).credential)
    assert prune("--delete").endswith("Done: 250\n")
    assert Submission.objects.count() == 1


@pytest.mark.parametrize(("rejected", "accepted", "left"), [(30, 0, [20]), (30, 10, []), (0, 0, [20, 40])])
def test_samples_of_unknown_keys_go_with_what_they_may_be_of(
    rejected: int, accepted: int, left: list[int], settings: Settings
) -> None:
    settings.SUBMISSION_REJECTED_DAYS, settings.SUBMISSION_ACCEPTED_DAYS = rejected, accepted
    for days in (20, 40):
        UnknownKeyFactory.create(key=str(days), first_seen=days_ago(days), last_seen=NOW)
    prune("--delete")
    assert sorted(int(each.key) for each in UnknownKey.objects.exclude(samples="")) == left
    assert UnknownKey.objects.count() == 2


def test_without_delete_samples_are_counted_and_stay() -> None:
    UnknownKeyFactory.create(first_seen=days_ago(40), samples="piso")
    assert "unknown keys with old samples: 1" in prune()
    assert UnknownKey.objects.get().samples == "piso"
