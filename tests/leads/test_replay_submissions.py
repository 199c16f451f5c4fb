import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from leads.enums import Outcome
from leads.intake.replay import Fate, replay
from leads.models import ImportMapping, Lead, Submission
from tests.api.server import ROOT, database_url
from tests.factories import CampaignFactory, CredentialFactory, ImportMappingFactory, SubmissionFactory

BODY = json.dumps({"Campaign": "expo", "telefono": "600 11 12 22"}).encode()


def rejected(number: int = 1, **columns: Any) -> list[Submission]:
    """Submissions of one sender whose code nobody knows yet."""
    credential = columns.pop("credential", None) or CredentialFactory.create(user__username="landing")
    return SubmissionFactory.create_batch(number, **{"rejected": True, "body": BODY, **columns}, credential=credential)


def mend(submission: Submission) -> ImportMapping:
    return ImportMappingFactory.create(user=submission.user, external_code="expo", campaign=CampaignFactory.create())


def run(*options: object) -> str:
    output = StringIO()
    call_command("replay_submissions", *map(str, options), stdout=output)
    return output.getvalue()


@pytest.mark.django_db
def test_what_became_of_all_is_said() -> None:
    mend(rejected(2)[0])
    rejected(1, credential=CredentialFactory.create())
    rejected(1, credential=CredentialFactory.create(), body_complete=False)
    assert run() == (
        "3 can be replayed\n"
        "1 can never become a lead: not all of the body is here, or the request was no good\n"
        "2 accepted\n"
        "1 rejected again\n"
        "    unknown-campaign: 1\n"
    )


@pytest.mark.django_db
def test_dry_run_changes_nothing() -> None:
    mend(rejected()[0])
    assert run("--dry-run") == "1 can be replayed\n"
    assert Submission.objects.get().outcome == Outcome.REJECTED


@pytest.mark.django_db
@pytest.mark.parametrize(
    "option",
    [
        ("--problem", "unknown-campaign"),
        ("--outcome", "rejected"),
        ("--user", "landing"),
        ("--since", "2026-03-02"),
        ("--since", "2026-03-02", "--until", "2026-03-02"),
        ("--until", "2026-03-02"),
        ("--id",),
    ],
    ids=" ".join,
)
def test_which_ones_can_be_said(option: tuple[str, ...]) -> None:
    (chosen,) = rejected(received_at=datetime(2026, 3, 2, 22, tzinfo=UTC))
    other: dict[str, Any] = {"outcome": Outcome.FAILED, "status": 503, "problem": "temporarily-unavailable"}
    day = 3 if option[0] == "--until" else 1
    rejected(credential=CredentialFactory.create(), received_at=datetime(2026, 3, day, 12, tzinfo=UTC), **other)
    run(*option, *([chosen.pk] if option == ("--id",) else []))
    assert list(Submission.objects.exclude(replayed_at=None)) == [chosen]


@pytest.mark.django_db
def test_a_user_that_is_not_there_is_an_error() -> None:
    with pytest.raises(CommandError, match="There is no user"):
        run("--user", "nobody")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_lead_of_each() -> None:
    submissions = rejected(20)
    mend(submissions[0])

    def both(submission_id: UUID) -> Fate:
        try:
            return replay(submission_id=submission_id, by=None).fate
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        fates = list(pool.map(both, [each.pk for each in submissions for _ in range(2)]))
    assert sorted(fates) == [Fate.ACCEPTED] * 20 + [Fate.LEFT] * 20
    assert Lead.objects.count() == 20


@contextmanager
def command() -> Iterator[subprocess.Popen[bytes]]:
    """The command as a process of its own."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "easycall.settings",
        "DATABASE_URL": database_url(),
        "SECRET_KEY": settings.SECRET_KEY,
    }
    with subprocess.Popen([sys.executable, "manage.py", "replay_submissions"], cwd=ROOT, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.django_db(transaction=True)
def test_killed_half_way_and_run_again_makes_no_lead_twice() -> None:
    submissions = rejected(300)
    mend(submissions[0])
    with command() as process:
        while Lead.objects.count() < 20 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    before = Lead.objects.count()
    assert 20 <= before < 300

    run()

    assert set(Lead.objects.values_list("submission", "item")) == {(each.pk, 0) for each in submissions}
    assert Lead.objects.count() == 300
    assert not Submission.objects.exclude(outcome=Outcome.ACCEPTED).exists()
