import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easycall.text import fold, join_words, nfc, suggest_key, without_accents


@given(st.text())
def test_nfc_is_what_unicode_says(text: str) -> None:
    assert nfc(text) == unicodedata.normalize("NFC", text)


def test_nfc_of_many_marks_takes_no_longer_than_their_number() -> None:
    started = time.process_time()
    nfc("a" + "\u0301\u0323" * 200_000)
    assert time.process_time() - started < 5


def test_nfc_of_a_long_run_of_marks_is_what_unicode_says() -> None:
    text = "a" + "\u0301\u0323\u0344" * 40
    assert nfc(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    "spelling",
    ["telefono_movil", "Teléfono Móvil", "TELEFONO-MOVIL", " telefono  movil_", "tele\u0301fono\u00a0mo\u0301vil"],
)
def test_spellings_of_one_key_fold_alike(spelling: str) -> None:
    assert fold(spelling) == "telefono_movil"


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_words_that_are_written_together_stay_together() -> None:
    assert fold("TelefonoMovil") != fold("telefono_movil")


def test_accents_go_and_letters_stay() -> None:
    assert without_accents("Ñandú Łódź ﬁ") == "Nandu Łodz fi"


@pytest.mark.parametrize(
    ("label", "key"),
    [("Chiave Nueva", "chiave_nueva"), ("¿Año?", "ano"), ("2 Teléfonos", "telefonos"), ("...", ""), ("a--b", "a_b")],
)
def test_suggested_key(label: str, key: str) -> None:
    assert suggest_key(label) == key


def test_words_are_joined() -> None:
    assert join_words(" Expo  Madrid\t2026 ") == "Expo_Madrid_2026"
