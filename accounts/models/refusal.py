from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from easycall.errors import PROBLEMS, Problem


class Refusal(models.Model):
    """How many requests were turned away on a day, and why: all that one without a valid token leaves behind."""

    day = models.DateField(_("day"))
    reason = models.CharField(_("reason"), max_length=40)
    count = models.PositiveBigIntegerField(_("requests"), default=0)

    class Meta:
        verbose_name = _("request turned away")
        verbose_name_plural = _("requests turned away")
        ordering = ("-day", "reason")
        constraints = (models.UniqueConstraint(name="refusal_day_and_reason", fields=("day", "reason")),)

    def __str__(self) -> str:
        return f"{date_format(self.day, 'SHORT_DATE_FORMAT')}: {self.title}"

    @property
    def problem(self) -> type[Problem] | None:
        """None for a reason that no problem has any more."""
        return PROBLEMS.get(self.reason)

    @property
    def title(self) -> str:
        return str(self.problem.title) if self.problem else self.reason
