"""System checks: an unsafe set-up says so at the start, with a hint. What asks the database is in `database_checks`."""

import stat
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks

PEPPER_LENGTH = 32
THIS_MACHINE = {"localhost", "127.0.0.1", "[::1]"}


@checks.register(checks.Tags.security)
def peppers_are_long(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    if all(len(pepper) >= PEPPER_LENGTH for pepper in settings.TOKEN_PEPPERS):
        return []
    return [
        checks.Error(
            f"TOKEN_PEPPERS, or SECRET_KEY in its place, has a value shorter than {PEPPER_LENGTH} characters.",
            hint="Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'",
            id="easycall.E001",
        )
    ]


@checks.register(checks.Tags.security)
def debug_stays_on_this_machine(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    if not settings.DEBUG:
        return []
    if not _public_hosts():
        return [
            checks.Warning(
                "DEBUG is on: error pages show settings and what people sent.",
                hint="Unset DEBUG unless you are working on the code.",
                id="easycall.W004",
            )
        ]
    return [
        checks.Error(
            f"DEBUG is on for hosts that others reach: {', '.join(_public_hosts())}.",
            hint="Unset DEBUG: its error pages show settings and what people sent.",
            id="easycall.E002",
        )
    ]


@checks.register(checks.Tags.security)
def not_everybody_is_a_trusted_proxy(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    if not any(network.prefixlen == 0 for network in settings.TRUSTED_PROXIES):
        return []
    return [
        checks.Error(
            "TRUSTED_PROXIES trusts every address, so anybody can pretend to send from any other one.",
            hint="Name the addresses of your proxies only, such as 127.0.0.1 or 10.0.0.0/24.",
            id="easycall.E003",
        )
    ]


@checks.register(checks.Tags.security)
def secret_key_is_private(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    file = settings.VAR_DIR / "secret_key"
    if not file.exists() or not stat.S_IMODE(file.stat().st_mode) & 0o077:
        return []
    return [
        checks.Error(
            "Other users of this machine may read the secret key.",
            hint=f"chmod 600 {file}",
            id="easycall.E004",
        )
    ]


@checks.register(checks.Tags.security)
def public_hosts_have_https(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    if settings.HTTPS or not _public_hosts():
        return []
    return [
        checks.Warning(
            f"Tokens and passwords go in clear: HTTPS is off for {', '.join(_public_hosts())}.",
            hint="Put a proxy that speaks TLS in front, name it in TRUSTED_PROXIES, and unset HTTPS=0.",
            id="easycall.W001",
        )
    ]


@checks.register(checks.Tags.security, deploy=True)
def https_has_a_proxy(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    if not settings.HTTPS or settings.TRUSTED_PROXIES:
        return []
    return [
        checks.Info(
            "HTTPS is on and no proxy is trusted: every page will redirect to itself for ever.",
            hint="Name the proxy that speaks TLS in TRUSTED_PROXIES; it must set X-Forwarded-Proto.",
            id="easycall.I001",
        )
    ]


def _public_hosts() -> list[str]:
    return [host for host in settings.ALLOWED_HOSTS if host not in THIS_MACHINE]
