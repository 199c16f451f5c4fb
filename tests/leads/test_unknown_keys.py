from collections.abc import Iterator

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from accounts.models import User
from leads import unknown_keys
from leads.enums import KeyState
from leads.models import ImportMapping, KeyAlias, UnknownKey
from tests.factories import CampaignFactory, ImportMappingFactory, QuestionFactory, UnknownKeyFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with override("en"):
        yield


@pytest.fixture
def mapping() -> ImportMapping:
    return ImportMappingFactory.create()


@pytest.fixture
def by() -> User:
    return UserFactory.create(staff=True)


def unknown(mapping: ImportMapping, key: str = "Nombre de Pila", **columns: object) -> UnknownKey:
    return UnknownKeyFactory.create(mapping=mapping, key=key, **columns)


def states() -> dict[str, str]:
    return dict(UnknownKey.objects.values_list("key", "state"))


def test_an_alias_of_a_field_makes_every_spelling_known(mapping: ImportMapping, by: User) -> None:
    row, other = unknown(mapping), unknown(mapping, "nombre-de-pila")
    elsewhere = UnknownKeyFactory.create(key="nombre_de_pila")
    alias = unknown_keys.make_alias(unknown=row, target="nome", by=by)
    assert (alias.key, alias.field, alias.question) == ("nombre_de_pila", "nome", None)
    assert ImportMapping.objects.get(pk=mapping.pk).has_aliases
    assert states() == {row.key: KeyState.KNOWN, other.key: KeyState.KNOWN, elsewhere.key: KeyState.NEW}
    assert UnknownKey.objects.get(pk=row.pk).decided_by == by
    assert [unknown_keys.target_of(each) for each in (row, other, elsewhere)] == ["nome", "nome", ""]


def test_an_alias_of_a_question_means_it_where_it_is_asked(mapping: ImportMapping, by: User) -> None:
    row = unknown(mapping, "Tipo")
    question = QuestionFactory.create(key="tipo_inmueble", campaigns=[mapping.campaign])
    unknown_keys.make_alias(unknown=row, target="tipo_inmueble", by=by)
    assert unknown_keys.target_of(row) == "tipo_inmueble"
    question.campaigns.set([CampaignFactory()])
    assert unknown_keys.target_of(row) == ""


def test_a_question_with_the_very_key_makes_only_that_spelling_known(mapping: ImportMapping, by: User) -> None:
    row = unknown(mapping, "tipo_piso")
    unknown(mapping, "Tipo Piso")
    QuestionFactory.create(key="tipo_piso")
    unknown_keys.mark_known(unknown=row, by=by)
    assert states() == {"tipo_piso": KeyState.KNOWN, "Tipo Piso": KeyState.NEW}


def test_a_key_is_another_name_once(mapping: ImportMapping, by: User) -> None:
    row = unknown(mapping)
    unknown_keys.make_alias(unknown=row, target="nome", by=by)
    with pytest.raises(ValidationError, match="another name already"):
        unknown_keys.make_alias(unknown=row, target="cognome", by=by)
    assert KeyAlias.objects.count() == 1


def test_another_name_does_not_hide_a_question(mapping: ImportMapping, by: User) -> None:
    QuestionFactory.create(key="presupuesto", campaigns=[CampaignFactory()])
    row = unknown(mapping, "Presupuesto")
    with pytest.raises(ValidationError, match="a question with the key “presupuesto”"):
        unknown_keys.make_alias(unknown=row, target="otro", by=by)
    unknown_keys.make_alias(unknown=row, target="presupuesto", by=by)


@pytest.mark.parametrize("key", ["---", "", "__ __"])
def test_a_key_without_letters_can_be_no_other_name(mapping: ImportMapping, by: User, key: str) -> None:
    with pytest.raises(ValidationError, match="neither letters nor digits"):
        unknown_keys.make_alias(unknown=unknown(mapping, key), target="nome", by=by)


def test_a_key_that_grows_when_it_is_folded_is_refused_in_words(mapping: ImportMapping, by: User) -> None:
    with pytest.raises(ValidationError, match="too long"):
        unknown_keys.make_alias(unknown=unknown(mapping, "ﷺ" * 50), target="nome", by=by)


def test_a_dismissed_key_is_dismissed_alone(mapping: ImportMapping, by: User) -> None:
    unknown_keys.dismiss(unknown=unknown(mapping), by=by)
    unknown(mapping, "nombre-de-pila")
    assert states() == {"Nombre de Pila": KeyState.DISMISSED, "nombre-de-pila": KeyState.NEW}


@pytest.mark.parametrize(("resembles", "target"), [("telefono_movil", "telefono_mobile"), ("notas", "notas"), ("", "")])
def test_what_a_key_resembles_is_a_field_or_a_question(mapping: ImportMapping, resembles: str, target: str) -> None:
    assert unknown_keys.resembled_target(unknown(mapping, resembles=resembles)) == target
