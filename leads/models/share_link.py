from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

DIGEST_PATTERN = r"\A[0-9a-f]{64}\Z"


class ShareLink(models.Model):
    """Lets whoever has it read the page of one Import API row, until it expires or is revoked.

    The link itself is not here, only its digest: it is shown once, to who makes it.
    """

    mapping = models.ForeignKey(
        "leads.ImportMapping", models.CASCADE, related_name="share_links", verbose_name=_("Import API")
    )
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("created by")
    )
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("revoked by"),
    )

    class Meta:
        verbose_name = _("share link")
        verbose_name_plural = _("share links")
        ordering = ("-id",)
        # Who may change the Import API may share it.
        default_permissions = ()
        constraints = (
            models.CheckConstraint(name="share_link_has_a_digest", condition=models.Q(digest__regex=DIGEST_PATTERN)),
            models.CheckConstraint(
                name="share_link_expires_after_creation", condition=models.Q(expires_at__gt=models.F("created_at"))
            ),
            models.CheckConstraint(
                name="share_link_revoked_by_somebody",
                condition=models.Q(revoked_at=None, revoked_by=None)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.mapping} ({self.created_at:%Y-%m-%d})"
