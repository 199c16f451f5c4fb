"""How many requests a minute a credential is good for, where an administrator has set it."""

import math
from datetime import timedelta

from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from accounts.models import Credential
from easycall.errors import TooManyRequests

_MINUTE = timedelta(minutes=1)
# Requests that are decided at once looked at the clock at different moments, perhaps on different machines.
_SKEW = timedelta(seconds=10)


def check_rate(credential: Credential) -> None:
    """Spend one of the requests of this minute. Raises TooManyRequests when none is left.

    A credential without a rate costs nothing here; one with a rate costs a statement, which decides and spends at
    once, so that two workers never both spend the last one.

    `rate_spent_until` runs ahead of the clock by what is spent, at most a minute. Each request moves it by its share
    of the minute; the time that passes pays it back. One further ahead than that is of a clock that was put back.
    """
    rate = credential.requests_per_minute
    if rate is None:
        return
    share = timedelta(microseconds=60_000_000 // rate)
    now = timezone.now()
    nothing_spent = (
        Q(rate_spent_until=None) | Q(rate_spent_until__lt=now) | Q(rate_spent_until__gt=now + _MINUTE + _SKEW)
    )
    row = Credential.objects.filter(pk=credential.pk)
    spent = row.filter(nothing_spent | Q(rate_spent_until__lte=now + _MINUTE - share)).update(
        rate_spent_until=Case(When(nothing_spent, then=Value(now + share)), default=F("rate_spent_until") + share)
    )
    if not spent:
        until = row.values_list("rate_spent_until", flat=True).first() or now
        wait = max(1, math.ceil((until + share - now - _MINUTE).total_seconds()))
        raise TooManyRequests(f"The token is good for {rate} requests a minute, and they are used up.", wait=wait)
