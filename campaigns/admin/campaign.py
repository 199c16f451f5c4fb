from functools import cache
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from campaigns.admin.countries import country_choices, country_name
from campaigns.enums import Compared
from campaigns.models import Campaign
from campaigns.models.campaign import time_zones
from easycall.admin import SetupAdmin, form_field
from easycall.theme import Select

_FIRST_ZONES = ("Europe/Madrid", "Atlantic/Canary", "Europe/Rome")


@cache
def time_zone_choices() -> list[tuple[str, str]]:
    others = sorted(time_zones() - set(_FIRST_ZONES))
    return [(name, name.replace("_", " ")) for name in (*_FIRST_ZONES, *others)]


@admin.register(Campaign)
class CampaignAdmin(SetupAdmin[Campaign]):
    add_title = _("New campaign")
    change_title = _("Edit campaign")
    add_button = _("Add")
    in_use_note = _(
        "This campaign has leads or an Import API, so it can't be deleted. "
        "Untick “active” instead: it takes no more leads, and those that it has stay."
    )
    fieldsets = (
        (
            None,
            {
                "description": _(
                    "Where leads go to be called. Country and time zone say how the phones and dates that come "
                    "are read."
                ),
                "fields": ("name", "active", "country", "time_zone"),
            },
        ),
        (
            _("Duplicates"),
            {
                "description": _(
                    "What happens when the same person comes again, with a value that is compared and that a lead "
                    "which is here has too; tick nothing, and nothing is compared."
                ),
                "fields": (
                    *(f"compare_{rule}" for rule in Compared),
                    "duplicate_scope",
                    "duplicate_days",
                    "duplicate_action",
                ),
            },
        ),
    )
    list_display = ("name", "active", "numbers_of", "time_zone")
    history_words = {"country": country_name}
    list_filter = ("active",)
    search_fields = ("name",)

    @admin.display(description=Campaign._meta.get_field("country").verbose_name, ordering="country")
    def numbers_of(self, campaign: Campaign) -> str:
        return country_name(campaign.country)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Who reads Italian has Italian numbers called."""
        country = {"country": "IT"} if get_language() == "it" else {}
        return {**country, **super().get_changeform_initial_data(request)}

    def formfield_for_dbfield(
        self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        # The choices are functions: names depend on the reader's language, and reading them all is not for the start.
        if db_field.name == "country":
            return form_field(db_field, forms.ChoiceField, choices=country_choices, widget=Select)
        if db_field.name == "time_zone":
            return form_field(db_field, forms.ChoiceField, choices=time_zone_choices, widget=Select)
        return super().formfield_for_dbfield(db_field, request, **kwargs)
