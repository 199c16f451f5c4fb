from typing import Any

import pytest
from django.utils import translation

from leads.admin import receipts
from leads.admin.receipts import Fate

RECEIPT = {
    "stored": {
        "Campaign": {"envelope": "campaign", "value": "expo"},
        "movil": {"field": "telefono_mobile", "value": "+34600111222", "from": "600 11 12 22"},
        "tipo": {"question": "tipo", "value": "piso"},
    },
    "kept_aside": {"Tipo": {"value": {"a": [1]}, "reason": "unknown_key", "did_you_mean": "tipo"}},
    "empty": ["notas"],
    "warnings": [
        {"key": "movil", "code": "several_phones", "detail": "…"},
        {"key": None, "code": "read_as_json", "detail": "…"},
    ],
}


def test_every_key_is_accounted_for_once() -> None:
    rows = receipts.sent_keys(RECEIPT)
    assert [(row.key, row.fate) for row in rows] == [
        ("Campaign", Fate.STORED),
        ("movil", Fate.STORED),
        ("tipo", Fate.STORED),
        ("Tipo", Fate.KEPT_ASIDE),
        ("notas", Fate.EMPTY),
    ]


def test_a_stored_key_has_what_was_sent_and_what_was_made_of_it() -> None:
    campaign, phone, question = receipts.sent_keys(RECEIPT)[:3]
    assert (phone.kind, phone.target, phone.sent, phone.stored) == (
        "field",
        "telefono_mobile",
        "600 11 12 22",
        "+34600111222",
    )
    assert (campaign.kind, campaign.sent, campaign.stored) == ("envelope", "expo", "")
    assert (question.kind, question.target) == ("question", "tipo")


def test_a_key_carries_its_own_warnings_only() -> None:
    assert [len(row.warnings) for row in receipts.sent_keys(RECEIPT)] == [0, 1, 0, 0, 0]


def test_code_of_another_release_is_shown_by_its_detail_or_itself() -> None:
    entries = [{"key": "a", "code": "new_code", "detail": "In words."}, {"code": "bare_code"}]
    assert [(warned.key, warned.text) for warned in receipts.warnings(entries)] == [
        ("a", "In words."),
        ("", "bare_code"),
    ]
    (aside,) = receipts.asides({"k": {"value": None, "reason": "new_reason"}})
    assert (aside.value, aside.reason, aside.did_you_mean) == ("null", "new_reason", "")


def test_receipt_of_an_item_of_a_batch() -> None:
    batch = {"results": [{"id": "a"}, {"id": "b"}, "no object"]}
    assert [receipts.receipt_of(batch, item) for item in range(4)] == [{"id": "a"}, {"id": "b"}, {}, {}]
    assert receipts.receipt_of({"id": "a"}, 0) == {"id": "a"}


@pytest.mark.parametrize("answer", ["", "{", "null", "[1]", '"text"', "9" * 5_000, "[" * 100_000])
def test_answer_that_is_no_object_is_empty(answer: str) -> None:
    assert receipts.parse(answer) == {}
    assert receipts.pretty(answer)[:4] in (answer[:4], "[\n  ")


@pytest.mark.parametrize("value", [None, 1, "text", [1], {"a": 1}, {"a": {"value": {}}}, [[None]]])
def test_no_shape_of_a_receipt_breaks_its_reading(value: Any) -> None:
    document = dict.fromkeys(("stored", "kept_aside", "empty", "warnings", "errors"), value)
    for row in receipts.sent_keys(document):
        assert isinstance(row.sent, str)
    receipts.refusals({**document, "type": value})
    receipts.duplicates({"results": [{"duplicate_of": value}, {"duplicate_of": {"matched": value, "lead": value}}]})
    receipts.refusals({"results": [document, value, {**document, "type": "x", "detail": value}]})


def test_long_json_has_a_line_for_each_value() -> None:
    assert receipts.as_text({"a": [1, True, None]}) == '{"a": [1, true, null]}'
    assert receipts.as_text(["x" * 60]) == '[\n  "' + "x" * 60 + '"\n]'


def test_duplicates_are_said_in_words_once_for_those_of_one_lead() -> None:
    marked = {"duplicate_of": {"lead": "0193", "matched": ["phone", "email"], "policy": "mark"}}
    hidden = {"duplicate_of": {"lead": None, "matched": ["new_rule"], "policy": "new_policy"}}
    with translation.override("en"):
        first, second = receipts.duplicates({"results": [marked, {}, marked, hidden]})
    assert (first.policy, first.same) == ("Stored, marked as a duplicate.", "phone, e-mail")
    assert (first.lead, first.numbers) == ("0193", [1, 3])
    assert (second.policy, second.same, second.lead) == ("new_policy", "new_rule", "")
    assert receipts.duplicates(marked)[0].numbers == []
