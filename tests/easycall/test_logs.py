import logging
import sys

import pytest

from easycall.logs import PrivateFormatter


@pytest.fixture
def logged() -> str:
    try:
        try:
            raise ValueError("telephone 600111222")
        except ValueError as error:
            raise KeyError("lucia@example.com") from error
    except KeyError:
        record = logging.LogRecord("easycall", logging.ERROR, __file__, 1, "A fault", (), sys.exc_info())
    return PrivateFormatter("%(levelname)s %(message)s").format(record)


def test_a_fault_is_logged_with_its_place_and_kind(logged: str) -> None:
    assert logged.startswith("ERROR A fault\nTraceback (most recent call last):\n")
    assert logged.index("builtins.ValueError") < logged.index("builtins.KeyError")
    assert "test_logs.py" in logged


def test_times_are_utc_and_say_so() -> None:
    record = logging.makeLogRecord({"msg": "x", "created": 0.25, "msecs": 250.0})
    assert PrivateFormatter("%(asctime)s %(message)s").format(record) == "1970-01-01T00:00:00.250Z x"


def test_a_fault_is_logged_without_its_message(logged: str) -> None:
    assert "600111222" not in logged.replace('raise ValueError("telephone 600111222")', "")
    assert "lucia" not in logged.replace('raise KeyError("lucia@example.com") from error', "")


@pytest.mark.parametrize(
    ("address", "logged"),
    [
        ("/kit/a.secret-1_2/requests/ (500)", "/kit/…/requests/ (500)"),
        ("/admin/password-reset/MQ/d0rv2s-secret/ (500)", "/admin/password-reset/…/ (500)"),
        ("/admin/password-reset/MQ/d0rv2s-secret", "/admin/password-reset/…"),
        ("/admin/password-reset/ (500)", "/admin/password-reset/ (500)"),
    ],
)
def test_addresses_that_open_something_are_not_logged(address: str, logged: str) -> None:
    record = logging.makeLogRecord({"msg": f"Internal Server Error: {address}"})
    assert PrivateFormatter("%(message)s").format(record) == f"Internal Server Error: {logged}"
