from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language
from accounts.roles import Role


class User(AbstractUser):
    """A person who signs in, or a technical account that only sends leads and has no password."""

    language = models.CharField(
        _("language"),
        max_length=5,
        choices=Language,
        blank=True,
        default="",
        help_text=_("Of these pages. Leave it empty and they speak the language of the browser."),
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
    def role(self) -> Role | None:
        """What it is here for; None for one that has only permissions of its own. A query unless groups are there."""
        if self.is_superuser:
            return Role.ADMINISTRATOR
        names = {group.name for group in self.groups.all()}
        return next((role for role in Role if role in names), None)
