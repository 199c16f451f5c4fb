import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from campaigns.fields import FIELDS
from campaigns.models import Campaign
from leads.intake.normalise import PLAIN_EMAIL, e164, normalise, plain_mobile, read_phone

CAMPAIGN = Campaign(name="Expo", country="ES", time_zone="Europe/Madrid")


def _read(field: str, text: str) -> tuple[str, tuple[str, ...]]:
    reading = normalise(FIELDS[field], text, CAMPAIGN)
    return reading.value, reading.warnings


@pytest.mark.parametrize(
    "text",
    [
        "600111222", "600 11 12 22", "600.11.12.22", "600-111-222", "(600) 111 222", "+34600111222", "+34 600 111 222",
        "0034600111222", "00 34 600 11 12 22", "+34 (600) 111-222", "tel:+34600111222", "TEL: 600111222",
        "\u202a600111222\u202c", "600\u00a0111\u00a0222", "６００１１１２２２",
    ],
)  # fmt: skip
def test_one_spanish_number_in_many_spellings(text: str) -> None:
    assert read_phone(text, "ES") == read_phone("+34600111222", "ES")
    assert read_phone(text, "ES").value == "+34600111222"


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("02 1234 5678", "IT", "+390212345678"),
        ("+39 (0)2 1234 5678", "ES", "+390212345678"),
        ("+39 02 1234 5678", "ES", "+390212345678"),
        ("0039 02 1234 5678", "ES", "+390212345678"),
        ("349 000 1122", "IT", "+393490001122"),
        ("+34 (0) 910 00 00 01", "IT", "+34910000001"),
    ],
)
def test_numbers_of_two_countries(text: str, country: str, number: str) -> None:
    assert (read_phone(text, country).value, read_phone(text, country).warnings) == (number, ())


@pytest.mark.parametrize("text", ["12", "600", "000000000", "no tengo", "600 ABC DEF", "6" * 101, "-"])
def test_impossible_phone_stays_as_sent(text: str) -> None:
    assert _read("telefono", text) == (text, ("invalid_phone",))


@pytest.mark.parametrize(
    "text", ["600111222 / 600111333", "600111222, 600111333", "600111222 y 600111333", "nada; 600111222", "1|600111222"]
)
def test_first_good_number_of_several_is_taken(text: str) -> None:
    assert _read("telefono", text) == ("+34600111222", ("several_phones",))


@pytest.mark.parametrize("text", ["910000001 ext. 23", "910000001 x23", "910000001, extensión 23", "910000001 int 23"])
def test_extension_is_no_part_of_the_number(text: str) -> None:
    assert _read("telefono_fisso", text) == ("+34910000001", ("phone_extension",))


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("lucia@example.com", "lucia@example.com"),
        (" Lucia@EXAMPLE.Com\t", "Lucia@example.com"),
        ("lucía@ejemplo-ñ.example", "lucía@ejemplo-ñ.example"),
        ("a+b_c@mail.example.com", "a+b_c@mail.example.com"),
    ],
)
def test_email(text: str, stored: str) -> None:
    assert _read("email", text) == (stored, ())


@pytest.mark.parametrize(
    "text", ["lucia", "@example.com", "a@b", "a b@example.com", "a@example..com", f"{'a' * 260}@b.es"]
)
def test_invalid_email_stays_as_sent(text: str) -> None:
    assert _read("email", text) == (text, ("invalid_email",))


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("12345678z", "12345678Z"),
        ("12.345.678-Z", "12345678Z"),
        ("X-1234567-L", "X1234567L"),
        ("b 12345674", "B12345674"),
        ("00743110157", "00743110157"),
        ("rssmra80a01f205x", "RSSMRA80A01F205X"),
    ],
)
def test_tax_ids_are_compact_and_in_capitals(text: str, stored: str) -> None:
    assert _read("partita_iva", text) == _read("codice_fiscale", text) == (stored, ())


