from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


def validate_country(value: str) -> None:
    if value not in phonenumbers.SUPPORTED_REGIONS:
        raise ValidationError(_("Choose a country of the list: phones are read with its numbering plan."))


def time_zones() -> set[str]:
    """The names of places; what a machine calls its own setting is none of them."""
    return available_timezones() - {"localtime", "Factory"}


def validate_time_zone(value: str) -> None:
    if value not in time_zones():
        raise ValidationError(_("Choose a time zone of the list, such as Europe/Madrid."))


def default_time_zone() -> str:
    return str(settings.TIME_ZONE)


class Campaign(models.Model):
    """Where leads go to be called, and how their values are read."""

    name = models.CharField(_("name"), max_length=100)
    active = models.BooleanField(
        pgettext_lazy("campaign", "active"),
        default=True,
        help_text=_("A campaign that is not active takes no leads; they wait as rejected."),
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        default="ES",
        validators=[validate_country],
        help_text=_("Phones without a country code are read as numbers of this country."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default=default_time_zone,
        validators=[validate_time_zone],
        help_text=_("Dates and times without a zone are read in this one."),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                name="campaign_name",
                violation_error_message=_("A campaign with this name exists already, perhaps in other letter case."),
            ),
            models.CheckConstraint(name="campaign_has_a_name", condition=~models.Q(name="")),
            models.CheckConstraint(
                name="campaign_country_is_iso", condition=models.Q(country__regex=r"\A[A-Z][A-Z]\Z")
            ),
            models.CheckConstraint(name="campaign_has_a_time_zone", condition=~models.Q(time_zone="")),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
