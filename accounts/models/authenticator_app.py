from django.conf import settings
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_totp.models import TOTPDevice

# What authenticator apps expect of a key for HMAC-SHA-1.
_KEY_BYTES = 20


class AuthenticatorApp(TOTPDevice):  # type: ignore[misc]  # the library has no types
    """django-otp's device, whose column `key` is only one half of the key: the other is the secret key, which is not
    in the database."""

    class Meta:
        proxy = True
        default_permissions = ()

    @property
    def bin_key(self) -> bytes:
        keyed = salted_hmac("accounts.AuthenticatorApp", self.key, secret=settings.SECRET_KEY, algorithm="sha256")
        return keyed.digest()[:_KEY_BYTES]