@pytest.mark.parametrize(
    "text", ["12345678A", "X1234567A", "B12345670", "00743110158", "RSSMRA80A01F205Y", "no", "1" * 40]
)
def test_wrong_tax_id_stays_as_sent(text: str) -> None:
    assert _read("codice_fiscale", text) == (text, ("invalid_tax_id",))


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("latitudine", "90", ("90", ())),
        ("latitudine", "-90.0001", ("-90.0001", ("out_of_range",))),
        ("longitudine", "-180,000", ("-180.000", ())),
        ("longitudine", "181", ("181", ("out_of_range",))),
        ("longitudine", "1e999", ("1e999", ("out_of_range",))),
        ("latitudine", "36.5N", ("36.5N", ("invalid_decimal",))),
    ],
)
def test_coordinates(field: str, text: str, expected: tuple[str, tuple[str, ...]]) -> None:
    assert _read(field, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("05/04/2026", ("2026-04-05", ())),
        ("05/04/2026 00:00", ("2026-04-05", ())),
        ("05/04/2026 17:30", ("2026-04-05", ("time_not_kept",))),
        ("2026-04-05T22:30:00Z", ("2026-04-06", ("time_not_kept",))),
        ("04/31/2026", ("04/31/2026", ("invalid_date",))),
    ],
)
def test_date_field_has_no_time(text: str, expected: tuple[str, tuple[str, ...]]) -> None:
    assert _read("data_scadenza", text) == expected


def test_moment_is_of_the_campaigns_zone() -> None:
    assert _read("data_presentazione", "05/07/2026 9:00") == ("2026-07-05T09:00:00+02:00", ())
    assert _read("data_presentazione", "05/07/2026") == ("2026-07-05", ())
    assert _read("data_presentazione", "pronto") == ("pronto", ("invalid_date",))


def test_text_is_composed_and_otherwise_as_sent() -> None:
    assert _read("nome", " Luci\u0301a ") == (" Lucía ", ())


def _is_email(address: str) -> bool:
    try:
        return bool(validate_email(address, check_deliverability=False, globally_deliverable=False))
    except EmailNotValidError:
        return False


@pytest.mark.parametrize(
    "domain", ["b.com", "b-c.es", "1.it", "b.c.d.org", "b.test", "b.local", "b--c.com", "-b.com", "b"]
)
@pytest.mark.parametrize("local", ["a", "a.b", "a..b", ".a", "a.", "a+b_c-d", "x" * 64, "x" * 65, "a b"])
def test_what_is_plainly_an_email_is_one_to_the_library_too(local: str, domain: str) -> None:
    address = f"{local}@{domain}"
    assert _is_email(address) or not PLAIN_EMAIL.fullmatch(address)


_LIKE_A_MOBILE = st.from_regex(r"(\+?3[49][ .-]?)?[0-9]([ .-]?[0-9]){6,10}", fullmatch=True)


@pytest.mark.parametrize("country", ["ES", "IT", "PT", "GR"])
@given(text=_LIKE_A_MOBILE | st.from_regex(r"[36]([ .-]?[0-9]){8,9}", fullmatch=True))
def test_what_is_plainly_a_mobile_number_is_the_same_one_to_the_library(country: str, text: str) -> None:
    if number := plain_mobile(text, country):
        assert e164(text, country) == number


def test_most_phones_are_plainly_mobile_numbers() -> None:
    assert plain_mobile("600 11 12 22", "ES") == plain_mobile("+34600-111-222", "ES") == "+34600111222"
    assert plain_mobile("333 123 4567", "IT") == "+393331234567"


@pytest.mark.parametrize(("text", "country"), [("0612345678", "FR"), ("910 11 12 22", "ES"), ("600111222 ext 3", "ES")])
def test_other_phones_are_left_to_the_library(text: str, country: str) -> None:
    assert plain_mobile(text, country) is None
