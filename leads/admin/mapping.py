from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.enums import CredentialType
from accounts.models import Credential, User
from campaigns.models import Campaign
from easycall.history import Change, Words, changes_of
from easycall.theme import TabularInline
from leads import share_links
from leads.admin.kit import KitPages
from leads.admin.labels import target_label
from leads.admin.links import actor
from leads.models import ImportMapping, KeyAlias


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


class KeyAliasInline(TabularInline[KeyAlias, ImportMapping]):
    """Other names are made on the page of an unknown key, and only taken away here."""

    model = KeyAlias
    fields = readonly_fields = ("key", "target_label")
    extra = 0

    @admin.display(description=_("target"))
    def target_label(self, alias: KeyAlias) -> str:
        return target_label(alias.field, alias.question)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[KeyAlias]:
        return super().get_queryset(request).select_related("question")

    def has_view_permission(self, request: HttpRequest, obj: ImportMapping | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: ImportMapping | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ImportMapping | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ImportMapping | None = None) -> bool:
        return request.user.has_perm("leads.change_importmapping")


@admin.register(ImportMapping)
class ImportMappingAdmin(KitPages):
    add_title = _("New Import API")
    change_title = _("Edit Import API")
    add_button = _("Add")
    in_use_note = _(
        "Leads or submissions came through this row, so it can't be deleted. "
        "Untick “active” instead: leads with its code are rejected and kept."
    )
    form = ImportMappingForm
    fieldsets = (
        (
            None,
            {
                "description": _(
                    "Leads that this user sends with this code go to this campaign. The code is agreed with the sender."
                ),
                "fields": ("user", "external_code", "campaign", "active"),
            },
        ),
    )
    list_display = ("external_code", "user", "campaign", "active", "kit_link")
    list_select_related = ("user", "campaign")
    list_filter = ("active", "campaign")
    search_fields = ("external_code", "user__username", "campaign__name")

    class Media:
        css = {"all": ["leads/browse.css"]}

    def save_model(self, request: HttpRequest, obj: ImportMapping, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        # They were given to people of the user before, and would show them what the next one sends.
        if change and "user" in form.changed_data and (count := share_links.revoke_all(mapping=obj, by=actor(request))):
            text = ngettext(
                "%(count)d share link of the user before was revoked.",
                "%(count)d share links of the user before were revoked.",
                count,
            )
            messages.warning(request, text % {"count": count})

    def changes(self, request: HttpRequest, obj: ImportMapping) -> list[Change]:
        """Those of the other names of its keys too."""
        words: Words = {
            "field": lambda name: target_label(name, None),
            "question": lambda row: target_label("", row),
            # Its own words name the campaign too, which would be a query for each line.
            "mapping": lambda row: row.external_code,
        }
        aliases = changes_of(KeyAlias.history.filter(mapping=obj), name=lambda row: f"“{row.key}”", words=words)
        return sorted([*super().changes(request, obj), *aliases], key=lambda change: change.at, reverse=True)

    def get_inlines(self, request: HttpRequest, obj: ImportMapping | None) -> list[type[InlineModelAdmin[Any, Any]]]:
        return [KeyAliasInline] if obj and obj.has_aliases else []

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
