from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language
from accounts.roles import Role
from easycall.history import History


class User(AbstractUser):
    """A person who signs in, or a technical account that only sends leads and has no password."""

    is_staff = models.BooleanField(_("person who signs in"), default=False)

    language = models.CharField(
        _("language"),
        max_length=5,
        choices=Language,
        blank=True,
        default="",
        help_text=_("Of these pages. Leave it empty and they speak the language of the browser."),
    )

    second_factor_required = models.BooleanField(
        _("must use an authenticator app"),
        default=False,
        help_text=_("The password alone is then not enough: the next page asks to set up an app on the phone."),
    )
    # When the app was confirmed; it says so of the devices, so that a page needs no query for it.
    second_factor_since = models.DateTimeField(_("authenticator app since"), null=True, editable=False)
    # A part of what every session is checked against: one more, and they all end.
    session_number = models.PositiveIntegerField(default=0, editable=False)

    history = History(
        excluded_fields=["password", "last_login", "session_number"], m2m_fields=["groups", "user_permissions"]
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        permissions = (("manage_user", "Can let people in and give roles"),)
        constraints = [
            # A language without translations would fail on every page.
            models.CheckConstraint(
                condition=models.Q(language__in=["", *Language.values]), name="user_language_is_spoken"
            ),
        ]

    @property
    def second_factor_pending(self) -> bool:
        """Whether this session, in which the password was right, still lacks the code of the authenticator app."""
        is_required = self.second_factor_required or settings.SECOND_FACTOR_FOR_ALL
        is_needed = is_required or self.second_factor_since is not None
        return is_needed and getattr(self, "otp_device", None) is None

    def get_session_auth_hash(self) -> str:
        return self._session_hash(settings.SECRET_KEY)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        return (self._session_hash(secret) for secret in settings.SECRET_KEY_FALLBACKS)

    def _session_hash(self, secret: str | bytes) -> str:
        value = f"{self.password}:{self.session_number}"
        return salted_hmac("accounts.User.session", value, secret=secret, algorithm="sha256").hexdigest()

    @property
    def role(self) -> Role | None:
        """What it is here for; None for one that has only permissions of its own. A query unless groups are there."""
        if self.is_superuser:
            return Role.ADMINISTRATOR
        names = {group.name for group in self.groups.all()}
        return next((role for role in Role if role in names), None)
