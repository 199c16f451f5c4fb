"""Marked strings and their translations: found in the sources, kept in .po files, and held complete."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import django
import polib

# How each marking function takes its message; in babel's terms, which argument is what.
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}

# %(name)s, %s and {name}: what the program fills in. “100 %” is none, nor is “%%”.
_PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sdif]\b|\{\w*\}")


# What of the theme the pages are made with.
_THEME_TEMPLATES = ("admin", "auth", "registration", "unfold")
_DJANGO_APPS = ("contrib/admin", "contrib/auth", "contrib/contenttypes")


@dataclass(frozen=True, slots=True, order=True)
class Message:
    """A string of the sources. Without a context, `context` is empty; without a plural, `plural` is."""

    text: str
    context: str = ""
    plural: str = ""

    def __str__(self) -> str:
        return f"{self.text!r} ({self.context})" if self.context else repr(self.text)


def find(sources: Iterable[Path]) -> list[Message]:
    """Every marked string of the Python files and templates that `sources` are or hold, in a lasting order."""
    files = [file for source in sources for file in _files(source) if file.suffix in {".py", ".html", ".txt"}]
    found = {message for file in files for message in _in_file(file)}
    with_plural = {(message.text, message.context) for message in found if message.plural}
    # A message and its plural are one entry; where it is used alone too, that entry serves both.
    return sorted(m for m in found if m.plural or (m.text, m.context) not in with_plural)


def _files(source: Path) -> Iterable[Path]:
    return [source] if source.is_file() else source.rglob("*")


def find_of_theme(languages: Iterable[str]) -> list[Message]:
    """The strings of the admin's theme, which has no translations, without those that Django's own cover."""
    import unfold

    theme = Path(unfold.__file__).parent
    parts = [theme / "mixins", theme / "templatetags", *(theme / "templates" / name for name in _THEME_TEMPLATES)]
    covered = set.intersection(*map(_spoken_by_django, languages))
    return [
        message for message in find([*theme.glob("*.py"), *parts]) if (message.text, message.context) not in covered
    ]


def _spoken_by_django(language: str) -> set[tuple[str, str]]:
    django_folder = Path(django.__file__).parent
    files = (
        django_folder / part / "locale" / language / "LC_MESSAGES" / "django.mo" for part in ("conf", *_DJANGO_APPS)
    )
    entries = (entry for file in files for entry in polib.mofile(str(file)))
    return {(entry.msgid, entry.msgctxt or "") for entry in entries if entry.msgstr or entry.msgstr_plural}


def _in_file(file: Path) -> Iterator[Message]:
    from babel.messages.extract import extract  # for development only, like everything that looks for messages
    from django.utils.translation.template import templatize

    source = file.read_text("utf-8")
    if file.suffix != ".py":
        # What is left of the markup is indented as markup is, not as Python is.
        source = "\n".join(line.strip() for line in templatize(source, origin=str(file)).splitlines())
    for _, text, _, context in extract("python", BytesIO(source.encode()), keywords=KEYWORDS):
        singular, plural = text if isinstance(text, tuple) else (text, "")
        yield Message(text=singular, context=context or "", plural=plural)


def merge(messages: Iterable[Message], catalogue: polib.POFile) -> None:
    """Make `catalogue` hold exactly `messages`, sorted, with the translations that it has of them."""
    known = {_message(entry): entry for entry in catalogue if not entry.obsolete}
    catalogue[:] = [known.get(message) or _entry(message) for message in messages]


def faults(messages: Iterable[Message], catalogue: polib.POFile) -> list[str]:
    """What is missing, left over or wrong in `catalogue`, one line each."""
    entries = {_message(entry): entry for entry in catalogue if not entry.obsolete}
    wanted = set(messages)
    return [
        *(f"missing: {message}" for message in sorted(wanted - entries.keys())),
        *(f"left over: {message}" for message in sorted(entries.keys() - wanted)),
        *(f"obsolete: {_message(entry)}" for entry in catalogue.obsolete_entries()),
        *(
            f"{fault}: {message}"
            for message in sorted(wanted & entries.keys())
            for fault in _faults_of(entries[message])
        ),
    ]


def _faults_of(entry: polib.POEntry) -> Iterator[str]:
    if entry.fuzzy:
        yield "fuzzy"
    forms = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if not forms or not all(form.strip() for form in forms):
        yield "empty"
    elif any(not _same_placeholders(entry, form) for form in forms):
        yield "other placeholders"


def _same_placeholders(entry: polib.POEntry, form: str) -> bool:
    """A form for one may leave the number out, as the singular of the sources may."""
    originals = [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
    return sorted(_PLACEHOLDER.findall(form)) in [sorted(_PLACEHOLDER.findall(original)) for original in originals]


def _message(entry: polib.POEntry) -> Message:
    return Message(text=entry.msgid, context=entry.msgctxt or "", plural=entry.msgid_plural or "")


def _entry(message: Message) -> polib.POEntry:
    return polib.POEntry(
        msgid=message.text,
        msgctxt=message.context or None,
        msgid_plural=message.plural,
        msgstr_plural={0: "", 1: ""} if message.plural else {},
    )
