from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Language(models.TextChoices):
    """What the pages speak, each named in its own words."""

    SPANISH = "es", "Español"
    ITALIAN = "it", "Italiano"
    ENGLISH = "en", "English"


class CredentialType(models.TextChoices):
    TOKEN = "token", _("TOKEN")


class Scope(models.TextChoices):
    """What a token is good for."""

    INTAKE = "intake", _("Send leads")
    READ = "read", _("Read what came in")


class CredentialState(models.TextChoices):
    """What a credential is good for now; worked out, not stored."""

    LIVE = "live", pgettext_lazy("credential", "live")
    EXPIRED = "expired", pgettext_lazy("credential", "expired")
    REVOKED = "revoked", pgettext_lazy("credential", "revoked")
    USER_INACTIVE = "user_inactive", _("its user is not active")
