"""All pairs of the vendor's help article, each in the four kinds of body: four bodies, equal leads."""

import json
from urllib.parse import urlencode

import pytest
from django.forms.models import model_to_dict

from campaigns.fields import ALIASES, FIELDS, Alias, FieldType, Origin
from leads.models import Lead
from tests.intake.world import JSON, World, send

PAIRS = [alias for alias in ALIASES if alias.origin is Origin.VENDOR]

# What is sent as each type, and what is to be in the column.
SAMPLES = {
    FieldType.TEXT: ("Peñíscola, 1º = à l'é", "Peñíscola, 1º = à l'é"),
    FieldType.PHONE: ("600 11 12 22", "+34600111222"),
    FieldType.EMAIL: ("lucia@EXAMPLE.com", "lucia@example.com"),
    FieldType.TAX_ID: ("12.345.678-z", "12345678Z"),
    FieldType.DECIMAL: ("36,5271", "36.5271"),
    FieldType.DATE: ("31/12/2026", "2026-12-31"),
    FieldType.DATETIME: ("31/12/2026 17:30", "2026-12-31T17:30:00+01:00"),
}


def _bodies(pairs: dict[str, str]) -> list[tuple[str, str]]:
    return [
        (JSON, json.dumps(pairs)),
        ("application/x-www-form-urlencoded", urlencode(pairs)),
        ("text/plain", "\r\n".join(f"{key}: {value}" for key, value in pairs.items())),
        ("text/plain", "\n".join(f"{key}={value}" for key, value in pairs.items())),
    ]


def _columns(lead: Lead) -> dict[str, object]:
    its_own = ("submission", "created_at", "duplicate_of")
    return {name: value for name, value in model_to_dict(lead).items() if name not in its_own}


@pytest.mark.parametrize("alias", PAIRS, ids=[alias.key for alias in PAIRS])
def test_pair_makes_equal_leads_of_four_bodies(alias: Alias, world: World) -> None:
    field = FIELDS[alias.field]
    sent, stored = SAMPLES[field.type]
    other_contact = {"telefono": "600111223"} if field.type is FieldType.EMAIL else {"email": "ana@example.com"}

    for content_type, body in _bodies({"Campaign": "expo_2026", alias.key: sent, **other_contact}):
        response = send(body, world.tokens["<token>"], content_type=content_type)
        assert response.status_code == 201
        assert response.json()["stored"][alias.key]["field"] == field.name

    leads = list(Lead.objects.all())
    assert [getattr(lead, field.name) for lead in leads] == [stored] * 4
    assert all(_columns(lead) == _columns(leads[0]) for lead in leads)


def test_there_are_31_pairs_and_every_field_has_one() -> None:
    assert len({alias.key for alias in PAIRS}) == len(PAIRS) == 31
    assert {alias.field for alias in PAIRS} == set(FIELDS)


def test_fields_are_the_23_of_the_contract() -> None:
    assert " ".join(FIELDS) == (
        "nome cognome nome_completo partita_iva codice_fiscale telefono_fisso telefono_mobile altro_telefono telefono "
        "email otro personalizzato1 personalizzato2 nazione regione provincia cap comune strada latitudine longitudine "
        "data_scadenza data_presentazione"
    )
