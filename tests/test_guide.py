"""The administrator's guide shows pictures that are there, of every page, and names what is on the screen."""

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import trans_real

from tests.access.pages import pages, visitors
from tests.access.things import make_things
from tests.factories import UserFactory
from tests.guides import GUIDES, IMAGES, documents, pictures, pictures_of, words_of_the_screen

# The widest that a page shows a picture, and what one may weigh.
MOST_BYTES = 150_000


def test_every_picture_that_is_shown_is_there_and_every_one_that_is_there_is_shown() -> None:
    assert {file for file, _ in pictures()} == {*IMAGES.rglob("*.png")}


def test_every_picture_has_words_for_who_cant_see_it() -> None:
    assert [file.name for file, words in pictures() if len(words) < 8] == []


def test_pictures_are_small() -> None:
    assert [file.name for file in IMAGES.rglob("*.png") if file.stat().st_size > MOST_BYTES] == []


@pytest.mark.django_db
def test_every_page_is_shown() -> None:
    """In Spanish; see tests/browser/pictures for how: `make screenshots`."""
    people = (UserFactory(admin=True), UserFactory(staff=True), UserFactory(staff=True))
    assert {*pages(make_things(), visitors(*people))} <= pictures_of("es")


def _strings(language: str) -> set[str]:
    """Everything that the program can say in a language."""
    entries = trans_real.translation("es" if language == "en" else language)._catalog.items()
    if language != "en":
        return {text.casefold() for _, text in entries}
    keys = (key[0] if isinstance(key, tuple) else key for key, _ in entries)
    return {key.rpartition("\x04")[2].casefold() for key in keys}


@pytest.mark.parametrize("language", GUIDES)
def test_every_word_in_bold_is_on_the_screen(language: str) -> None:
    # The kinds of credentials, and what each language has of the other two.
    said = {*_strings(language), "token"}
    assert [words for words in words_of_the_screen(GUIDES[language]) if words.casefold() not in said] == []


@pytest.mark.django_db
@pytest.mark.parametrize("language", GUIDES)
def test_every_row_of_the_menu_is_named(language: str) -> None:
    request = RequestFactory().get("/admin/")
    request.user = UserFactory(admin=True)
    with translation.override(language):
        rows = [str(row["title"]) for section in admin.site.get_sidebar_list(request) for row in section["items"]]
    named = {words.casefold() for words in words_of_the_screen(GUIDES[language])}
    assert [row for row in rows if row.casefold() not in named] == []


def test_documents_link_to_files_that_are_there() -> None:
    missing = [
        f"{document.name}: {target}"
        for document in documents()
        for target in _links(document.read_text("utf-8"))
        if not (document.parent / target).exists()
    ]
    assert missing == []


def _links(text: str) -> set[str]:
    targets = (part.partition(")")[0].partition("#")[0] for part in text.split("](")[1:])
    return {target for target in targets if target and ":" not in target}
