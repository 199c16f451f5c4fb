import re
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import polib
import pytest
import unfold
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils import formats, translation
from pytest_django import Settings

from accounts.models import User
from easycall import messages

LANGUAGES = ("es", "it")


def po_file(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def translations(action: str) -> str:
    output = StringIO()
    call_command("translations", action, stdout=output)
    return output.getvalue()


def test_every_string_is_translated_into_every_language() -> None:
    assert "translated into es, it" in translations("check")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_of_the_theme_is_said_in_every_language(language: str) -> None:
    theme = Path(unfold.__file__).parent
    pages = [theme / "templates" / part for part in ("admin", "auth", "registration", "unfold")]
    said = [
        message for message in messages.find([*theme.glob("*.py"), *pages]) if not (message.plural or message.context)
    ]
    with translation.override(language):
        dumb = {message.text for message in said if message.text == translation.gettext(message.text)}

    assert dumb <= {"%(full_result_count)s total", "General"}
    assert len(said) > 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalogue_is_what_the_pages_speak(language: str) -> None:
    (entry,) = (entry for entry in polib.pofile(str(po_file(language))) if entry.msgid == "No token was sent")
    with translation.override(language):
        assert translation.gettext("No token was sent") == entry.msgstr


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", r"cuerpo|introdu[zc]|recuento|autentica(?!ci[oó]n|zione)|\bSSO\b|LDAP"),
        ("it", r"\bcorpo\b|immetti|conteggi|autentica(?!ci[oó]n|zione)|Sign-On|LDAP|quello che chi"),
    ],
)
def test_translations_use_the_words_of_the_readers(language: str, words: str) -> None:
    said = [entry.msgstr for entry in polib.pofile(str(po_file(language)))]
    assert [text for text in said if re.search(words, text, re.IGNORECASE)] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "error", "title"),
    [
        ("es", "Escribe un nombre de usuario solo con letras, cifras y @/./+/-/_, sin espacios.", "Ver usuario"),
        ("it", "Scrivi un nome utente con solo lettere, cifre e @/./+/-/_, senza spazi.", "Vedi utente"),
    ],
)
def test_sentences_of_django_are_said_in_our_way(language: str, error: str, title: str) -> None:
    with translation.override(language):
        with pytest.raises(ValidationError) as caught:
            User(username="dos palabras").clean_fields(exclude=["password"])
        assert caught.value.messages == [error]
        assert translation.gettext("View %s") % User._meta.verbose_name == title


@pytest.mark.parametrize(
    ("language", "text"), [("es", "3 de noviembre de 2026 a las 22:17"), ("it", "3 novembre 2026, 22:17")]
)
def test_moments_are_written_as_people_write_them(language: str, text: str) -> None:
    with translation.override(language):
        assert formats.date_format(datetime(2026, 11, 3, 22, 17, tzinfo=UTC), "DATETIME_FORMAT") == text
        assert text.startswith(formats.date_format(date(2026, 11, 3), "DATE_FORMAT"))


@pytest.fixture
def folder(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with one marked string, no theme and no translations yet."""
    monkeypatch.setattr(messages, "find_of_theme", lambda languages: [])
    settings.BASE_DIR = tmp_path
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text('{% translate "Lead" %}')
    return tmp_path


def translate(folder: Path, language: str) -> Path:
    file = folder / "locale" / language / "LC_MESSAGES" / "django.po"
    catalogue = polib.pofile(str(file))
    catalogue[0].msgstr = "Contacto"
    catalogue.save()
    return file


def test_update_makes_the_files_and_keeps_what_is_translated(folder: Path) -> None:
    assert "es: 1 messages, 1 to translate" in translations("update")
    file = translate(folder, "es")
    first = file.read_text()
    assert "es: 1 messages, 0 to translate" in translations("update")
    assert file.read_text() == first


def test_check_names_language_and_string(folder: Path) -> None:
    translations("update")
    translate(folder, "es")
    with pytest.raises(CommandError, match="1 faults:\nit: empty: 'Lead'"):
        translations("check")


def test_compile_writes_what_gettext_reads(folder: Path) -> None:
    translations("update")
    file = translate(folder, "it")
    translations("compile")
    assert [entry.msgstr for entry in polib.mofile(str(file.with_suffix(".mo")))] == ["Contacto"]


def test_compile_without_files_does_nothing(folder: Path) -> None:
    translations("compile")
    assert not (folder / "locale").exists()
