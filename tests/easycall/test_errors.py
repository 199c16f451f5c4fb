from uuid import UUID

import pytest
from django.utils import translation

from easycall.errors import PROBLEMS, FieldError, InvalidToken, MalformedBody, Problem, TemporarilyUnavailable

SUBMISSION = UUID("0193d5a8-0000-7000-8000-000000000001")


def subclasses(problem: type[Problem]) -> set[type[Problem]]:
    return {problem} | {below for child in problem.__subclasses__() for below in subclasses(child)}


def test_every_type_is_listed() -> None:
    assert {problem.type for problem in subclasses(Problem) if hasattr(problem, "type")} == set(PROBLEMS)
    assert all(problem.type == name for name, problem in PROBLEMS.items())


@pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)
def test_every_problem_says_what_it_is_and_what_to_do(problem: type[Problem]) -> None:
    assert 400 <= problem.status < 600
    assert str(problem.title)
    assert str(problem.remedy)


def test_document_has_the_members_of_the_contract() -> None:
    problem = MalformedBody("The body ends too soon.", errors=[FieldError("/nome", "cut")], members={"limit": 3})
    with translation.override("en"):
        assert problem.document(SUBMISSION) == {
            "type": "/problems/malformed-body",
            "title": "The body can't be read",
            "status": 400,
            "detail": "The body ends too soon.",
            "instance": f"urn:uuid:{SUBMISSION}",
            "submission": str(SUBMISSION),
            "errors": [{"pointer": "/nome", "detail": "cut"}],
            "limit": 3,
        }


def test_document_of_a_request_without_a_row_names_none() -> None:
    document = MalformedBody("The body ends too soon.").document()
    assert "instance" not in document
    assert "submission" not in document


def test_unknown_token_is_challenged() -> None:
    assert InvalidToken("x").headers["WWW-Authenticate"] == 'Bearer realm="easycall", error="invalid_token"'


def test_fault_says_when_to_come_back() -> None:
    assert TemporarilyUnavailable().headers == {"Retry-After": "5"}
