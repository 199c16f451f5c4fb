from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from leads.enums import KeyState

KEY_LENGTH = 100
# A sender can make up keys without end; what comes beyond these is counted in one row without a key.
MOST_KEYS = 1_000
SAMPLE_LENGTH = 80
MOST_SAMPLES = 3


class UnknownKey(models.Model):
    """A key, as sent, that meant nothing to an Import API when it came in. Written by leads.intake.unknown.

    The row with the key "" counts the empty key, and the keys that came when there were MOST_KEYS others already.
    """

    mapping = models.ForeignKey(
        "leads.ImportMapping", models.CASCADE, related_name="unknown_keys", verbose_name=_("Import API")
    )
    key = models.CharField(_("key"), max_length=KEY_LENGTH, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=KeyState.choices, default=KeyState.NEW)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    count = models.BigIntegerField(_("times"), default=1)
    first_seen = models.DateTimeField(_("first seen"))
    last_seen = models.DateTimeField(_("last seen"))
    # One a line, cut short.
    samples = models.TextField(_("samples"), blank=True, default="")
    resembles = models.CharField(_("resembles"), max_length=KEY_LENGTH, blank=True, default="")

    class Meta:
        verbose_name = _("unknown key")
        verbose_name_plural = _("unknown keys")
        ordering = ("-last_seen", "-pk")
        constraints = (
            models.UniqueConstraint(name="unknown_key_once_a_mapping", fields=("mapping", "key")),
            models.CheckConstraint(name="unknown_key_state_is_known", condition=models.Q(state__in=KeyState.values)),
            models.CheckConstraint(name="unknown_key_came_in", condition=models.Q(count__gt=0)),
        )

    def __str__(self) -> str:
        return self.key or str(_("(other keys)"))
