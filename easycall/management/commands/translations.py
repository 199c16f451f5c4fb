from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from easycall import messages

SOURCES = ("easycall", "accounts", "campaigns", "leads", "templates")
SOURCE_LANGUAGE = "en"
HEADER = {"Content-Type": "text/plain; charset=UTF-8", "Plural-Forms": "nplurals=2; plural=(n != 1);"}


class Command(BaseCommand):
    help = "Keep the translations: take over the strings of the sources, compile them, or check that none is missing."
    # It must run before anything is set up, and with .po files in whatever state they are.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=("update", "compile", "check"))

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        folder = Path(settings.LOCALE_PATHS[0])
        files = {code: _file(folder, code) for code, _ in settings.LANGUAGES if code != SOURCE_LANGUAGE}
        match action:
            case "update":
                self._update(files)
            case "compile":
                self._compile(files)
            case "check":
                self._check(files)

    def _update(self, files: dict[str, Path]) -> None:
        found = _find(files)
        for code, file in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            catalogue = _read(file)
            catalogue.metadata = {"Language": code} | HEADER
            messages.merge(found, catalogue)
            catalogue.save(str(file))
            untranslated = len(catalogue.untranslated_entries())
            self.stdout.write(f"{code}: {len(catalogue)} messages, {untranslated} to translate")

    def _compile(self, files: dict[str, Path]) -> None:
        for file in files.values():
            if file.exists():
                _read(file).save_as_mofile(str(file.with_suffix(".mo")))

    def _check(self, files: dict[str, Path]) -> None:
        found = _find(files)
        faults = [f"{code}: {fault}" for code, file in files.items() for fault in messages.faults(found, _read(file))]
        if faults:
            raise CommandError("\n".join([f"The translations have {len(faults)} faults:", *faults]))
        self.stdout.write(f"{len(found)} messages, translated into {', '.join(files)}.")


def _find(languages: Iterable[str]) -> list[messages.Message]:
    ours = messages.find(settings.BASE_DIR / source for source in SOURCES)
    said = {(message.text, message.context) for message in ours}
    theirs = (message for message in messages.find_of_theme(languages) if (message.text, message.context) not in said)
    return sorted([*ours, *theirs])


def _file(folder: Path, code: str) -> Path:
    return folder / code / "LC_MESSAGES" / "django.po"


def _read(file: Path) -> polib.POFile:
    """An absent file is one without messages. Long lines stay whole: a diff then shows the strings that changed."""
    return polib.pofile(str(file) if file.exists() else "", wrapwidth=0, check_for_duplicates=True)
