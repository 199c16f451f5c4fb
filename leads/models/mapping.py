from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from easycall.history import History
from easycall.text import join_words

CODE_PATTERN = r"\A\S+\Z"


def validate_code(value: str) -> None:
    """Raise ValidationError, with the code to use instead, when `value` has blanks."""
    if value != join_words(value):
        raise ValidationError(
            _("A code has no blanks; join its words with “_”: “%(suggestion)s”."),
            code="code_form",
            params={"suggestion": join_words(value)},
        )


class ImportMapping(models.Model):
    """Which campaign a user's leads go to when they come with this code."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mappings", verbose_name=_("user")
    )
    external_code = models.CharField(
        _("external campaign code"),
        max_length=100,
        validators=[validate_code],
        help_text=_("What the sender writes as the campaign: no blanks, words joined with “_”. Example: demo_leads."),
    )
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        on_delete=models.PROTECT,
        related_name="mappings",
        verbose_name=_("destination campaign"),
    )
    active = models.BooleanField(
        pgettext_lazy("import mapping", "active"),
        default=True,
        help_text=_("While it is not active, leads with this code are rejected and kept."),
    )
    # Set with the first alias, and kept: so that the others, which have none, cost the intake no query.
    has_aliases = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    history = History(excluded_fields=["has_aliases"])

    class Meta:
        verbose_name = _("Import API")
        verbose_name_plural = _("Import API")
        ordering = ("user__username", "external_code")
        constraints = (
            models.UniqueConstraint(
                name="mapping_user_and_code",
                fields=("user", "external_code"),
                violation_error_message=_("This user has this code already; edit that row or choose another code."),
            ),
            models.CheckConstraint(
                name="mapping_code_has_no_blanks", condition=models.Q(external_code__regex=CODE_PATTERN)
            ),
        )

    def __str__(self) -> str:
        return f"{self.external_code} → {self.campaign}"
