from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet
from django.utils import timezone
from tqdm import tqdm

from accounts.models import User
from leads.enums import Outcome
from leads.intake.replay import Fate, Tally, replay_all
from leads.models import Submission
from leads.queries import came_between, replayable, waiting, with_problem

FATES = {
    Fate.ACCEPTED: "accepted",
    Fate.PARTIAL: "partly accepted",
    Fate.REPEATED: "repeats of what is here already",
    Fate.REJECTED: "rejected again",
    Fate.LEFT: "replayed by somebody else meanwhile",
}


class Command(BaseCommand):
    help = "Replay rejected, failed and partly accepted submissions after mending the set-up; without options, all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        outcomes = [outcome.value for outcome in Outcome if outcome != Outcome.ACCEPTED]
        parser.add_argument("--id", dest="ids", nargs="+", type=UUID, default=[], help="only these")
        parser.add_argument("--problem", metavar="TYPE", help="only those with this problem: unknown-campaign")
        parser.add_argument("--outcome", choices=outcomes, help="only those with this outcome")
        parser.add_argument("--user", metavar="USERNAME", help="only those that this user sent")
        parser.add_argument("--since", type=date.fromisoformat, metavar="DAY", help="received on this day or later")
        parser.add_argument("--until", type=date.fromisoformat, metavar="DAY", help="received on this day or earlier")
        parser.add_argument("--dry-run", action="store_true", help="only say how many there are")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        chosen = waiting(_chosen(**options))
        number = replayable(chosen).count()
        self.stdout.write(f"{number} can be replayed")
        if never := chosen.count() - number:
            self.stdout.write(
                f"{never} can never become a lead: not all of the body is here, or the request was no good"
            )
        if dry_run:
            return
        tally = Tally()
        try:
            for replayed in tqdm(replay_all(submissions=chosen, by=None), total=number, disable=None):
                tally.add(replayed)
        finally:
            for line in _summary(tally):
                self.stdout.write(line)


def _summary(tally: Tally) -> Iterator[str]:
    for fate, words in FATES.items():
        if count := tally.fates[fate]:
            yield f"{count} {words}"
    for problem, count in tally.problems.most_common():
        yield f"    {problem}: {count}"


def _chosen(
    *,
    ids: list[UUID],
    problem: str | None,
    outcome: str | None,
    user: str | None,
    since: date | None,
    until: date | None,
    **options: Any,
) -> QuerySet[Submission]:
    chosen = Submission.objects.all()
    if ids:
        chosen = chosen.filter(pk__in=ids)
    if problem:
        chosen = with_problem(chosen, problem)
    if outcome:
        chosen = chosen.filter(outcome=outcome)
    if user:
        chosen = chosen.filter(user=_user(user))
    begin = _midnight(since) if since else None
    end = _midnight(until + timedelta(days=1)) if until else None
    return came_between(chosen, "received_at", begin, end)


def _user(username: str) -> User:
    try:
        return User.objects.get(username=username)
    except User.DoesNotExist:
        raise CommandError(f"There is no user “{username}”.") from None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
