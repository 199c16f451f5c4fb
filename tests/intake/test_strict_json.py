import pytest

from easycall.errors import MalformedBody
from leads.intake.strict_json import NESTING, NotJSON, as_text, name_of, parse


@pytest.mark.parametrize("digits", ["0", "-0", "1.50", "1e400", "0.1000000000000000055511151231257827", "9" * 5000])
def test_number_keeps_every_digit(digits: str) -> None:
    assert as_text(parse(digits)) == digits


@pytest.mark.parametrize(("text", "value"), [("true", "true"), ("false", "false"), ("null", None), ('"1"', "1")])
def test_scalar_is_its_text(text: str, value: object) -> None:
    assert as_text(parse(text)) == value


def test_numbers_inside_a_container_are_numbers_again() -> None:
    assert as_text(parse('{"a": [1, 2.5, -3e2]}')) == {"a": [1, 2.5, -300.0]}


def test_a_number_that_no_float_holds_stays_a_text_inside_a_container() -> None:
    assert as_text(parse("[12345678901234567890.123, 1e400]")) == ["12345678901234567890.123", "1e400"]


@pytest.mark.parametrize(
    "text", ["", "{", "[1,]", "{'a': 1}", "NaN", "[-Infinity]", "{} {}", '"a\tb"', "01", "\ufeff1"]
)
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(NotJSON):
        parse(text)


@pytest.mark.parametrize(
    "text",
    ['{"a": 1, "a": 1}', '[{"a": {"b": 1, "b": 2}}]', '"\\ud83d"', '{"\\ude00": 1}', '["a\\u0000"]', '{"a\\u0000": 1}'],
)
def test_json_that_breaks_a_rule_is_refused_as_json(text: str) -> None:
    with pytest.raises(MalformedBody) as caught:
        parse(text)
    assert not isinstance(caught.value, NotJSON)


def test_nesting_has_a_limit() -> None:
    assert parse("[" * NESTING + "]" * NESTING)
    with pytest.raises(MalformedBody):
        parse("[" * (NESTING + 1) + "]" * (NESTING + 1))


def test_nesting_that_exhausts_the_parser_is_refused_alike() -> None:
    with pytest.raises(MalformedBody, match="nested"):
        parse('{"a":' * 200_000)


def test_the_error_says_where_and_not_what() -> None:
    with pytest.raises(NotJSON) as caught:
        parse('{\n"telefono": 600111222secret}')
    assert "line 2" in caught.value.detail
    assert "secret" not in caught.value.detail


@pytest.mark.parametrize(
    ("text", "name"), [("1", "a number"), ("[]", "an array"), ('"x"', "a string"), ("true", "true or false")]
)
def test_kinds_have_names(text: str, name: str) -> None:
    assert name_of(parse(text)) == name


def test_a_double_name_is_found_among_very_many() -> None:
    names = [*map(str, range(200_000)), "199999"]
    with pytest.raises(MalformedBody, match="two members of the same name"):
        parse("{" + ",".join(f'"{name}":1' for name in names) + "}")
