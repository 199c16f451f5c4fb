import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.services import revoke_leaked


class Command(BaseCommand):
    help = "Read a text and revoke every token that is found in it. Says which, by their prefix."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="the text (standard input)")

    def handle(self, *args: Any, file: Path | None, **options: Any) -> None:
        try:
            raw = file.read_bytes() if file else sys.stdin.buffer.read()
        except OSError as error:
            raise CommandError(f"{file} can't be read: {error.strerror}.") from None
        revoked = revoke_leaked(text=raw.decode("utf-8", "replace"), by=None)
        for credential in revoked:
            self.stdout.write(f"revoked {credential.prefix}… of {credential.user}")
        self.stderr.write(f"{len(revoked)} revoked")
