from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import second_factor
from accounts.models import User


class Command(BaseCommand):
    help = "Turn off the authenticator app of a user who lost phone and recovery codes, when no administrator can."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.filter(username=username, second_factor_since__isnull=False).first()
        if user is None:
            raise CommandError("There is no user of this name with an authenticator app.")
        second_factor.remove(user=user, by=None)
        self.stdout.write("The app is turned off. Sign in with the password, and add the new phone at once.")
