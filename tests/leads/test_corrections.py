import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from leads.corrections import Correction, correct
from leads.enums import EventKind
from leads.models import Lead, LeadEvent
from tests.factories import KeyAliasFactory, LeadFactory, QuestionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def marta() -> User:
    return UserFactory.create(staff=True)


def warning(key: str, code: str) -> dict[str, str]:
    return {"key": key, "code": code, "detail": "x"}


def corrected(lead: Lead, by: User, **new: str) -> LeadEvent | None:
    """The line of a correction by somebody who sees the lead as it is."""
    held = {name: getattr(lead, name, lead.answers.get(name, "")) for name in new}
    event = correct(lead_id=lead.pk, corrections=[Correction(name, held[name], new[name]) for name in new], by=by)
    lead.refresh_from_db()
    return event


def test_value_is_read_as_the_intake_reads_it(marta: User) -> None:
    lead = LeadFactory.create(data_scadenza="x", codice_fiscale="y")
    corrected(lead, marta, telefono_mobile="600 11 12 33", data_scadenza="31/12/2026", codice_fiscale="00000000-t")
    assert (lead.telefono_mobile, lead.data_scadenza, lead.codice_fiscale) == (
        "+34600111233",
        "2026-12-31",
        "00000000T",
    )


def test_old_values_and_who_did_it_are_in_the_history(marta: User) -> None:
    lead = LeadFactory.create(nome="Lucia")
    event = corrected(lead, marta, nome="Lucía", email="lucia@example.com")
    assert event is not None
    assert (event.lead, event.kind, event.by) == (lead, EventKind.CORRECTED, marta)
    assert event.data == {"fields": {"nome": ["Lucia", "Lucía"], "email": ["", "lucia@example.com"]}}


def test_phone_stays_as_it_was_sent_beside_its_correction(marta: User) -> None:
    lead = LeadFactory.create(telefono_mobile="6001112", telefono_mobile_sent="600 111 2")
    corrected(lead, marta, telefono_mobile="600111222")
    assert (lead.telefono_mobile, lead.telefono_mobile_sent) == ("+34600111222", "600 111 2")


def test_corrected_name_is_found(marta: User) -> None:
    lead = LeadFactory.create(nome="Lucia")
    corrected(lead, marta, nome="Begoña")
    assert "begona" in lead.name_words


def test_doubt_goes_with_the_doubtful_value_under_whatever_key_it_came(marta: User) -> None:
    lead = LeadFactory.create(telefono="60", warnings=[warning("numbero", "invalid_phone"), warning("cp", "x")])
    event = corrected(lead, marta, telefono="600111222")
    assert (lead.warnings, lead.warning_codes) == ([warning("cp", "x")], "x")
    assert event is not None
    assert event.data["warnings"] == {"numbero": [[warning("numbero", "invalid_phone")], []]}


def test_doubt_goes_with_the_value_of_another_name(marta: User) -> None:
    lead = LeadFactory.create(telefono="60", warnings=[warning("fon", "invalid_phone")], mapping__has_aliases=True)
    KeyAliasFactory.create(mapping=lead.mapping, key="fon", field="telefono")
    corrected(lead, marta, telefono="600111222")
    assert lead.warnings == []


def test_doubtful_correction_is_stored_with_a_warning(marta: User) -> None:
    lead = LeadFactory.create()
    corrected(lead, marta, email="no address")
    assert (lead.email, lead.warning_codes) == ("no address", "invalid_email")
    assert lead.warnings[0]["key"] == "email"


def test_last_contact_can_not_be_emptied(marta: User) -> None:
    lead = LeadFactory.create(email="")
    with pytest.raises(ValidationError):
        corrected(lead, marta, telefono_mobile=" ")
    lead.refresh_from_db()
    assert lead.telefono_mobile == "+34600111222"
    assert not lead.events.exists()


def test_contact_can_move_to_another_field(marta: User) -> None:
    lead = LeadFactory.create()
    corrected(lead, marta, telefono_mobile="", telefono_fisso="910 11 12 22")
    assert (lead.telefono_mobile, lead.telefono_fisso) == ("", "+34910111222")


def test_answer_is_read_by_the_type_of_its_question(marta: User) -> None:
    QuestionFactory.create(key="piso", choices=["Ático", "Bajo"])
    lead = LeadFactory.create(answers={"piso": "9"}, warnings=[warning("piso", "invalid_answer")])
    event = corrected(lead, marta, piso="atico")
    assert (lead.answers, lead.warnings) == ({"piso": "Ático"}, [])
    assert event is not None
    assert event.data["answers"] == {"piso": ["9", "Ático"]}


def test_emptied_answer_is_gone_and_missing_where_it_is_required(marta: User) -> None:
    QuestionFactory.create(key="piso", required=True)
    lead = LeadFactory.create(answers={"piso": "9"})
    corrected(lead, marta, piso="")
    assert (lead.answers, lead.warning_codes) == ({}, "missing_answer")
    corrected(lead, marta, piso="8")
    assert (lead.answers, lead.warning_codes) == ({"piso": "8"}, "")


def test_who_was_slower_changes_nothing(marta: User) -> None:
    lead = LeadFactory.create(nome="Ana")
    with pytest.raises(ValidationError) as refused:
        correct(lead_id=lead.pk, corrections=[Correction("nome", "Lucía", "Lucia")], by=marta)
    assert list(refused.value.message_dict) == ["nome"]
    lead.refresh_from_db()
    assert lead.nome == "Ana"


@pytest.mark.parametrize("new", ["+34 600 111 222", "+34600111222"])
def test_same_value_in_another_spelling_leaves_no_line(new: str, marta: User) -> None:
    lead = LeadFactory.create()
    assert corrected(lead, marta, telefono_mobile=new) is None
    assert not lead.events.exists()
