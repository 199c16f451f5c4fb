"""Values of the predefined fields, each to its normal form with the codes of its warnings. Pure."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import region_code_for_country_code
from stdnum.es import nif
from stdnum.it import codicefiscale, iva

from campaigns.fields import Field, FieldType
from campaigns.models import Campaign
from campaigns.values import Reading, parse_date, parse_decimal
from easycall.text import nfc

# The longest text that is looked at as each of these: what is longer is none, and patterns stay cheap.
_PHONE_LENGTH = 100
_EMAIL_LENGTH = 254
_TAX_ID_LENGTH = 32

# Most addresses look like this, and need no library to be told right.
PLAIN_EMAIL = re.compile(
    r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+){0,5}(?<!.{65})@(?:[A-Za-z0-9]{1,40}(?:-[A-Za-z0-9]{1,20})?\.){1,3}"
    r"(?:cat|com|es|eu|fr|info|it|net|org|pt)"
)

_TEL = re.compile(r"\s*tel:\s*", re.IGNORECASE)
# One character between two digits, as people group them.
_SEPARATED = re.compile(r"(?<=[0-9])[ .-](?=[0-9])", re.ASCII)
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
_EXTENSION = re.compile(r"[\s,;.]*(?:extensi[oó]n|estensione|interno|int|ext|x|#)[\s.:=]*\d{1,7}\s*$", re.IGNORECASE)
_SEVERAL = re.compile(r"[/;,|\n]+|\s+(?:y|e|o|or|and)\s+", re.IGNORECASE)
_TAX_ID_SEPARATORS = re.compile(r"[\s./\-]+")
_LIMITS = {"latitudine": Decimal(90), "longitudine": Decimal(180)}


def normalise(field: Field, text: str, campaign: Campaign) -> Reading:
    """Read `text` as the field's type, with the campaign's country and time zone."""
    return _READERS[field.type](field, text, campaign)


def read_phone(text: str, country: str) -> Reading:
    """E.164, or the text as sent with a warning. Of several numbers in one value the first valid one is taken."""
    if number := plain_mobile(text, country):
        return Reading(number)
    if len(text) <= _PHONE_LENGTH:
        bare = _TEL.sub("", text, count=1)
        main = _EXTENSION.sub("", bare)
        if number := e164(main, country):
            return Reading(number, () if main == bare else ("phone_extension",))
        numbers = [number for part in _SEVERAL.split(bare) if (number := e164(part, country))]
        if numbers:
            return Reading(numbers[0], ("several_phones",))
    return Reading(nfc(text), ("invalid_phone",))


def plain_mobile(text: str, country: str) -> str | None:
    """What phonenumbers makes of a mobile number of the country, by its own pattern: most phones are one."""
    digits = _SEPARATED.sub("", text)
    plan = _mobiles(country)
    if plan is None:
        return None
    prefix, pattern = plan
    national = digits.removeprefix(prefix)
    # A zero may begin an international prefix.
    if len(digits) > _PHONE_LENGTH or national.startswith("0") or not pattern.fullmatch(national):
        return None
    return prefix + national


@cache
def _mobiles(country: str) -> tuple[str, re.Pattern[str]] | None:
    """The prefix and the mobile numbers of a country, None where numbers are dialled with another prefix at home."""
    plan = phonenumbers.PhoneMetadata.metadata_for_region(country)
    if plan is None or plan.national_prefix_for_parsing or plan.leading_digits or plan.mobile is None:
        return None
    # Of those that share a code the first one only.
    if not plan.mobile.national_number_pattern or region_code_for_country_code(plan.country_code or 0) != country:
        return None
    return f"+{plan.country_code}", re.compile(plan.mobile.national_number_pattern, re.ASCII)


def e164(text: str, country: str) -> str | None:
    """A number as phonenumbers reads it."""
    text = text.strip()
    if text.startswith("00"):
        text = "+" + text[2:]
    # Between country code and number “(0)” is the trunk zero: dialled from abroad in Italy, and only there.
    text = _TRUNK_ZERO.sub("0" if text.replace(" ", "").startswith("+39") else "", text)
    # phonenumbers reads letters as the digits of their keys, which no lead means.
    if any(c.isalpha() for c in text):
        return None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    # What phonenumbers takes for an extension may be a second number, and is not to be dropped without a word.
    if number.extension or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _text(field: Field, text: str, campaign: Campaign) -> Reading:
    return Reading(nfc(text))


def _phone(field: Field, text: str, campaign: Campaign) -> Reading:
    return read_phone(text, campaign.country)


def _email(field: Field, text: str, campaign: Campaign) -> Reading:
    address = text.strip()
    if len(address) <= _EMAIL_LENGTH and PLAIN_EMAIL.fullmatch(address):
        local, _, domain = address.rpartition("@")
        return Reading(f"{local}@{domain.lower()}")
    try:
        if len(address) > _EMAIL_LENGTH:
            raise EmailNotValidError
        # Syntax only: the library's list of domains that can't be delivered to is not asked, but for the missing dot.
        valid = validate_email(address, check_deliverability=False, globally_deliverable=False)
        if "." not in valid.ascii_domain:
            raise EmailNotValidError
    except EmailNotValidError:
        return Reading(nfc(text), ("invalid_email",))
    local, _, domain = address.rpartition("@")
    return Reading(nfc(f"{local}@{domain.lower()}"))


def _tax_id(field: Field, text: str, campaign: Campaign) -> Reading:
    if len(text) <= _TAX_ID_LENGTH:
        compact = _TAX_ID_SEPARATORS.sub("", text).upper()
        if compact.isascii() and any(kind.is_valid(compact) for kind in (nif, codicefiscale, iva)):
            return Reading(compact)
    return Reading(nfc(text), ("invalid_tax_id",))


def _decimal(field: Field, text: str, campaign: Campaign) -> Reading:
    number = parse_decimal(text)
    if number is None:
        return Reading(nfc(text), ("invalid_decimal",))
    if abs(Decimal(number)) > _LIMITS[field.name]:
        return Reading(nfc(text), ("out_of_range",))
    return Reading(number)


def _date(field: Field, text: str, campaign: Campaign) -> Reading:
    day = parse_date(text, campaign.zone)
    if day is None:
        return Reading(nfc(text), ("invalid_date",))
    value, _, time = day.isoformat().partition("T")
    return Reading(value, () if not time or time.startswith("00:00:00") else ("time_not_kept",))


def _datetime(field: Field, text: str, campaign: Campaign) -> Reading:
    moment = parse_date(text, campaign.zone)
    return Reading(nfc(text), ("invalid_date",)) if moment is None else Reading(moment.isoformat())


_READERS: Mapping[FieldType, Callable[[Field, str, Campaign], Reading]] = {
    FieldType.TEXT: _text,
    FieldType.PHONE: _phone,
    FieldType.EMAIL: _email,
    FieldType.TAX_ID: _tax_id,
    FieldType.DECIMAL: _decimal,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
}
