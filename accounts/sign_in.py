"""Signing in and out: who is locked out, how long a session lasts, and how all of them end."""

import time
from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.contrib.auth import logout
from django.db.models import F
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.throttle import site_of

_BEGAN, _SEEN = "began", "seen"
# How old the time of the last page may grow before it is written again: a row a minute, not a row a page.
_STEP = 60


def client_of(request: HttpRequest) -> str:
    """What attempts to sign in are counted by: the address, of IPv6 its /64, which has one owner."""
    site = site_of(request.META.get("REMOTE_ADDR", "").partition("%")[0])
    return str(ip_network(site).network_address) if "/" in site else site


def name_of(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The name that attempts are counted by, as much of it as is kept: PostgreSQL refuses a longer one."""
    name = (credentials or request.POST).get("username", "")
    return str(name)[: AccessAttempt._meta.get_field("username").max_length]


def note_sign_in(sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
    """A receiver of `user_logged_in`: a session begins with its time."""
    request.session[_BEGAN] = request.session[_SEEN] = int(time.time())


class SessionEndMiddleware:
    """End sessions that are too old, or that nobody has used for too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            end_when_over(request)
        return self.get_response(request)


def end_when_over(request: HttpRequest) -> None:
    """Sign out SESSION_HOURS after the sign-in, or SESSION_IDLE_MINUTES after the last page; note this one otherwise.

    The cookie's own age does not do: each note would make it good for longer.
    """
    now, began, seen = int(time.time()), request.session.get(_BEGAN, 0), request.session.get(_SEEN, 0)
    idle = settings.SESSION_IDLE_MINUTES * 60
    if now - began > settings.SESSION_COOKIE_AGE or (idle and now - seen > idle):
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
