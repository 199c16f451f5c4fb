"""Who may try a password: not a name from an address that guessed it, nor an address that goes through many names."""

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone

from accounts.sign_in import client_of


class Handler(AxesDatabaseHandler):  # type: ignore[misc]  # the library has no types
    """django-axes counts by name and address; this counts the address too, over all names and all workers."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        return super().is_locked(request, credentials) or is_address_locked(request)


def is_address_locked(request: HttpRequest) -> bool:
    """Whether WRONG_PASSWORDS_PER_ADDRESS came from there in the last quarter of an hour. One query."""
    most = settings.WRONG_PASSWORDS_PER_ADDRESS
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    attempts = AccessAttempt.objects.filter(ip_address=client_of(request), attempt_time__gte=since)
    return bool(most) and (attempts.aggregate(count=Sum("failures_since_start"))["count"] or 0) >= most
