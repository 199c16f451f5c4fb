"""docs/api.md says what is so: its examples are run, its tables compared with the code."""

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation

from campaigns.fields import ALIASES, ENVELOPE_NAMES, FIELDS
from easycall.errors import PROBLEMS
from leads.intake import body
from leads.management.commands.demo import make_demo
from leads.texts import ASIDE_REASONS, WARNING_TEXTS
from tests.intake.world import send, without_ids

API = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", API, re.MULTILINE | re.DOTALL)
EXAMPLES = [(request, answer) for (_, request), (_, answer) in pairwise(BLOCKS) if answer.startswith("HTTP/1.1 ")]

# The words behind a number are Python's, which took those of RFC 9110 in version 3.13; the page has the older ones.
RENAMED = {"Unprocessable Content": "Unprocessable Entity"}

Request = tuple[str, str, str]


def _from_curl(text: str) -> Request:
    words = shlex.split(text.replace("\\\n", ""))
    options = [(flag, value) for flag, value in pairwise(words) if flag in ("-H", "-d")]
    headers = dict(value.split(": ", 1) for flag, value in options if flag == "-H")
    assert headers["Authorization"] == "Bearer <token>"
    address = next(word for word in words if word.startswith("http://127.0.0.1:8000/"))
    return address.removeprefix("http://127.0.0.1:8000"), headers["Content-Type"], options[-1][1]


def _from_http(text: str) -> Request:
    head, _, content = text.partition("\n\n")
    line, content_type = head.split("\n")
    method, path, _ = line.split()
    assert method == "POST"
    return path, content_type.removeprefix("Content-Type: "), content.removesuffix("\n")


@pytest.mark.django_db
@pytest.mark.parametrize(("request_text", "answer"), EXAMPLES, ids=range(1, len(EXAMPLES) + 1))
def test_example_gets_the_answer_beside_it(request_text: str, answer: str) -> None:
    _, token = make_demo()
    read = _from_curl if request_text.startswith("curl ") else _from_http
    path, content_type, content = read(request_text)

    response = send(content, token, path=path, content_type=content_type)

    head, _, document = answer.partition("\n\n")
    line, header = head.split("\n")
    phrase = RENAMED.get(response.reason_phrase, response.reason_phrase)
    assert line == f"HTTP/1.1 {response.status_code} {phrase}"
    assert header == f"Content-Type: {response['Content-Type']}"
    assert json.loads(without_ids(response.content.decode())) == json.loads(document)


def test_every_block_is_a_request_or_its_answer() -> None:
    assert len(EXAMPLES) >= 9
    assert len(BLOCKS) == 2 * len(EXAMPLES)


def _rows(first: str) -> dict[str, Any]:
    """The table whose head starts with `first`, by its first column."""
    lines = API.partition(f"\n| {first} |")[2].split("\n\n")[0].splitlines()[2:]
    return {cells[0]: cells[1:] for line in lines for cells in [[cell.strip() for cell in line.split("|")[1:-1]]]}


def test_every_problem_is_in_its_table() -> None:
    table = API.partition("| status | type | what to do |")[2].split("\n\n")[0]
    with translation.override("en"):
        rows = [f"| {problem.status} | `{slug}` | {problem.remedy} |" for slug, problem in PROBLEMS.items()]
    assert table.splitlines()[2:] == rows


@pytest.mark.parametrize(("first", "texts"), [("code", WARNING_TEXTS), ("reason", ASIDE_REASONS)])
def test_every_warning_and_reason_is_in_its_table(first: str, texts: dict[str, Any]) -> None:
    with translation.override("en"):
        assert _rows(first) == {f"`{code}`": [str(text)] for code, text in texts.items()}


def test_every_key_of_every_field_is_in_its_table() -> None:
    rows = _rows("field")
    for field in FIELDS.values():
        keys = [f"`{alias.key}`" for alias in ALIASES if alias.field == field.name]
        assert rows[f"`{field.name}`"][1:] == [str(field.type).replace("_", " "), ", ".join(keys)]
    assert len(rows) == len(FIELDS)


def test_every_name_of_the_envelope_is_in_its_table() -> None:
    rows = _rows("meaning")
    assert {row[-1] for row in rows.values()} == {
        ", ".join(f"`{name}`" for name in names) for names in ENVELOPE_NAMES.values()
    }


def test_limits_are_those_of_the_code() -> None:
    limits = {what: limit for what, (limit,) in _rows("what").items()}
    assert limits == {
        "the body of one lead": f"{body.LEAD_BYTES >> 20} MiB",
        "the body of a batch": f"{body.BATCH_BYTES >> 20} MiB",
        "leads in a batch": f"{body.BATCH_LEADS:,}",
        "fields in a lead": f"{body.LEAD_FIELDS}",
        "a key": f"{body.KEY_LENGTH} characters",
        "a value": f"{body.VALUE_LENGTH:,} characters",
    }
