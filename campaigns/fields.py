"""The keys that a lead may carry, as data: the predefined fields, their spellings, and the envelope.

The field names are Italian because that is what goes over the wire; what each means to a person is its label.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrPromise

from easycall.text import fold


class FieldType(StrEnum):
    TEXT = "text"
    PHONE = "phone"
    EMAIL = "email"
    TAX_ID = "tax_id"
    DECIMAL = "decimal"
    DATE = "date"
    DATETIME = "datetime"


@dataclass(frozen=True, slots=True)
class Field:
    """A predefined field: a column of a lead, named as on the wire."""

    name: str
    type: FieldType
    label: StrPromise


class Origin(StrEnum):
    """Where a spelling was seen."""

    VENDOR = "vendor"  # the help article of the system that this one replaces
    CANONICAL = "canonical"  # the name of the field itself
    CLIENT = "client"  # a public client in use
    COMMON = "common"  # what integrators write without asking


@dataclass(frozen=True, slots=True)
class Alias:
    """One spelling of a predefined field; any letter case, accents and separators of it mean the same."""

    key: str
    field: str
    origin: Origin


def _by_name(*fields: Field) -> Mapping[str, Field]:
    return MappingProxyType({field.name: field for field in fields})


FIELDS = _by_name(
    Field("nome", FieldType.TEXT, _("First name")),
    Field("cognome", FieldType.TEXT, _("Last name")),
    Field("nome_completo", FieldType.TEXT, _("Full name")),
    Field("partita_iva", FieldType.TAX_ID, _("Company tax id")),
    Field("codice_fiscale", FieldType.TAX_ID, _("Personal tax id")),
    Field("telefono_fisso", FieldType.PHONE, _("Landline")),
    Field("telefono_mobile", FieldType.PHONE, _("Mobile phone")),
    Field("altro_telefono", FieldType.PHONE, _("Other phone")),
    Field("telefono", FieldType.PHONE, _("Phone")),
    Field("email", FieldType.EMAIL, _("E-mail")),
    Field("otro", FieldType.TEXT, pgettext_lazy("predefined field", "Other")),
    Field("personalizzato1", FieldType.TEXT, _("Custom 1")),
    Field("personalizzato2", FieldType.TEXT, _("Custom 2")),
    Field("nazione", FieldType.TEXT, _("Country")),
    Field("regione", FieldType.TEXT, _("Region")),
    Field("provincia", FieldType.TEXT, _("Province")),
    Field("cap", FieldType.TEXT, _("Postal code")),
    Field("comune", FieldType.TEXT, _("City")),
    Field("strada", FieldType.TEXT, _("Address")),
    Field("latitudine", FieldType.DECIMAL, _("Latitude")),
    Field("longitudine", FieldType.DECIMAL, _("Longitude")),
    Field("data_scadenza", FieldType.DATE, _("Expiry date")),
    Field("data_presentazione", FieldType.DATETIME, _("Appointment")),
)

TAX_ID_FIELDS = tuple(field.name for field in FIELDS.values() if field.type is FieldType.TAX_ID)
PHONE_FIELDS = tuple(field.name for field in FIELDS.values() if field.type is FieldType.PHONE)

ALIASES = (
    Alias("nome", "nome", Origin.VENDOR),
    Alias("nombre", "nome", Origin.VENDOR),
    Alias("apellido", "cognome", Origin.VENDOR),
    Alias("nombre_completo", "nome_completo", Origin.VENDOR),
    Alias("nombre y apellido", "nome_completo", Origin.VENDOR),
    Alias("cif_nif", "partita_iva", Origin.VENDOR),
    Alias("nie_codigo_fiscal", "codice_fiscale", Origin.VENDOR),
    Alias("telefono_fijo", "telefono_fisso", Origin.VENDOR),
    Alias("telefono_movil", "telefono_mobile", Origin.VENDOR),
    Alias("otro_telefono", "altro_telefono", Origin.VENDOR),
    Alias("numbero", "telefono", Origin.VENDOR),
    Alias("correo_electronico", "email", Origin.VENDOR),
    Alias("otro", "otro", Origin.VENDOR),
    Alias("personalizado1", "personalizzato1", Origin.VENDOR),
    Alias("personalizado2", "personalizzato2", Origin.VENDOR),
    Alias("pais", "nazione", Origin.VENDOR),
    Alias("zona", "regione", Origin.VENDOR),
    Alias("region", "regione", Origin.VENDOR),
    Alias("distrito", "provincia", Origin.VENDOR),
    Alias("cp", "cap", Origin.VENDOR),
    Alias("codigo_postal", "cap", Origin.VENDOR),
    Alias("municipio", "comune", Origin.VENDOR),
    Alias("ciudad", "comune", Origin.VENDOR),
    Alias("calle", "strada", Origin.VENDOR),
    Alias("direccion", "strada", Origin.VENDOR),
    Alias("latitud", "latitudine", Origin.VENDOR),
    Alias("longitud", "longitudine", Origin.VENDOR),
    Alias("fecha_caducidad", "data_scadenza", Origin.VENDOR),
    Alias("fecha_vencimiento", "data_scadenza", Origin.VENDOR),
    Alias("fecha_presentacion", "data_presentazione", Origin.VENDOR),
    Alias("cuando", "data_presentazione", Origin.VENDOR),
    Alias("cognome", "cognome", Origin.CANONICAL),
    Alias("nome_completo", "nome_completo", Origin.CANONICAL),
    Alias("partita_iva", "partita_iva", Origin.CANONICAL),
    Alias("codice_fiscale", "codice_fiscale", Origin.CANONICAL),
    Alias("telefono_fisso", "telefono_fisso", Origin.CANONICAL),
    Alias("telefono_mobile", "telefono_mobile", Origin.CANONICAL),
    Alias("altro_telefono", "altro_telefono", Origin.CANONICAL),
    Alias("telefono", "telefono", Origin.CANONICAL),
    Alias("email", "email", Origin.CANONICAL),
    Alias("personalizzato1", "personalizzato1", Origin.CANONICAL),
    Alias("personalizzato2", "personalizzato2", Origin.CANONICAL),
    Alias("nazione", "nazione", Origin.CANONICAL),
    Alias("regione", "regione", Origin.CANONICAL),
    Alias("provincia", "provincia", Origin.CANONICAL),
    Alias("cap", "cap", Origin.CANONICAL),
    Alias("comune", "comune", Origin.CANONICAL),
    Alias("strada", "strada", Origin.CANONICAL),
    Alias("latitudine", "latitudine", Origin.CANONICAL),
    Alias("longitudine", "longitudine", Origin.CANONICAL),
    Alias("data_scadenza", "data_scadenza", Origin.CANONICAL),
    Alias("data_presentazione", "data_presentazione", Origin.CANONICAL),
    Alias("numero", "telefono", Origin.COMMON),
    Alias("FirstName", "nome", Origin.CLIENT),
    Alias("LastName", "cognome", Origin.CLIENT),
    Alias("Email", "email", Origin.CLIENT),
    Alias("Phone", "telefono", Origin.CLIENT),
    Alias("City", "comune", Origin.CLIENT),
    Alias("first_name", "nome", Origin.COMMON),
    Alias("last_name", "cognome", Origin.COMMON),
    Alias("full_name", "nome_completo", Origin.COMMON),
    Alias("phone_number", "telefono", Origin.COMMON),
    Alias("mobile", "telefono_mobile", Origin.COMMON),
    Alias("zip", "cap", Origin.COMMON),
    Alias("postal_code", "cap", Origin.COMMON),
    Alias("province", "provincia", Origin.COMMON),
    Alias("street", "strada", Origin.COMMON),
    Alias("address", "strada", Origin.COMMON),
    Alias("country", "nazione", Origin.COMMON),
)


class Envelope(StrEnum):
    """What a request says about the lead rather than of the person."""

    CAMPAIGN = "campaign"
    EXTERNAL_ID = "external_id"
    CHANNEL = "channel"
    CONSENT = "consent"


ENVELOPE_NAMES: Mapping[Envelope, tuple[str, ...]] = MappingProxyType(
    {
        Envelope.CAMPAIGN: (
            "Campaign",
            "campaign_code",
            "codigo_campana",
            "codice_campagna",
            "campagna",
            "campana",
        ),
        Envelope.EXTERNAL_ID: ("ID", "external_id", "lead_id"),
        Envelope.CHANNEL: ("Channel", "canal", "canale", "source"),
        Envelope.CONSENT: ("Optin", "consent", "consentimiento", "consenso"),
    }
)

FIELD_BY_KEY: Mapping[str, Field] = MappingProxyType({fold(alias.key): FIELDS[alias.field] for alias in ALIASES})
ENVELOPE_BY_KEY: Mapping[str, Envelope] = MappingProxyType(
    {fold(name): meaning for meaning, names in ENVELOPE_NAMES.items() for name in names}
)

# No question may have one of these as its key, in any spelling: the field or the envelope would take its answers.
RESERVED_KEYS = frozenset(FIELD_BY_KEY) | frozenset(ENVELOPE_BY_KEY)
