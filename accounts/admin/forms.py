from datetime import datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.contrib.auth.forms import (
    AdminUserCreationForm,
    ReadOnlyPasswordHashField,
    ReadOnlyPasswordHashWidget,
    UserChangeForm,
)
from django.contrib.auth.hashers import is_password_usable
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.forms.renderers import BaseRenderer
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import tokens
from accounts.admin.networks import NetworksField
from accounts.admin.roles import ACTIONS
from accounts.enums import CredentialType, Scope
from accounts.models import User
from accounts.models.credential import HIGHEST_RATE
from accounts.roles import STAFF, Role
from easycall.admin import RowsField
from easycall.theme import CheckboxSelectMultiple, NumberInput, RadioSelect, Select, TextInput

_LONGEST_LIFE = timedelta(days=3653)
_TECHNICAL = ("false", _("A technical account: it only sends leads, with a token. It has no password."))
_PERSON = ("true", _("A person: signs in to these pages with a password."))


class NewTechnicalUserForm(AdminUserCreationForm[User]):
    """A new user. Whoever may not let people in may still make technical accounts."""

    # The names and values are those of Django's own field, because its style sheet hides the passwords by them.
    usable_password = forms.ChoiceField(
        label=_("What it is for"), choices=[_TECHNICAL], initial="false", widget=RadioSelect
    )
    with_token = forms.BooleanField(
        label=_("Make its token too"),
        required=False,
        initial=True,
        help_text=_("The next page shows the token, this once. Only a technical account gets one."),
    )


_ROLE_HELP = _("What each role may do is on the page of the roles.")


class NewUserForm(NewTechnicalUserForm):
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[("", _("(only for a person)")), *((role.value, role.label) for role in Role if role in STAFF)],
        required=False,
        widget=Select,
        help_text=_ROLE_HELP,
    )
    usable_password = forms.ChoiceField(
        label=_("What it is for"), choices=[_TECHNICAL, _PERSON], initial="false", widget=RadioSelect
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("set_usable_password"):
            cleaned["role"] = Role.INTEGRATOR.value
        elif not cleaned.get("role") and "role" not in self.errors:
            self.add_error("role", _("Choose what this person is here for."))
        return cleaned


class _PasswordWidget(ReadOnlyPasswordHashWidget):
    """Whether there is a password. Django's own shows the start of the hash, which tells people nothing."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if is_password_usable(value):
            context["summary"] = [{"label": _("There is a password.")}]
        return context


class _PasswordStateWidget(_PasswordWidget):
    """The same without the button, for who may not use it."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        summary = self.get_context(name, value, attrs)["summary"]
        return format_html_join(" ", "{}", ((entry["label"],) for entry in summary))


class EditUserForm(UserChangeForm[User]):
    password = ReadOnlyPasswordHashField(label=_("Password"), widget=_PasswordWidget)

    class Meta(UserChangeForm.Meta):
        labels = {"user_permissions": _("Permissions")}
        help_texts = {
            "is_active": _(
                "Untick it instead of deleting a user: a user that is not active can't sign in, "
                "and its tokens are refused."
            ),
            "user_permissions": "",
        }


class EditPersonForm(EditUserForm):
    """The same with the role, for who may give one."""

    role = forms.ChoiceField(label=_("Role"), widget=Select, help_text=_ROLE_HELP)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role, field = self.instance.role, cast(forms.ChoiceField, self.fields["role"])
        # Who was given permissions one by one, and no role, may stay so.
        none = [] if role else [("", _("No role: only the permissions below"))]
        field.choices = [*none, *Role.choices]
        field.required = bool(role)
        field.initial = role or ""


class SeenUserForm(EditUserForm):
    """What those see who may not change the user."""

    password = ReadOnlyPasswordHashField(label=_("Password"), widget=_PasswordStateWidget)


def permission_label(permission: Permission) -> str:
    """In the words of the menu; its own name is in English only."""
    action = permission.codename.partition("_")[0]
    return f"{permission.content_type.app_labeled_name} | {ACTIONS.get(action, permission.name)}"


class PermissionsField(RowsField):
    def label_from_instance(self, obj: Permission) -> str:
        return permission_label(obj)


class ChangeCredentialForm(forms.Form):
    """What can be changed of a token that there is."""

    label = forms.CharField(
        label=_("Label"),
        max_length=100,
        required=False,
        widget=TextInput,
        help_text=_("What it is for, such as “landing page May”."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Good for"),
        choices=Scope.choices,
        initial=[Scope.INTAKE],
        widget=CheckboxSelectMultiple,
        help_text=_(
            "A sender needs the first only. With the second it also reads its own submissions and receipts; a user "
            "with a role reads what the role may see."
        ),
    )
    networks = NetworksField(
        label=_("Networks"),
        required=False,
        max_length=5000,
        help_text=_("Where it is accepted from: one address or network a line. Leave it empty for anywhere."),
    )
    requests_per_minute = forms.IntegerField(
        label=_("Requests per minute"),
        required=False,
        min_value=1,
        max_value=HIGHEST_RATE,
        widget=NumberInput,
        help_text=_("Requests over it are answered with 429, and the sender has to wait. Leave it empty for no limit."),
    )


class CredentialForm(ChangeCredentialForm):
    type = forms.ChoiceField(label=_("Type"), choices=CredentialType.choices, widget=Select)
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "plain-date"}, format="%Y-%m-%d"),
        help_text=_("The last day on which it is accepted. Leave it empty and it never expires."),
    )
    field_order = ("type", "label", "scopes", "expires_on", "networks", "requests_per_minute")
    # The token's public part, chosen when the page is shown: sending the page twice can't make two tokens.
    key = forms.CharField(
        widget=forms.HiddenInput, initial=tokens.new_key, validators=[RegexValidator(rf"\A{tokens.KEY_PATTERN}\Z")]
    )

    def clean_expires_on(self) -> datetime | None:
        """The end of the day, in the time zone of the installation."""
        day = self.cleaned_data["expires_on"]
        if day is None:
            return None
        today = timezone.localdate()
        if day < today:
            raise ValidationError(_("This day is over. Choose today or a later day."), code="past")
        if day > today + _LONGEST_LIFE:
            raise ValidationError(_("Choose a day within ten years, or leave it empty."), code="far")
        return timezone.make_aware(datetime.combine(day, time.max))
