"""What a hostile or broken sender tries, beside the cases and the suites: each name says what it is."""

import gzip
import json
import logging
from datetime import UTC, datetime

import pytest

from campaigns.fields import FIELDS, FieldType
from campaigns.models import Campaign
from campaigns.values import ANSWERS
from leads.intake.normalise import normalise
from leads.models import Lead, Submission
from tests.intake.world import JSON, World, send

FORM = "application/x-www-form-urlencoded"
CAMPAIGN = Campaign(name="Expo", country="ES", time_zone="Europe/Madrid")


def lead(**fields: object) -> dict[str, object]:
    return {"Campaign": "expo_2026", "telefono_movil": "600111222", **fields}


BODY = json.dumps(lead()).encode()
GOOD = b"Campaign=expo_2026&telefono=600111222"

REFUSED = {
    "a name twice with the same value": (JSON, b'{"telefono": "600111222", "telefono": "600111222"}', 400),
    "a name twice, once escaped": (JSON, b'{"telefono": "600111222", "tel\\u0065fono": "600111333"}', 400),
    "two documents": (JSON, BODY + b"\n" + BODY, 400),
    "a document that is cut": (JSON, BODY[:-3], 400),
    "nothing but blanks": (JSON, b" \r\n\t", 400),
    "1,000 brackets": (JSON, b"[" * 1_000 + b"]" * 1_000, 400),
    "100,000 brackets in a lead": (JSON, BODY[:-1] + b', "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
    "a key of 1 MB": (JSON, BODY[:-1] + b', "' + b"k" * 1_000_000 + b'": 1}', 413),
    "a number of 10,001 digits": (JSON, BODY[:-1] + b', "x": ' + b"9" * 10_001 + b"}", 413),
    "a letter that is cut, declared": (f"{JSON}; charset=utf-8", BODY[:-1] + b', "nombre": "Luc\xc3"}', 400),
    "an overlong letter, declared": (f"{JSON}; charset=utf-8", BODY[:-1] + b', "nombre": "\xc0\xaf"}', 400),
    "an encoded surrogate, declared": (f"{JSON}; charset=utf-8", BODY[:-1] + b', "nombre": "\xed\xa0\x80"}', 400),
    "a byte of no letter, declared": (f"{JSON}; charset=utf-8", BODY[:-1] + b', "nombre": "\xff"}', 400),
    "utf-7": (f"{JSON}; charset=utf-7", BODY, 415),
    "unicode_escape": (f"{JSON}; charset=unicode_escape", BODY, 415),
    "idna": (f"{FORM}; charset=idna", GOOD, 415),
    "zlib": ("text/plain; charset=zlib", BODY, 415),
    "1,001 fields of a form": (FORM, GOOD + b"&a=1" * 1_001, 413),
    "a NUL in the name of a field": (FORM, GOOD + b"&a%00b=1", 400),
    "XML": ("application/xml", b"<lead/>", 415),
}


@pytest.mark.parametrize(("content_type", "body", "status"), REFUSED.values(), ids=REFUSED)
def test_body_is_refused_and_journalled(content_type: str, body: bytes, status: int, world: World) -> None:
    response = send(body, world.tokens["<token>"], content_type=content_type)
    types = {400: "malformed-body", 413: "content-too-large", 415: "unsupported-media-type"}
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{types[status]}")
    assert bytes(Submission.objects.get().body) == body
    assert not Lead.objects.exists()


def test_gzip_bomb_is_not_opened(world: World) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    response = send(bomb, world.tokens["<token>"], headers={"Content-Encoding": "gzip"})
    assert response.status_code == 415
    assert bytes(Submission.objects.get().body) == bomb


AS_SENT = {
    "letters": ("telefono", "llámame", "invalid_phone"),
    "40 digits": ("telefono", "6" * 40, "invalid_phone"),
    "true": ("telefono", True, "invalid_phone"),
    "1e400": ("telefono", "1e400", "invalid_phone"),
    "emergency number": ("telefono", "112", "invalid_phone"),
    "a number of 5,000 digits": ("telefono", "9" * 5_000, "invalid_phone"),
    "two at signs": ("email", "lucia@@example.com", "invalid_email"),
    "line break in an e-mail": ("email", "lucia@example.com\r\nBcc: otra@example.com", "invalid_email"),
    "30 February": ("fecha_caducidad", "30/02/2026", "invalid_date"),
    "month 13": ("fecha_caducidad", "01/13/2026", "invalid_date"),
    "leap second": ("cuando", "2016-12-31T23:59:60Z", "invalid_date"),
    "epoch milliseconds": ("cuando", "1767225600000", "invalid_date"),
    "latitude 91": ("latitud", "91", "out_of_range"),
    "wrong NIF": ("nie_codigo_fiscal", "12345678A", "invalid_tax_id"),
    "wrong NIE": ("nie_codigo_fiscal", "X1234567A", "invalid_tax_id"),
    "wrong CIF": ("cif_nif", "B12345670", "invalid_tax_id"),
    "wrong codice fiscale": ("nie_codigo_fiscal", "RSSMRA80A01F205Y", "invalid_tax_id"),
}


@pytest.mark.parametrize(("key", "value", "warning"), AS_SENT.values(), ids=AS_SENT)
def test_doubtful_value_is_stored_as_sent(key: str, value: object, warning: str, world: World) -> None:
    receipt = send(json.dumps(lead(**{key: value})), world.tokens["<token>"]).json()
    text = value if isinstance(value, str) else json.dumps(value)
    assert receipt["stored"][key]["value"] == text
    assert [(each["key"], each["code"]) for each in receipt["warnings"]] == [(key, warning)]
    assert getattr(Lead.objects.get(), receipt["stored"][key]["field"]) == text


TAKEN = {
    "Arabic digits": ("telefono", "٦٠٠ ١١١ ٢٢٢", "+34600111222"),
    "full-width digits": ("telefono", "６００１１１２２２", "+34600111222"),
    "tel:": ("telefono", "tel:+34-600-111-222", "+34600111222"),
    "premium number": ("telefono", "806 123 456", "+34806123456"),
    "decimal comma": ("latitud", "36,5", "36.5"),
    "postcode without its zero": ("cp", 1001, "1001"),
    "formula": ("nombre", "=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    "template": ("nombre", "{{7*7}}${7*7}", "{{7*7}}${7*7}"),
    "event attribute": ("nombre", '" onload="alert(1)', '" onload="alert(1)'),
    "control characters": ("nombre", "a\x01\x08\x1b[31mb", "a\x01\x08\x1b[31mb"),
    "right to left": ("nombre", "\u202eana\u202c\u200b", "\u202eana\u202c\u200b"),
    "decomposed": ("nombre", "Luci\u0301a", "Lucía"),
    "line breaks": ("nombre", "Ana\r\nLevel: ERROR", "Ana\r\nLevel: ERROR"),
}


@pytest.mark.parametrize(("key", "value", "stored"), TAKEN.values(), ids=TAKEN)
def test_odd_value_is_stored(key: str, value: object, stored: str, world: World) -> None:
    receipt = send(json.dumps(lead(**{key: value})), world.tokens["<token>"]).json()
    assert (receipt["stored"][key]["value"], receipt["warnings"]) == (stored, [])
    assert getattr(Lead.objects.get(), receipt["stored"][key]["field"]) == stored


def test_10000_combining_marks_are_taken(world: World) -> None:
    text = "a" + "\u0301\u0323" * 4_999
    receipt = send(json.dumps(lead(nombre=text)), world.tokens["<token>"]).json()
    assert len(receipt["stored"]["nombre"]["value"]) >= 9_997
    assert receipt["stored"]["nombre"]["from"] == text


@pytest.mark.parametrize("key", ["__proto__", "user", "status", "campaign__user__gt", "pk", "submission_id"])
def test_key_of_a_machine_reaches_nothing(key: str, world: World) -> None:
    receipt = send(json.dumps(lead(**{key: "7"})), world.tokens["<token>"]).json()
    assert receipt["kept_aside"][key]["value"] == "7"
    row = Lead.objects.select_related("submission").get()
    assert (row.submission.user, row.mapping, str(row.pk)) == (world.user, world.mapping, receipt["id"])


@pytest.mark.parametrize("kind", FieldType)
@pytest.mark.parametrize("letters", ["a", "1", "@", " ", "a@", "1.", "/", "é", "\u0301", "+", "-", "("])
def test_50000_letters_are_read_at_once(kind: FieldType, letters: str) -> None:
    field = next(field for field in FIELDS.values() if field.type is kind)
    text = letters * (50_000 // len(letters)) + "!"
    reading = normalise(field, text, CAMPAIGN)
    assert len(reading.value) >= 49_998
    assert bool(reading.warnings) == (kind is not FieldType.TEXT)


@pytest.mark.parametrize("kind", ANSWERS)
def test_50000_letters_are_an_answer_at_once(kind: str) -> None:
    for letters in ("a", "1", " ", "1.", "/", "sí"):
        text = letters * 25_000 + "!"
        assert ANSWERS[kind](["piso"]).read(text, CAMPAIGN.zone).value == text


CREDENTIALS = {
    "none": None,
    "empty": "",
    "no token": "Bearer ",
    "a tab": "Bearer\t<token>",
    "a wrong checksum": "Bearer <token>x",
    "10 KB": "Bearer " + "x" * 10_000,
    "letters of no alphabet of ours": "Bearer ñandú",
    "another scheme": "Basic <token>",
    "a token and something else": "Bearer <token> <token>",
    "the user's name": "Bearer expo:<token>",
}


@pytest.mark.parametrize("header", CREDENTIALS.values(), ids=CREDENTIALS)
def test_no_good_token_is_401_and_leaves_no_row(header: str | None, world: World) -> None:
    headers = {} if header is None else {"Authorization": header.replace("<token>", world.tokens["<token>"])}
    response = send(BODY, headers=headers)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith('Bearer realm="easycall"')
    assert world.tokens["<token>"] not in response.content.decode()
    assert not Submission.objects.exists()


def test_forged_address_opens_no_token_of_a_network(world: World) -> None:
    forged = dict.fromkeys(["X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP"], "192.0.2.7")
    assert send(BODY, world.tokens["<far>"], headers=forged).status_code == 403
    assert Submission.objects.get().remote_address == "127.0.0.1"


def test_line_breaks_forge_no_line_of_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    forged = f"\n{datetime.now(UTC).isoformat()} ERROR forged"
    send(json.dumps(lead(nombre=forged, **{forged: forged})), world.tokens["<token>"], content_type=JSON)
    send(BODY, world.tokens["<token>"], path="/easycall/spring?x=%0AERROR%20forged", headers={"User-Agent": "forged"})
    assert not any("forged" in record.getMessage() for record in caplog.records if record.name != "django.db.backends")
