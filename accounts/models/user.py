from django.contrib.auth.models import AbstractUser
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role


class User(AbstractUser):
    """A person who signs in, or a technical account that only sends leads and has no password."""

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        permissions = (("manage_user", "Can let people in and give roles"),)

    @property
    def role(self) -> Role | None:
        """What it is here for; None for one that has only permissions of its own. A query unless groups are there."""
        if self.is_superuser:
            return Role.ADMINISTRATOR
        names = {group.name for group in self.groups.all()}
        return next((role for role in Role if role in names), None)
