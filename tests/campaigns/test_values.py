from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from campaigns.enums import QuestionType
from campaigns.values import ANSWERS, parse_date, parse_decimal

MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    "text", ["2026-04-05", "20260405", "05/04/2026", "5/4/2026", "05-04-2026", "5.4.2026", " 5/4/2026 "]
)
def test_day_comes_before_month(text: str) -> None:
    assert parse_date(text, MADRID) == date(2026, 4, 5)


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-05T17:30", "2026-04-05 17:30:00", "2026-04-05t17:30:00.0", "2026-04-05T15:30:00Z",
        "2026-04-05T15:30+00:00", "2026-04-05T17:30+0200", "2026-04-05T17:30+02", "20260405T1730", "20260405T153000Z",
        "05/04/2026 17:30", "05-04-2026, 17:30", "05.04.2026 17:30:00",
    ],
)  # fmt: skip
def test_moment_in_many_forms(text: str) -> None:
    assert parse_date(text, MADRID) == datetime(2026, 4, 5, 17, 30, tzinfo=MADRID)


def test_moment_is_shown_in_the_zone() -> None:
    moment = parse_date("2026-01-05T12:00:00.5Z", MADRID)
    assert moment is not None
    assert moment.isoformat() == "2026-01-05T13:00:00.500000+01:00"


@pytest.mark.parametrize(
    "text",
    [
        "", "31/04/2026", "04/31/2026", "29/02/2026", "2026-13-01", "05/04/26", "05/04-2026", "2026/04/05",
        "0000-01-01", "2026-04-05T24:00", "2026-04-05T17:60", "2026-04-05T17", "2026-04-05 17:30 y algo",
        "٠٥/٠٤/٢٠٢٦", "mañana",
        "9999-12-31T23:59:59-23:59", "2026-04-05T10:00+24:00", "2026-04-05" + " " * 80 + "17:30",
    ],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    assert parse_date(text, MADRID) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("1", "1"), ("-1,50", "-1.50"), ("+.5", ".5"), ("3.", "3."), (" 1e3 ", "1e3"), ("00012", "00012")],
)
def test_decimal_keeps_its_digits(text: str, number: str) -> None:
    assert parse_decimal(text) == number


@pytest.mark.parametrize("text", ["", ".", "1.000,50", "1 000", "1,2,3", "0x1", "١", "inf", "1e", "1e1000"])
def test_what_is_no_decimal(text: str) -> None:
    assert parse_decimal(text) is None


def _answer(kind: str, text: str, *choices: str) -> tuple[str, tuple[str, ...]]:
    reading = ANSWERS[kind](choices).read(text, MADRID)
    return reading.value, reading.warnings


@pytest.mark.parametrize("word", ["sí", "SI", "yes", "true", "1", "vero", "x", "On"])
def test_yes_in_three_languages(word: str) -> None:
    assert _answer(QuestionType.YES_NO, word) == ("yes", ())


@pytest.mark.parametrize("word", ["no", "NO", "false", "0", "falso", "off"])
def test_no_in_three_languages(word: str) -> None:
    assert _answer(QuestionType.YES_NO, word) == ("no", ())


def test_choice_is_found_whatever_its_case_and_accents() -> None:
    assert _answer(QuestionType.CHOICE, "atico", "Piso", "Ático") == ("Ático", ())
    assert _answer(QuestionType.CHOICE, "ático ", "Piso", "Ático") == ("Ático", ())


def test_exact_choice_wins() -> None:
    assert _answer(QuestionType.CHOICE, "b", "B", "b") == ("b", ())


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (QuestionType.NUMBER, "muchos"),
        (QuestionType.DATE, "mañana"),
        (QuestionType.YES_NO, "quizás"),
        (QuestionType.YES_NO, "sí" * 100),
        (QuestionType.CHOICE, "barco"),
        (QuestionType.CHOICE, "x" * 9_000),
    ],
)
def test_answer_that_does_not_fit_stays_as_sent(kind: str, text: str) -> None:
    assert _answer(kind, text, *(["Piso"] if kind == QuestionType.CHOICE else [])) == (text, ("invalid_answer",))


def test_answers_in_their_normal_form() -> None:
    assert _answer(QuestionType.TEXT, "man\u0303ana") == ("mañana", ())
    assert _answer(QuestionType.NUMBER, "1,5") == ("1.5", ())
    assert _answer(QuestionType.DATE, "5/4/2026 9:05") == ("2026-04-05T09:05:00+02:00", ())


def test_every_type_of_question_has_its_reader() -> None:
    assert set(ANSWERS) == set(QuestionType)
