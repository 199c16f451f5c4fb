"""The Big List of Naughty Strings through the door: stored in NFC, kept aside as sent, and never a fault.

NFC is all that happens to a text that is stored: letters that came in pieces are composed. A text body can't carry the
blanks around a value; every other string goes through every body as a value.
"""

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from campaigns.fields import FIELDS, FieldType
from leads.intake.body import BATCH_LEADS
from leads.models import Lead
from tests.factories import QuestionFactory
from tests.intake.world import JSON, World, send

DATA = json.loads((Path(__file__).parent / "suites" / "naughty_strings.json").read_text("utf-8"))
STRINGS: list[str] = DATA["strings"] + [
    family["pattern"].replace("{}", filling) for family in DATA["families"] for filling in family["fillings"]
]

Fields = Mapping[str, str]

SAME = {"Campaign": "expo_2026", "telefono": "600111222"}
TEXT_FIELDS = [field.name for field in FIELDS.values() if field.type is FieldType.TEXT]


def _json(fields: Fields) -> bytes:
    return json.dumps(fields, ensure_ascii=False).encode()


def _json_escaped(fields: Fields) -> bytes:
    return json.dumps(fields).encode()


def _form(fields: Fields) -> bytes:
    return urlencode(fields).encode()


def _multipart(fields: Fields) -> bytes:
    parts = (f'--b\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{text}\r\n' for key, text in fields.items())
    return f"{''.join(parts)}--b--\r\n".encode()


def _text(fields: Fields) -> bytes:
    return "".join(f"{key}: {text}\n" for key, text in fields.items()).encode()


def _is_key(text: str) -> bool:
    return len(text) <= 100


def _is_key_of_a_part(text: str) -> bool:
    """A quoted name without escapes, which browsers spell each in its way, and without control characters."""
    return _is_key(text) and bool(text.strip()) and not any(c in '"\\' or c < " " or c == "\x7f" for c in text)


def _is_key_of_a_line(text: str) -> bool:
    return _is_key(text) and text == text.strip() and not any(c in ":=\r\n" for c in text)


def _as_it_is(text: str) -> str:
    return text


KINDS: dict[str, tuple[str, Callable[[Fields], bytes], Callable[[str], str], Callable[[str], bool]]] = {
    "json": (JSON, _json, _as_it_is, _is_key),
    "escaped json": (JSON, _json_escaped, _as_it_is, _is_key),
    "form": ("application/x-www-form-urlencoded", _form, _as_it_is, _is_key),
    "multipart": ("multipart/form-data; boundary=b", _multipart, _as_it_is, _is_key_of_a_part),
    "text": ("text/plain; charset=utf-8", _text, str.strip, _is_key_of_a_line),
}


def send_as(kind: str, fields: Fields, world: World) -> Any:
    """The receipt of a lead in this kind of body."""
    content_type, write, *_ = KINDS[kind]
    response = send(write(fields), world.tokens["<token>"], content_type=content_type)
    assert response.status_code == 201
    return response.json()


def test_list_is_whole() -> None:
    assert len(STRINGS) == len(set(STRINGS)) > 500
    assert any(unicodedata.normalize("NFC", text) != text for text in STRINGS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_string_is_stored_or_kept_as_it_was_sent(kind: str, world: World) -> None:
    for number in range(len(TEXT_FIELDS)):
        QuestionFactory(key=f"nota_{number}")
    for some in _chunks(STRINGS, len(TEXT_FIELDS)):
        receipt = send_as(kind, SAME | dict(_thrice(some)), world)
        lead = Lead.objects.get(pk=receipt["id"])
        for number, text in enumerate(map(KINDS[kind][2], some)):
            assert _account(receipt, number) == _expected(text, number), text
            assert _columns(lead, number) == _expected_columns(text), text
        assert receipt["warnings"] == []


def _thrice(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each text in a field, as the answer to a question, and under a key that nobody knows."""
    for number, text in enumerate(texts):
        yield from ((key, text) for key in _keys(number))


def _keys(number: int) -> tuple[str, str, str]:
    return TEXT_FIELDS[number], f"nota_{number}", f"raro_{number}"


def _account(receipt: Mapping[str, Any], number: int) -> list[Any]:
    """Where its three keys went."""
    return [
        "empty" if key in receipt["empty"] else receipt["stored"].get(key) or receipt["kept_aside"][key]
        for key in _keys(number)
    ]


def _expected(text: str, number: int) -> list[Any]:
    if not text.strip():
        return ["empty"] * 3
    composed = unicodedata.normalize("NFC", text)
    value = {"value": composed} if composed == text else {"value": composed, "from": text}
    field, question, _ = _keys(number)
    return [{"field": field, **value}, {"question": question, **value}, {"value": text, "reason": "unknown_key"}]


def _columns(lead: Lead, number: int) -> list[Any]:
    field, question, unknown = _keys(number)
    return [getattr(lead, field), lead.answers.get(question, ""), lead.kept_aside.get(unknown, {}).get("value", "")]


def _expected_columns(text: str) -> list[Any]:
    composed = unicodedata.normalize("NFC", text)
    return [composed, composed, text] if text.strip() else ["", "", ""]


@pytest.mark.parametrize("kind", KINDS)
def test_every_string_may_be_a_key(kind: str, world: World) -> None:
    keys = list(filter(KINDS[kind][3], STRINGS))
    assert len(keys) > 250
    for some in _chunks(keys, 100):
        fields = SAME | dict.fromkeys(some, "valor")
        receipt = send_as(kind, fields, world)
        assert {*receipt["kept_aside"], *receipt["stored"]} == fields.keys()
        assert {entry["value"] for entry in receipt["kept_aside"].values()} == {"valor"}
        assert Lead.objects.get(pk=receipt["id"]).kept_aside == receipt["kept_aside"]


def _chunks(texts: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(texts), size):
        yield texts[start : start + size]


def test_every_string_may_be_any_field_of_a_batch(world: World) -> None:
    """Each column and each type of question meets each string: what does not fit is kept as sent, in NFC."""
    keys = ("nombre", "telefono", "email", "cif_nif", "latitud", "fecha_caducidad", "cuando", "cp", "canal", "Optin")
    keys += ("metros", "visita", "garaje", "tipo_inmueble")
    leads = [{"Campaign": "expo_2026", "telefono_movil": "600111222", **dict.fromkeys(keys, text)} for text in STRINGS]
    assert len(leads) <= BATCH_LEADS
    results = send(json.dumps(leads), world.tokens["<token>"]).json()["results"]
    for text, receipt in zip(STRINGS, results, strict=True):
        assert receipt["status"] in ("created", "duplicate"), text
        accounted = {*receipt["stored"], *receipt["kept_aside"], *receipt["empty"]}
        assert accounted == {"Campaign", "telefono_movil", *keys}, text
        doubtful = {each["key"] for each in receipt["warnings"] if each["code"].startswith(("invalid", "out_of"))}
        composed = unicodedata.normalize("NFC", text)
        assert {receipt["stored"][key]["value"] for key in doubtful} <= {composed}, text
