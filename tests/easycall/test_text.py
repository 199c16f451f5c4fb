import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easycall.text import fold, join_words, nfc, suggest_key, without_accents


@pytest.mark.parametrize(
    "spelling",
    ["telefono_movil", "Teléfono Móvil", "TELEFONO-MOVIL", " telefono  movil ", "Telefono_-_movil", "TELÉFONO MÓVIL"],
)
def test_spellings_of_a_key_fold_to_one(spelling: str) -> None:
    assert fold(spelling) == "telefono_movil"


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Dirección", "Direccion"),
        ("piñata", "pinata"),
        ("Ｎｏｍｂｒｅ", "Nombre"),
        ("e\u0301", "e"),
        ("plain", "plain"),
    ],
)
def test_accents_are_taken_off(text: str, plain: str) -> None:
    assert without_accents(text) == plain


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("Chiave Nueva", "chiave_nueva"),
        ("¿Tipo de inmueble?", "tipo_de_inmueble"),
        ("2ª vivienda", "a_vivienda"),
        ("…", ""),
    ],
)
def test_label_suggests_a_key(label: str, key: str) -> None:
    assert suggest_key(label) == key


@given(st.text())
def test_suggested_key_is_a_key(label: str) -> None:
    key = suggest_key(label)
    assert key == "" or (key[0].isalpha() and key.isascii() and key == key.lower())


def test_words_are_joined() -> None:
    assert join_words("  Expo  Madrid\t2026\n") == "Expo_Madrid_2026"


@given(st.text(alphabet=st.characters() | st.sampled_from("\u0301\u0323\u0327\u0345")))
def test_nfc_is_unicodes_own(text: str) -> None:
    assert nfc(text) == unicodedata.normalize("NFC", text)


def test_nfc_of_many_marks_is_quick_and_right() -> None:
    marks = "\u0301\u0323" * 40_000
    start = time.monotonic()
    composed = nfc(f"a{marks}")
    assert time.monotonic() - start < 2
    assert composed[0] == "ạ"
    assert unicodedata.is_normalized("NFC", composed)
