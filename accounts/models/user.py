from django.contrib.auth.models import AbstractUser
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person who signs in, or a technical account that only sends leads and has no password."""

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
