from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.enums import Compared, DuplicateAction, DuplicateScope

# A hundred years: whoever wants more wants always, and beyond it days are no dates any more.
from easycall.history import History

MOST_DAYS = 36_500


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
    compare_mobile = models.BooleanField(_("compare the mobile phone"), default=True)
    compare_landline = models.BooleanField(_("compare the landline"), default=True)
    compare_phone = models.BooleanField(_("compare the phone and the other phone"), default=True)
    compare_email = models.BooleanField(_("compare the e-mail"), default=True)
    compare_tax_id = models.BooleanField(_("compare the tax ids"), default=False)
    duplicate_scope = models.CharField(
        _("where to look"), max_length=10, choices=DuplicateScope.choices, default=DuplicateScope.CAMPAIGN
    )
    duplicate_days = models.PositiveIntegerField(
        _("how many days back"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
        help_text=_("Leave it empty to look at all leads, however old."),
    )
    duplicate_action = models.CharField(
        _("what to do with the new lead"),
        max_length=10,
        choices=DuplicateAction.choices,
        default=DuplicateAction.MARK,
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    history = History()

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
            models.CheckConstraint(
                name="campaign_duplicate_scope_is_known",
                condition=models.Q(duplicate_scope__in=DuplicateScope.values),
            ),
            models.CheckConstraint(
                name="campaign_duplicate_action_is_known",
                condition=models.Q(duplicate_action__in=DuplicateAction.values),
            ),
            models.CheckConstraint(
                name="campaign_duplicate_days_in_range",
                condition=models.Q(duplicate_days__isnull=True) | models.Q(duplicate_days__range=(1, MOST_DAYS)),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def compared(self) -> list[Compared]:
        """What tells that a lead is here already; nothing switches it off."""
        return [rule for rule in Compared if getattr(self, f"compare_{rule}")]
