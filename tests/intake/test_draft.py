import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.models import Campaign
from campaigns.queries import AskedQuestion
from easycall.errors import MissingContact
from leads.intake.body import Pair
from leads.intake.draft import MOST_UNKNOWN_NAMED, Draft, draft
from leads.intake.keys import KeyTable
from leads.models import ImportMapping, Submission
from leads.texts import ASIDE_REASONS, WARNING_TEXTS

CAMPAIGN = Campaign(id=1, name="Expo", country="ES", time_zone="Europe/Madrid")
MAPPING = ImportMapping(id=1, external_code="expo_2026", campaign=CAMPAIGN)
QUESTION = AskedQuestion("chiave_nueva", "number", (), True, frozenset())

PHONE = Pair("telefono", "600 11 12 22")


def _draft(*pairs: Pair, place: str = "") -> Draft:
    return draft(list(pairs), mapping=MAPPING, keys=KeyTable({QUESTION.key: QUESTION}), place=place)


def _codes(result: Draft) -> list[tuple[str | None, str | None]]:
    return [(warning["key"], warning["code"]) for warning in result.warnings]


scalars = st.none() | st.text(max_size=20) | st.sampled_from(["600111222", "lucia@example.com", "expo_2026"])
values = scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.text(max_size=3), scalars, max_size=2)
known = st.sampled_from(
    ["nombre", "FirstName", "telefono", "Phone", "email", "Campaign", "ID", "chiave_nueva", "cuando"]
)


@given(st.dictionaries(known | st.text(max_size=12), values, max_size=10))
def test_every_key_is_in_one_place_and_one_only(lead: dict[str, object]) -> None:
    result = _draft(PHONE, *(Pair(key, value) for key, value in lead.items() if key != "telefono"))
    accounted = [*result.stored, *result.kept_aside, *result.empty]
    assert sorted(accounted) == sorted({"telefono", *lead})


@given(st.dictionaries(st.text(max_size=12), values, max_size=10))
def test_codes_and_reasons_are_all_documented(lead: dict[str, object]) -> None:
    result = _draft(PHONE, *(Pair(key, value) for key, value in lead.items()))
    assert {warning["code"] for warning in result.warnings} <= set(WARNING_TEXTS)
    assert {aside["reason"] for aside in result.kept_aside.values()} <= set(ASIDE_REASONS)


def test_phone_is_kept_both_ways() -> None:
    columns = _draft(PHONE).columns
    assert columns == {"telefono": "+34600111222", "telefono_sent": "600 11 12 22"}


def test_equal_values_keep_the_text_that_came_first() -> None:
    result = _draft(PHONE, Pair("Phone", "+34600111222"))
    assert result.columns["telefono_sent"] == "600 11 12 22"
    assert set(result.stored) == {"telefono", "Phone"}


def test_conflict_keeps_the_first_and_sets_the_second_aside() -> None:
    result = _draft(PHONE, Pair("chiave_nueva", "1"), Pair("nombre", "Ana"), Pair("nome", "Berta"))
    assert result.columns["nome"] == "Ana"
    assert result.kept_aside == {"nome": {"value": "Berta", "reason": "conflicting_value"}}
    assert _codes(result) == [("nome", "conflicting_value")]


def test_required_question_without_answer_is_a_warning() -> None:
    assert _codes(_draft(PHONE)) == [("chiave_nueva", "missing_answer")]
    assert _codes(_draft(PHONE, Pair("chiave_nueva", "x"))) == [("chiave_nueva", "invalid_answer")]


def test_lead_without_contact_is_told_what_it_may_have_meant() -> None:
    with pytest.raises(MissingContact) as caught:
        _draft(Pair("nombre", "Ana"), Pair("telefonno", "600111222"))
    assert [error.pointer for error in caught.value.errors] == ["", "/telefonno"]
    assert "600111222" not in json.dumps(caught.value.document())


def test_lead_without_contact_is_told_which_keys_nobody_knows_the_likely_slips_first() -> None:
    strange = [Pair(letter * 9, "600111222") for letter in "bcdfghjklmnpqrstvwxz"]
    with pytest.raises(MissingContact) as caught:
        _draft(*strange, Pair("telefonno", "600111222"), place="/3")
    told = [error.pointer for error in caught.value.errors]
    assert told[:3] == ["/3", "/3/telefonno", "/3/bbbbbbbbb"]
    assert len(told) == 1 + MOST_UNKNOWN_NAMED
    assert "600111222" not in json.dumps(caught.value.document())


def test_channel_or_question_is_no_contact() -> None:
    with pytest.raises(MissingContact):
        _draft(Pair("Channel", "600111222"), Pair("chiave_nueva", "600111222"), Pair("telefono", []))


def test_lead_has_the_codes_of_its_warnings_in_order() -> None:
    lead = _draft(Pair("telefono", "1"), Pair("email", "x"), Pair("mobile", "2")).lead(Submission(), 3)
    assert lead.warning_codes == "invalid_email invalid_phone missing_answer"
    assert lead.item == 3


def test_key_that_a_form_repeats_is_numbered_aside() -> None:
    result = _draft(PHONE, Pair("x", "1"), Pair("x", "2"), Pair("x[2]", "3"))
    assert {key: aside["value"] for key, aside in result.kept_aside.items()} == {"x": "1", "x[2]": "2", "x[2][2]": "3"}
