from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Fill(models.Model):
    """Earlier leads of an Import API got the value of a key that was kept aside, when the key had become known.

    It is done, and undone, in portions: `reached` is the last lead that was looked at, None when none was or all were.
    """

    unknown_key = models.ForeignKey(
        "leads.UnknownKey", models.CASCADE, related_name="fills", verbose_name=_("unknown key")
    )
    # The field or the question that the key means, as on the wire.
    target = models.CharField(_("target"), max_length=100)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)
    filled_count = models.PositiveIntegerField(_("leads filled"), default=0)
    left_count = models.PositiveIntegerField(_("leads left as they were"), default=0)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("undone by")
    )
    undone_at = models.DateTimeField(_("undone"), null=True)
    restored_count = models.PositiveIntegerField(_("leads restored"), default=0)
    changed_count = models.PositiveIntegerField(_("leads changed since"), default=0)
    reached = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("filling of leads")
        verbose_name_plural = _("fillings of leads")
        ordering = ("-id",)
        # Who may change the Import API may fill.
        default_permissions = ()
        constraints = (
            # While one runs nobody begins a second one.
            models.UniqueConstraint(
                name="fill_one_at_a_time", fields=("unknown_key",), condition=models.Q(finished_at__isnull=True)
            ),
            models.CheckConstraint(
                name="fill_undone_by_somebody",
                condition=models.Q(undone_at__isnull=True, restored_count=0, changed_count=0)
                | models.Q(undone_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.unknown_key} → {self.target}"

    @property
    def is_running(self) -> bool:
        """Whether portions are left, of the filling or of its undoing."""
        return self.finished_at is None or (self.undone_by_id is not None and self.undone_at is None)


class FilledLead(models.Model):
    """A lead that a fill has filled: the line of its history says what it was and what it is."""

    fill = models.ForeignKey(Fill, models.CASCADE, related_name="leads")
    event = models.OneToOneField("leads.LeadEvent", models.CASCADE, related_name="+")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.event)
