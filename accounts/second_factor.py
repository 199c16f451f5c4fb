"""The second factor: six digits of an authenticator app, or a code that was written down for when the phone is lost.

Whether a page may be seen is `User.second_factor_pending`. The devices are django-otp's, which refuses a code that was
used, and makes who guesses wait twice as long each time.
Neither the keys of the apps nor the recovery codes can be read from the database: both take the secret key too.
"""

import base64

import segno
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from accounts.models import AuthenticatorApp, User

RECOVERY_CODES = 10
_DIGITS = 6


@transaction.atomic
def begin(*, user: User) -> AuthenticatorApp:
    """The app that `user` is about to add; the same one until it is confirmed."""
    # The user's row, so that two pages which are opened at once don't make one each.
    User.objects.select_for_update().get(pk=user.pk)
    device: AuthenticatorApp = AuthenticatorApp.objects.get_or_create(user=user, confirmed=False)[0]
    return device


def picture(device: AuthenticatorApp) -> str:
    """What the app reads with its camera, as SVG markup."""
    code = segno.make(device.config_url, error="m")
    return str(code.svg_inline(scale=5, border=4, dark="#000", light="#fff"))


def key_text(device: AuthenticatorApp) -> str:
    """The same for who has to type it: groups of four."""
    key = base64.b32encode(device.bin_key).decode()
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


@transaction.atomic
def confirm(*, user: User, code: str) -> tuple[Device, list[str]] | None:
    """Turn the second factor on, when the app that was begun shows this code. Returns its device and the new recovery
    codes, which are not shown again."""
    device = AuthenticatorApp.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None or not device.verify_token(code):
        return None
    AuthenticatorApp.objects.filter(user=user, confirmed=True).delete()
    device.confirmed = True
    device.save()
    user.second_factor_since = timezone.now()
    user.save(update_fields=["second_factor_since"])
    return device, renew_codes(user=user)


@transaction.atomic
def renew_codes(*, user: User) -> list[str]:
    """Make new recovery codes in place of the old ones, and return them."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="recovery codes")
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_digest(code)) for code in codes)
    return codes


@transaction.atomic
def verify(*, user: User, code: str) -> Device | None:
    """The device that `code` is of, or None. Each code is good once."""
    code = code.strip().replace(" ", "").lower()
    is_of_app = code.isdigit() and len(code) == _DIGITS
    kind = AuthenticatorApp if is_of_app else StaticDevice
    device = kind.objects.select_for_update().filter(user=user, confirmed=True).first()
    return device if device and device.verify_token(code if is_of_app else _digest(code)) else None


def _digest(code: str) -> str:
    """What is stored of a recovery code, as much as the column takes: 64 bits, more than the code has."""
    keyed = salted_hmac("accounts.second_factor", code, secret=settings.SECRET_KEY, algorithm="sha256")
    return keyed.hexdigest()[: StaticToken._meta.get_field("token").max_length]


def remove(*, user: User, by: User | None) -> None:
    """Turn the second factor off; who is required to have one sets up a new one at the next page."""
    with transaction.atomic():
        AuthenticatorApp.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()
        user.second_factor_since = None
        user.save(update_fields=["second_factor_since"])
