"""JSONTestSuite against the door: `y_` is JSON, `n_` is none, and of `i_` the contract says what it is.

The statuses stand in the data, so that both databases have to give the same.
"""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from leads.models import Lead, Submission
from tests.intake.world import World, send

Case = Mapping[str, Any]

CASES: list[Case] = json.loads((Path(__file__).parent / "suites" / "json_test_suite.json").read_text("utf-8"))["cases"]

# JSON, but not of a kind that the contract takes: a name twice in an object, a NUL in a text.
STRICTER_THAN_JSON = {
    "y_object_duplicated_key",
    "y_object_duplicated_key_and_value",
    "y_object_escaped_null_in_key",
    "y_string_null_escape",
}


def body_of(case: Case) -> bytes:
    if "hex" in case:
        return bytes.fromhex(case["hex"])
    if "repeat" in case:
        before, piece, times, after = case["repeat"]
        return f"{before}{piece * times}{after}".encode()
    body: str = case["body"]
    return body.encode()


def as_value(case: Case) -> bytes:
    return b'{"Campaign": "expo_2026", "telefono": "600111222", "valor": ' + body_of(case) + b"}"


@pytest.mark.parametrize(("place", "body"), [("alone", body_of), ("as_value", as_value)])
def test_every_document_gets_the_answer_that_is_written_beside_it(
    place: str, body: Callable[[Case], bytes], world: World
) -> None:
    answers = {case["name"]: send(body(case), world.tokens["<token>"]) for case in CASES}
    assert {name: answer.status_code for name, answer in answers.items()} == {
        case["name"]: case[place] for case in CASES
    }
    types = {answer.json()["type"] for answer in answers.values() if answer.status_code == 400}
    assert types == {"/problems/malformed-body"}
    assert Submission.objects.count() == len(CASES)


def test_what_is_written_beside_them_is_what_the_contract_says() -> None:
    names = [case["name"] for case in CASES]
    assert [sum(name.startswith(kind) for name in names) for kind in ("y_", "n_", "i_")] == [95, 188, 35]
    for case in CASES:
        statuses = {case["alone"], case["as_value"]}
        if case["name"].startswith("n_") or case["name"] in STRICTER_THAN_JSON:
            assert statuses == {400}, case["name"]
        elif case["name"].startswith("y_"):
            assert case["alone"] in (200, 201, 422), case["name"]
            assert case["as_value"] == 201, case["name"]
        else:
            assert statuses <= {200, 201, 400, 413, 422}, case["name"]


def test_every_value_that_is_taken_comes_back_as_it_was_sent(world: World) -> None:
    taken = [case for case in CASES if case["as_value"] == 201]
    assert len(taken) > 90
    for case in taken:
        receipt = json.loads(send(as_value(case), world.tokens["<token>"]).content, parse_float=Decimal)
        sent = as_sent(body_of(case))
        if sent is None or (isinstance(sent, str) and not sent.strip()):
            assert receipt["empty"] == ["valor"], case["name"]
            continue
        assert is_same(sent, receipt["kept_aside"]["valor"]["value"]), case["name"]
        assert Lead.objects.get(pk=receipt["id"]).kept_aside == _plain(receipt["kept_aside"]), case["name"]


def as_sent(raw: bytes) -> Any:
    """What Python's own parser makes of it, numbers and truths as their texts."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    value = json.loads(text, parse_int=str, parse_float=str)
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def is_same(sent: Any, got: Any) -> bool:
    """Inside an object or list a number may be a number again, if it has the same value."""
    if isinstance(sent, dict):
        return sent.keys() == got.keys() and all(is_same(value, got[key]) for key, value in sent.items())
    if isinstance(sent, list):
        return len(sent) == len(got) and all(map(is_same, sent, got))
    if isinstance(got, int | Decimal) and not isinstance(got, bool):
        return Decimal(sent) == got
    return bool(sent == got)


def _plain(value: Any) -> Any:
    """As JSON is read by default: the database gives floats."""
    return json.loads(json.dumps(value, default=float))
