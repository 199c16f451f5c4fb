"""The second factor: six digits of an authenticator app, or a code that was written down for when the phone is lost.

Whether a page may be seen is `User.second_factor_pending`. The devices are django-otp's, which refuses a code that was
used, and makes who guesses wait twice as long each time.
"""

import base64

import segno
from django.db import transaction
from django.utils import timezone
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import User

RECOVERY_CODES = 10
_DIGITS = 6


def begin(*, user: User) -> TOTPDevice:
    """The app that `user` is about to add; the same one until it is confirmed."""
    device, _ = TOTPDevice.objects.get_or_create(user=user, confirmed=False)
    return device


def picture(device: TOTPDevice) -> str:
    """What the app reads with its camera, as SVG markup."""
    code = segno.make(device.config_url, error="m")
    return str(code.svg_inline(scale=5, border=4, dark="#000", light="#fff"))


def key_text(device: TOTPDevice) -> str:
    """The same for who has to type it: groups of four."""
    key = base64.b32encode(device.bin_key).decode()
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


@transaction.atomic
def confirm(*, user: User, code: str) -> tuple[Device, list[str]] | None:
    """Turn the second factor on, when the app that was begun shows this code. Returns its device and the new recovery
    codes, which are not shown again."""
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    if device is None or not device.verify_token(code):
        return None
    TOTPDevice.objects.filter(user=user, confirmed=True).delete()
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
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


@transaction.atomic
def verify(*, user: User, code: str) -> Device | None:
    """The device that `code` is of, or None. Each code is good once."""
    code = code.strip().replace(" ", "").lower()
    kind = TOTPDevice if code.isdigit() and len(code) == _DIGITS else StaticDevice
    device = kind.objects.select_for_update().filter(user=user, confirmed=True).first()
    return device if device and device.verify_token(code) else None


def remove(*, user: User, by: User | None) -> None:
    """Turn the second factor off; who is required to have one sets up a new one at the next page."""
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()
        user.second_factor_since = None
        user.save(update_fields=["second_factor_since"])
