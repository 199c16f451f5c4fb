from ipaddress import ip_network
from pathlib import Path

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

PUBLIC = ["leads.example.com"]
LOCAL = ["127.0.0.1", "localhost", "[::1]"]


@pytest.fixture(autouse=True)
def safe(settings: Settings, tmp_path: Path) -> None:
    """A set-up with which nothing is wrong; each test spoils one thing."""
    settings.DEBUG = False
    settings.HTTPS = True
    settings.ALLOWED_HOSTS = PUBLIC
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    settings.TOKEN_PEPPERS = ["x" * 32]
    settings.VAR_DIR = tmp_path


def ids() -> set[str]:
    messages = run_checks(include_deployment_checks=True)
    assert all(message.hint for message in messages if message.id.startswith("easycall."))
    return {message.id for message in messages if message.id.startswith("easycall.")}


def test_safe_set_up_has_nothing_to_say() -> None:
    assert ids() == set()


@pytest.mark.parametrize("peppers", [["x" * 31], ["x" * 32, "short"]])
def test_short_pepper_is_an_error(settings: Settings, peppers: list[str]) -> None:
    settings.TOKEN_PEPPERS = peppers
    assert ids() == {"easycall.E001"}


@pytest.mark.parametrize(
    ("hosts", "expected"), [(PUBLIC, {"easycall.E002"}), (["*"], {"easycall.E002"}), (LOCAL, {"easycall.W004"})]
)
def test_debug_is_an_error_for_public_hosts_and_a_warning_elsewhere(
    settings: Settings, hosts: list[str], expected: set[str]
) -> None:
    settings.DEBUG = True
    settings.ALLOWED_HOSTS = hosts
    assert ids() == expected


@pytest.mark.parametrize("network", ["0.0.0.0/0", "::/0"])
def test_trusting_everybody_is_an_error(settings: Settings, network: str) -> None:
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.1"), ip_network(network)]
    assert ids() == {"easycall.E003"}


@pytest.mark.parametrize(("mode", "expected"), [(0o600, set()), (0o640, {"easycall.E004"}), (0o604, {"easycall.E004"})])
def test_secret_key_that_others_read_is_an_error(tmp_path: Path, mode: int, expected: set[str]) -> None:
    (tmp_path / "secret_key").touch()
    (tmp_path / "secret_key").chmod(mode)
    assert ids() == expected


@pytest.mark.parametrize(("hosts", "expected"), [(PUBLIC, {"easycall.W001"}), (LOCAL, set())])
def test_plain_http_is_a_warning_for_public_hosts(settings: Settings, hosts: list[str], expected: set[str]) -> None:
    settings.HTTPS = False
    settings.ALLOWED_HOSTS = hosts
    assert ids() == expected


def test_https_without_a_proxy_is_mentioned(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = []
    assert ids() == {"easycall.I001"}
