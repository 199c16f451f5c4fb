"""A browser, a password, and an authenticator app, for tests about signing in."""

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP

from accounts import second_factor
from accounts.models import AuthenticatorApp, User

LOGIN, HOME = reverse("admin:login"), reverse("admin:index")
PASSWORD = "largo-y-raro-27"


def browser(address: str = "192.0.2.1") -> Client:
    return Client(REMOTE_ADDR=address, headers={"accept-language": "en"})


def enter(client: Client, password: str = PASSWORD, username: str = "lucia") -> HttpResponse:
    return client.post(LOGIN, {"username": username, "password": password})


def is_in(client: Client) -> bool:
    return client.get(HOME).status_code == 200


def digits(user: User, *, later: int = 0) -> str:
    """What the app of `user` shows, so many steps of half a minute from now."""
    device = AuthenticatorApp.objects.get(user=user)
    totp = TOTP(device.bin_key)
    totp.time = timezone.now().timestamp() + later * 30
    return f"{totp.token():06d}"


def add_app(user: User) -> list[str]:
    """Turn the second factor on. Returns the recovery codes."""
    second_factor.begin(user=user)
    confirmed = second_factor.confirm(user=user, code=digits(user))
    assert confirmed
    return confirmed[1]
