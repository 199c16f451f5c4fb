from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.enums import CredentialType
from accounts.models import Credential, User
from campaigns.models import Campaign
from easycall.admin import SetupAdmin
from leads.models import ImportMapping


class ImportMappingForm(forms.ModelForm[ImportMapping]):
    class Meta:
        model = ImportMapping
        fields = ("user", "external_code", "campaign", "active")
        help_texts = {"user": _("Only users with a live token can be chosen.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "user" in self.fields:
            field = cast("forms.ModelChoiceField[User]", self.fields["user"])
            field.queryset = users_to_choose_from(current=self.instance.user_id)


def users_to_choose_from(*, current: int | None) -> models.QuerySet[User]:
    """Users who can send leads now, and the one who is there already: losing a token must not lock the row."""
    senders = Credential.objects.live().filter(type=CredentialType.TOKEN).values("user")
    return User.objects.filter(models.Q(pk__in=senders) | models.Q(pk=current)).order_by("username")


@admin.register(ImportMapping)
class ImportMappingAdmin(SetupAdmin[ImportMapping]):
    add_title = _("New Import API")
    change_title = _("Edit Import API")
    add_button = _("Add")
    in_use_note = _(
        "Leads or submissions came through this row, so it can't be deleted. "
        "Untick “active” instead: leads with its code are rejected and kept."
    )
    form = ImportMappingForm
    list_display = ("external_code", "user", "campaign", "active")
    list_select_related = ("user", "campaign")
    list_filter = ("active", "campaign")
    search_fields = ("external_code", "user__username", "campaign__name")

    def formfield_for_dbfield(
        self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            # A user made in a little window would have no token yet, and could not be chosen.
            field.widget.can_add_related &= db_field.name == "campaign"
            field.widget.can_change_related = field.widget.can_view_related = field.widget.can_delete_related = False
        return field

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if kwargs.get("add"):
            context["needs_token"] = not users_to_choose_from(current=None).exists()
            context["needs_campaign"] = not Campaign.objects.exists()
        return super().render_change_form(request, context, *args, **kwargs)
