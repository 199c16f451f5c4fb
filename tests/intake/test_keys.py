import pytest

from campaigns.fields import ALIASES, ENVELOPE_NAMES, FIELDS, Alias, Envelope
from campaigns.queries import AskedQuestion
from leads.intake.body import Pair
from leads.intake.keys import Aliases, Aside, KeyTable
from leads.models import ImportMapping

HERE, ELSEWHERE = 1, 2
QUESTIONS = {
    "chiave_nueva": AskedQuestion("chiave_nueva", "text", (), False, frozenset()),
    "presupuesto": AskedQuestion("presupuesto", "text", (), False, frozenset({ELSEWHERE})),
}


MAPPING = ImportMapping(id=7, campaign_id=HERE)


def _target(key: str, value: object = "x", campaign: int = HERE, aliases: Aliases | None = None) -> object:
    return KeyTable(QUESTIONS, aliases).target(Pair(key, value), ImportMapping(id=7, campaign_id=campaign))


@pytest.mark.parametrize("alias", ALIASES, ids=[alias.key for alias in ALIASES])
def test_predefined_key_matches_in_any_spelling(alias: Alias) -> None:
    key, field = alias.key, FIELDS[alias.field]
    for spelling in (key, key.upper(), key.replace("_", " "), key.replace("_", "-"), f" {key} "):
        assert _target(spelling) is field


@pytest.mark.parametrize("meaning", Envelope)
def test_envelope_matches_in_any_letter_case(meaning: Envelope) -> None:
    for name in ENVELOPE_NAMES[meaning]:
        assert _target(name.lower()) is _target(name.upper()) is meaning


def test_question_matches_exactly_and_a_near_miss_is_named() -> None:
    assert _target("chiave_nueva") is QUESTIONS["chiave_nueva"]
    assert _target("Chiave Nueva") == Aside("unknown_key", "chiave_nueva")
    assert _target("chiave_nuova") == Aside("unknown_key", "chiave_nueva")


def test_key_that_resembles_nothing_is_unknown() -> None:
    assert _target("utm_source_of_traffic") == Aside("unknown_key")


@pytest.mark.parametrize(
    ("key", "whole"),
    [
        ("tel", "telefono"),
        ("Tel.", ""),
        ("te", ""),
        ("chiave", "chiave_nueva"),
        ("data", ""),
        ("cod", ""),
        ("pers", ""),
    ],
)
def test_beginning_of_keys_stands_for_the_shortest_where_they_are_of_one_kind(key: str, whole: str) -> None:
    assert _target(key) == Aside("unknown_key", whole)


def test_question_of_another_campaign_is_named_as_that_and_never_suggested() -> None:
    assert _target("presupuesto") == Aside("other_campaign")
    assert _target("presupuesto", campaign=ELSEWHERE) is QUESTIONS["presupuesto"]
    assert _target("presupuestos") == Aside("unknown_key")


def test_container_fits_no_known_key_and_any_unknown_one() -> None:
    assert _target("nombre", {}) == Aside("not_a_scalar")
    assert _target("chiave_nueva", []) == Aside("not_a_scalar")
    assert _target("utm_source_of_traffic", []) == Aside("unknown_key")


def test_the_readers_reason_comes_first() -> None:
    assert KeyTable(QUESTIONS).target(Pair("nombre", {}, reason="file"), MAPPING) == Aside("file")


def test_a_table_that_has_looked_up_a_key_answers_alike() -> None:
    table = KeyTable(QUESTIONS)
    assert table.target(Pair("nombre", []), MAPPING) == Aside("not_a_scalar")
    assert table.target(Pair("nombre", "x"), MAPPING) is FIELDS["nome"]


def test_another_name_is_known_in_any_spelling_and_in_its_import_api_only() -> None:
    aliases = {(7, "nick"): "nome", (8, "mote"): "nome"}
    assert _target("Nick", aliases=aliases) is _target(" NICK ", aliases=aliases) is FIELDS["nome"]
    assert _target("mote", aliases=aliases) == Aside("unknown_key")


def test_another_name_of_a_question_is_the_question_where_it_is_asked() -> None:
    aliases = {(7, "budget"): "presupuesto", (7, "gone"): "deleted"}
    assert _target("Budget", campaign=ELSEWHERE, aliases=aliases) is QUESTIONS["presupuesto"]
    assert _target("Budget", aliases=aliases) == Aside("other_campaign")
    assert _target("gone", aliases=aliases) == Aside("unknown_key")


def test_what_is_known_to_all_comes_before_another_name() -> None:
    aliases = {(7, "nombre"): "otro", (7, "chiave_nueva"): "otro", (7, "canal"): "otro"}
    assert _target("Nombre", aliases=aliases) is FIELDS["nome"]
    assert _target("chiave_nueva", aliases=aliases) is QUESTIONS["chiave_nueva"]
    assert _target("Canal", aliases=aliases) is Envelope.CHANNEL
