"""The words of the pictures' installation, in each language. Nobody of these names and numbers is anybody."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """`question` is label, key, the key as somebody mistypes it, and the choices; `people` first and last names."""

    browser: str
    country: str
    time_zone: str
    sender: str
    label: str
    agency: str
    campaign: str
    second_campaign: str
    code: str
    question: tuple[str, str, str, Sequence[str]]
    hidden_question: tuple[str, str]
    phone: str
    keys: Sequence[str]
    new_key: str
    people: Sequence[tuple[str, str]]


WORDS = {
    "es": Words(
        browser="es-ES",
        country="ES",
        time_zone="Europe/Madrid",
        sender="landing_vivienda",
        label="landing mayo",
        agency="agencia_norte",
        campaign="Expo Vivienda 2026",
        second_campaign="Energía solar",
        code="expo_2026",
        question=("Tipo de inmueble", "tipo_inmueble", "Tipo Inmueble", ("piso", "casa", "local")),
        hidden_question=("Código promocional", "codigo_promo"),
        phone="600 11 12 {:02}",
        keys=("nombre", "apellido", "telefono_movil", "correo_electronico"),
        new_key="telefono_whatsapp",
        people=(
            ("Lucía", "Núñez"),
            ("Javier", "Ruiz"),
            ("Carmen", "Ortega"),
            ("Íñigo", "Sanz"),
            ("Marta", "Peña"),
            ("Hugo", "Vidal"),
        ),
    ),
    "it": Words(
        browser="it-IT",
        country="IT",
        time_zone="Europe/Rome",
        sender="landing_casa",
        label="landing maggio",
        agency="agenzia_roma",
        campaign="Expo Casa 2026",
        second_campaign="Energia solare",
        code="expo_2026",
        question=("Tipo di immobile", "tipo_immobile", "Tipo Immobile", ("appartamento", "villa", "ufficio")),
        hidden_question=("Codice promozionale", "codice_promo"),
        phone="333 123 45 {:02}",
        keys=("nome", "cognome", "telefono_mobile", "email"),
        new_key="telefono_whatsapp",
        people=(
            ("Giulia", "Bianchi"),
            ("Marco", "Ferri"),
            ("Elena", "Conti"),
            ("Niccolò", "Sala"),
            ("Chiara", "Greco"),
            ("Luca", "Riva"),
        ),
    ),
    "en": Words(
        browser="en-GB",
        country="ES",
        time_zone="Europe/Madrid",
        sender="landing_housing",
        label="landing page May",
        agency="agency_north",
        campaign="Housing Fair 2026",
        second_campaign="Solar energy",
        code="expo_2026",
        question=("Property type", "property_type", "Property Type", ("flat", "house", "office")),
        hidden_question=("Promotion code", "promo_code"),
        phone="600 11 12 {:02}",
        keys=("FirstName", "LastName", "Phone", "Email"),
        new_key="whatsapp_phone",
        people=(
            ("Lucía", "Núñez"),
            ("Javier", "Ruiz"),
            ("Giulia", "Bianchi"),
            ("Íñigo", "Sanz"),
            ("Marta", "Peña"),
            ("Hugo", "Vidal"),
        ),
    ),
}
