from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from accounts.services import create_token


class Command(BaseCommand):
    help = "Make a token for a user and print it: nothing else goes to stdout, and it can't be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--label", default="", metavar="TEXT", help="what the token is for")
        parser.add_argument("--expires", type=int, metavar="DAYS", help="days until it stops working (never)")

    def handle(self, *args: Any, username: str, label: str, expires: int | None, **options: Any) -> None:
        try:
            user = User.objects.get(username=username, is_active=True)
        except User.DoesNotExist:
            raise CommandError(f"There is no active user “{username}”.") from None
        if expires is not None and not 1 <= expires <= 36500:
            raise CommandError("--expires takes a number of days from 1 to 36500.")
        if len(label) > 100:
            raise CommandError("--label takes at most 100 characters.")
        expires_at = None if expires is None else timezone.now() + timedelta(days=expires)
        _, token = create_token(user=user, by=None, label=label, expires_at=expires_at)
        self.stdout.write(token)
