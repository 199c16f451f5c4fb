from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from leads.enums import Outcome
from leads.retention import Due, expired_keys, old_samples, overview, prune


class Command(BaseCommand):
    help = "Forget what was sent longer ago than the settings keep it. Without --delete, only say what that would be."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--delete", action="store_true", help="do it")

    def handle(self, *args: Any, delete: bool, **options: Any) -> None:
        self.stdout.write(
            f"Kept: rejected and failed ones {_days(settings.SUBMISSION_REJECTED_DAYS)}, "
            f"accepted ones {_days(settings.SUBMISSION_ACCEPTED_DAYS)}"
        )
        found = overview()
        for due in found:
            self.stdout.write(_line(due))
        self.stdout.write(f"expired idempotency keys: {expired_keys().count()}")
        self.stdout.write(f"unknown keys with old samples: {old_samples().count()}")
        if not delete:
            self.stdout.write("Nothing was deleted; --delete does it.")
            return
        done = 0
        with tqdm(total=sum(due.number for due in found), disable=None) as bar:
            for number in prune():
                done += number
                bar.update(number)
        self.stdout.write(f"Done: {done}")


def _days(days: int) -> str:
    return f"{days} days" if days > 0 else "for ever"


def _line(due: Due) -> str:
    what = "submissions to delete" if due.outcome in (Outcome.REJECTED, Outcome.FAILED) else "bodies to delete"
    first, last = (f"{timezone.localtime(moment):%Y-%m-%d}" for moment in (due.first, due.last))
    return f"{due.outcome.value}: {due.number} {what}, from {first} to {last}"
