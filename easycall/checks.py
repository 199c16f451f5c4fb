"""System checks: an unsafe set-up says so at the start, with a hint."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks


@checks.register(checks.Tags.security, deploy=True)
def peppers_are_long(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    if all(len(pepper) >= 32 for pepper in settings.TOKEN_PEPPERS):
        return []
    return [
        checks.Error(
            "A pepper of TOKEN_PEPPERS is shorter than 32 characters.",
            hint="Make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'",
            id="easycall.E001",
        )
    ]
