from django.db import models
from django.utils.translation import gettext_lazy as _


class CredentialType(models.TextChoices):
    TOKEN = "token", _("TOKEN")
