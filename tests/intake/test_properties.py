"""What holds of every body, whatever is in it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.fields import FIELDS, FieldType
from campaigns.models import Campaign
from campaigns.values import ANSWERS
from easycall.text import nfc
from leads.intake.body import read
from leads.intake.normalise import normalise
from leads.models import Lead
from tests.intake import strategies
from tests.intake.test_explain import without_rows
from tests.intake.test_json_suite import as_sent, is_same
from tests.intake.world import JSON, PATH, World, send

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
TEXT = "text/plain; charset=utf-8"

# The examples of one test share its database: what one of them leaves behind is part of the next.
with_database = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


def as_form(pairs: Sequence[tuple[str, str]]) -> bytes:
    return urlencode(pairs).encode()


def as_multipart(pairs: Sequence[tuple[str, str]]) -> bytes:
    parts = (f'--b\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{text}\r\n' for key, text in pairs)
    return f"{''.join(parts)}--b--\r\n".encode()


def as_text(pairs: Sequence[tuple[str, str]]) -> bytes:
    return "".join(f"{key}: {text}\r\n" for key, text in pairs).encode()


def _accounted(receipt: Mapping[str, Any]) -> Counter[tuple[str, str]]:
    """Every key with its value as it was sent; a second one that is kept aside is called `key[2]`."""
    stored = [(key, entry.get("from", entry["value"])) for key, entry in receipt["stored"].items()]
    aside = [(key.partition("[")[0], entry["value"]) for key, entry in receipt["kept_aside"].items()]
    return Counter(stored + aside)


@with_database
@given(lead=strategies.OBJECTS)
def test_every_key_of_an_object_is_stored_or_kept_aside_or_empty(lead: dict[str, Any], world: World) -> None:
    response = send(json.dumps(lead), world.tokens["<token>"])
    assert response.status_code in (200, 201)
    receipt = json.loads(response.content, parse_float=Decimal)
    accounted = [*receipt["stored"], *receipt["kept_aside"], *receipt["empty"]]
    assert sorted(accounted) == sorted(lead)
    for key, entry in (receipt["stored"] | receipt["kept_aside"]).items():
        assert is_same(as_sent(json.dumps(lead[key]).encode()), entry.get("from", entry["value"]))
    assert all(lead[key] is None or not lead[key].strip() for key in receipt["empty"])
    assert Lead.objects.get(pk=receipt["id"]).kept_aside.items() >= response.json()["kept_aside"].items()


@with_database
@given(pairs=strategies.PAIRS)
def test_every_pair_of_a_form_is_stored_or_kept_aside_or_empty(pairs: list[tuple[str, str]], world: World) -> None:
    _check_pairs(pairs, as_form, FORM, world)


@with_database
@given(pairs=strategies.LINE_PAIRS)
def test_every_line_of_a_text_is_stored_or_kept_aside_or_empty(pairs: list[tuple[str, str]], world: World) -> None:
    _check_pairs(pairs, as_text, TEXT, world)


def _check_pairs(pairs: list[tuple[str, str]], write: Any, content_type: str, world: World) -> None:
    pairs = [*strategies.CONTACT.items(), *pairs]
    response = send(write(pairs), world.tokens["<token>"], content_type=content_type)
    assert response.status_code in (200, 201)
    receipt = response.json()
    assert _accounted(receipt) == Counter({(key, text) for key, text in pairs if text.strip()})
    assert sorted(receipt["empty"]) == sorted({key for key, text in pairs if not text.strip()})


def _pairs(raw: bytes, content_type: str) -> list[tuple[str, object]]:
    (item,) = read(raw, content_type).items
    assert isinstance(item.content, list)
    return [(pair.key, pair.value) for pair in item.content]


ANY_PAIRS = st.lists(st.tuples(strategies.ANY_TEXT, strategies.ANY_TEXT), unique=True, max_size=8)


@given(ANY_PAIRS.map(lambda pairs: [("a", "1"), *pairs]))
def test_form_is_read_back_as_it_was_written(pairs: list[tuple[str, str]]) -> None:
    assert _pairs(as_form(pairs), FORM) == list(dict.fromkeys(pairs))


@given(st.lists(st.tuples(st.text("abcñ ", min_size=1), strategies.ANY_TEXT), unique=True, min_size=1, max_size=8))
def test_multipart_is_read_back_as_it_was_written(pairs: list[tuple[str, str]]) -> None:
    assert _pairs(as_multipart(pairs), MULTIPART) == pairs


LINE_KEYS = strategies.LINES.filter(lambda key: key and not set(key) & set(":=\ufeff"))


@pytest.mark.parametrize("separator", [": ", "=", " = ", ":"])
@given(pairs=st.lists(st.tuples(LINE_KEYS, strategies.LINES), unique=True, min_size=1, max_size=8))
def test_text_is_read_back_as_it_was_written(separator: str, pairs: list[tuple[str, str]]) -> None:
    raw = "\n".join(f"{key}{separator}{text}" for key, text in pairs).encode()
    assert _pairs(raw, TEXT) == pairs


@with_database
@given(lead=strategies.LEADS)
def test_equal_data_is_an_equal_lead_in_every_kind_of_body(lead: dict[str, str], world: World) -> None:
    pairs = list(lead.items())
    bodies = {
        JSON: json.dumps(lead).encode(),
        FORM: as_form(pairs),
        MULTIPART: as_multipart(pairs),
        TEXT: as_text(pairs),
    }
    results = [
        send(raw, world.tokens["<token>"], content_type=content_type, path=f"{PATH}?explain=1").json()
        for content_type, raw in bodies.items()
    ]
    assert results == [results[0]] * 4
    assert results[0]["status"] in ("created", "updated", "repeated")


CAMPAIGN = Campaign(name="Expo", country="ES", time_zone="Europe/Madrid")
READABLE = {
    FieldType.TEXT: strategies.ANY_TEXT,
    FieldType.PHONE: strategies.PHONES,
    FieldType.EMAIL: strategies.EMAILS,
    FieldType.TAX_ID: strategies.TAX_IDS,
    FieldType.DECIMAL: strategies.DECIMALS,
    FieldType.DATE: strategies.DATES,
    FieldType.DATETIME: strategies.DATES,
}
A_FIELD_OF_EACH_TYPE = {field.type: field for field in FIELDS.values()}


@pytest.mark.parametrize("kind", FieldType)
@given(data=st.data())
def test_normalising_twice_changes_nothing(kind: FieldType, data: st.DataObject) -> None:
    text = data.draw(READABLE[kind] | strategies.ANY_TEXT)
    field = A_FIELD_OF_EACH_TYPE[kind]
    once = normalise(field, text, CAMPAIGN)
    twice = normalise(field, once.value, CAMPAIGN)
    assert twice.value == once.value
    if any(code.startswith(("invalid", "out_of")) for code in once.warnings):
        assert once.value == nfc(text)
        assert twice.warnings == once.warnings
    else:
        assert twice.warnings == ()


@pytest.mark.parametrize("kind", ANSWERS)
@given(text=strategies.VALUES | strategies.ANY_TEXT)
def test_an_answer_read_twice_is_the_same(kind: str, text: str) -> None:
    answer = ANSWERS[kind](["piso", "casa", "Ático dúplex"])
    once = answer.read(text, CAMPAIGN.zone)
    twice = answer.read(once.value, CAMPAIGN.zone)
    assert twice == once
    if once.warnings:
        assert once.value == nfc(text)


@with_database
@given(lead=strategies.OBJECTS | strategies.NESTED, has_contact=st.booleans())
def test_explain_answers_what_the_request_would_get(lead: Any, has_contact: bool, world: World) -> None:
    if isinstance(lead, dict) and not has_contact:
        lead = {key: value for key, value in lead.items() if key != "telefono_movil"}
    raw = json.dumps(lead)
    leads = Lead.objects.count()
    explained = send(raw, world.tokens["<token>"], path=f"{PATH}?explain=1")
    assert Lead.objects.count() == leads
    real = send(raw, world.tokens["<token>"])
    assert explained.status_code == real.status_code < 500
    assert without_rows(explained.json()) == without_rows(real.json())
