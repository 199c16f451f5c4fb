from io import StringIO
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation
from pytest_django import Settings

LANGUAGES = ("es", "it")


def translations(action: str) -> str:
    output = StringIO()
    call_command("translations", action, stdout=output)
    return output.getvalue()


def test_every_string_is_translated_into_every_language() -> None:
    assert "translated into es, it" in translations("check")


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalogue_is_what_the_pages_speak(language: str) -> None:
    file = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"
    (entry,) = (entry for entry in polib.pofile(str(file)) if entry.msgid == "No token was sent")
    with translation.override(language):
        assert translation.gettext("No token was sent") == entry.msgstr


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """An installation with one marked string and no translations yet."""
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
