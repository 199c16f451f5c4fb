import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import tokens

PEPPER = "a pepper of the tests, long enough"


def test_a_token_has_the_published_pattern() -> None:
    assert re.fullmatch(tokens.PATTERN, tokens.make().text)


def test_two_tokens_have_nothing_in_common() -> None:
    first, second = tokens.make(), tokens.make()

    assert first.key != second.key
    assert first.text.split("_")[2] != second.text.split("_")[2]


def test_a_key_chosen_before_is_the_key_of_the_token() -> None:
    key = tokens.new_key()

    token = tokens.make(key)

    assert token.key == key
    assert token.text.startswith(f"easycall_{key}_")


def test_what_is_made_can_be_read() -> None:
    token = tokens.make()

    assert tokens.parse(token.text) == token


@pytest.mark.parametrize("place", [0, 9, 21, 22, 40, 66, 70, -1])
def test_one_wrong_letter_is_no_token(place: int) -> None:
    text = tokens.make().text
    letters = list(text)
    letters[place] = "x" if letters[place] != "x" else "y"

    assert tokens.parse("".join(letters)) is None


@pytest.mark.parametrize("around", ["{} ", " {}", "{}\n", "Bearer {}", "{}x"])
def test_a_token_with_something_around_it_is_no_token(around: str) -> None:
    assert tokens.parse(around.format(tokens.make().text)) is None


@given(st.text())
def test_any_text_can_be_asked_whether_it_is_a_token(text: str) -> None:
    assert tokens.parse(text) is None


def test_a_token_is_found_within_other_text_even_when_it_is_mistyped() -> None:
    text = tokens.make().text
    mistyped = text[:-1] + ("0" if text[-1] != "0" else "1")

    assert tokens.found_in(f"?token={text}&x=1")
    assert tokens.found_in(mistyped)
    assert not tokens.found_in(text[:-1])


def test_the_digest_is_64_hexadecimal_digits_and_hides_the_token() -> None:
    token = tokens.make()
    digest = tokens.digest(token, pepper=PEPPER)

    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    assert token.key not in digest


def test_the_digest_depends_on_the_pepper_and_on_every_part_of_the_token() -> None:
    token = tokens.make()
    same_key = tokens.make(token.key)

    digests = {
        tokens.digest(token, pepper=PEPPER),
        tokens.digest(token, pepper=f"{PEPPER}!"),
        tokens.digest(same_key, pepper=PEPPER),
    }

    assert len(digests) == 3


def test_a_token_proves_itself_under_any_of_the_peppers() -> None:
    token = tokens.make()
    old = tokens.digest(token, pepper="the old pepper")

    assert tokens.verify(token, old, peppers=[PEPPER, "the old pepper"])
    assert not tokens.verify(token, old, peppers=[PEPPER])
    assert not tokens.verify(tokens.make(token.key), old, peppers=[PEPPER, "the old pepper"])
