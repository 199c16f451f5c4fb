"""Signing in and out: who is locked out, how long a session lasts, and how all of them end."""

import time
from datetime import timedelta
from ipaddress import ip_network

from axes.utils import reset
from django.conf import settings
from django.contrib.auth import logout
from django.db.models import F
from django.http import HttpRequest

from accounts.models import User
from accounts.throttle import site_of

_SEEN = "seen"
# How old the time of the last page may grow before it is written again: a row a minute, not a row a page.
_STEP = 60


def client_of(request: HttpRequest) -> str:
    """The address that attempts to sign in are counted by: of IPv6 the start of its /64, for the rest is free to choose."""
    site = site_of(request.META.get("REMOTE_ADDR", "").partition("%")[0])
    return str(ip_network(site).network_address) if "/" in site else site


def note_sign_in(sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
    """A receiver of `user_logged_in`: a session begins with the time at which it was seen."""
    request.session[_SEEN] = int(time.time())


def end_when_idle(request: HttpRequest) -> None:
    """Sign out who has not asked for a page for SESSION_IDLE_MINUTES, and take note of who does."""
    if not settings.SESSION_IDLE_MINUTES or not request.user.is_authenticated:
        return
    now, seen = int(time.time()), request.session.get(_SEEN, 0)
    if now - seen > timedelta(minutes=settings.SESSION_IDLE_MINUTES).total_seconds():
        logout(request)
    elif now - seen > _STEP:
        request.session[_SEEN] = now


def sign_out_everywhere(*, user: User, by: User) -> None:
    """End every session of `user`, on every machine."""
    User.objects.filter(pk=user.pk).update(session_number=F("session_number") + 1)
    user.refresh_from_db(fields=["session_number"])


def forgive(*, user: User) -> None:
    """Let `user` try again at once, from every address: there is a new password."""
    reset(username=user.get_username())
