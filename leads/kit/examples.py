"""Values that the door takes without a warning, as people of the campaign's country would send them. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import cast

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType

from campaigns.enums import QuestionType
from campaigns.models import Campaign, Question

_DAY = date(2027, 6, 30)
_TIME = time(17, 30)

_ANYWHERE = {
    "nome": "Lucía",
    "cognome": "García",
    "nome_completo": "Lucía García",
    "partita_iva": "B58378431",
    "codice_fiscale": "12345678Z",
    "email": "lucia@example.com",
    "otro": "llamar por la tarde",
    "personalizzato1": "Expo 2026",
    "personalizzato2": "folleto",
    "nazione": "España",
    "regione": "Comunidad de Madrid",
    "provincia": "Madrid",
    "cap": "28013",
    "comune": "Madrid",
    "strada": "Gran Vía 1",
    "latitudine": "40.4199",
    "longitudine": "-3.7026",
}
_ITALY = {
    "nome": "Lucia",
    "cognome": "Rossi",
    "nome_completo": "Lucia Rossi",
    "partita_iva": "00743110157",
    "codice_fiscale": "RSSLCU85A41H501T",
    "otro": "chiamare nel pomeriggio",
    "personalizzato2": "opuscolo",
    "nazione": "Italia",
    "regione": "Lazio",
    "provincia": "RM",
    "cap": "00187",
    "comune": "Roma",
    "strada": "Via del Corso 1",
    "latitudine": "41.9029",
    "longitudine": "12.4809",
}
_PHONES = {
    "telefono_fisso": PhoneNumberType.FIXED_LINE,
    "telefono_mobile": PhoneNumberType.MOBILE,
    "altro_telefono": PhoneNumberType.FIXED_LINE,
    "telefono": PhoneNumberType.MOBILE,
}
_ANSWERS = {QuestionType.NUMBER: "42", QuestionType.DATE: _DAY.isoformat(), QuestionType.YES_NO: "yes"}
_TEXTS = {"ES": "un texto", "IT": "un testo"}


def values(campaign: Campaign) -> Mapping[str, str]:
    """One of each predefined field."""
    moment = datetime.combine(_DAY, _TIME, campaign.zone)
    return {
        **_ANYWHERE,
        **(_ITALY if campaign.country == "IT" else {}),
        **{name: _phone(campaign.country, kind) for name, kind in _PHONES.items()},
        "data_scadenza": _DAY.isoformat(),
        "data_presentazione": moment.isoformat(),
    }


def answer(question: Question, campaign: Campaign) -> str:
    if question.type == QuestionType.CHOICE:
        return str(question.choices[0])
    return _ANSWERS.get(QuestionType(question.type), _TEXTS.get(campaign.country, "a text"))


def _phone(country: str, kind: int) -> str:
    """The number that stands for its kind in the country's numbering plan, in E.164."""
    number = phonenumbers.example_number_for_type(country, kind) or phonenumbers.example_number(country)
    return phonenumbers.format_number(cast(PhoneNumber, number), phonenumbers.PhoneNumberFormat.E164)
