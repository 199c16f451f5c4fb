from datetime import datetime, time, timedelta
from typing import Any

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
from django.utils.translation import pgettext_lazy

from accounts import tokens
from accounts.admin.networks import NetworksField
from accounts.enums import CredentialType
from accounts.models import User
from accounts.models.credential import HIGHEST_RATE
from easycall.theme import NumberInput, RadioSelect, Select, TextInput

_LONGEST_LIFE = timedelta(days=3653)
_TECHNICAL = ("false", _("A technical account: it only sends leads, with a token. It has no password."))
_PERSON = ("true", _("A person: signs in to these pages with a password."))


class NewTechnicalUserForm(AdminUserCreationForm[User]):
    """A new user. Whoever may not let people in may still make technical accounts."""

    # The names and values are those of Django's own field, because its style sheet hides the passwords by them.
    usable_password = forms.ChoiceField(
        label=_("What it is for"), choices=[_TECHNICAL], initial="false", widget=RadioSelect
    )


class NewUserForm(NewTechnicalUserForm):
    usable_password = forms.ChoiceField(
        label=_("What it is for"), choices=[_TECHNICAL, _PERSON], initial="false", widget=RadioSelect
    )

    def save(self, commit: bool = True) -> User:
        self.instance.is_staff = self.cleaned_data["set_usable_password"]
        return super().save(commit)


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
        labels = {
            "is_staff": _("Signs in to these pages"),
            "is_superuser": _("Administrator"),
            "user_permissions": _("Permissions"),
        }
        help_texts = {
            "is_active": _(
                "Untick it instead of deleting a user: a user that is not active can't sign in, "
                "and its tokens are refused."
            ),
            "is_staff": _("Leave it unticked for a technical account, which only sends leads."),
            "is_superuser": _("May see and change everything, without further permissions."),
            "user_permissions": "",
        }


class SeenUserForm(EditUserForm):
    """What those see who may not change the user."""

    password = ReadOnlyPasswordHashField(label=_("Password"), widget=_PasswordStateWidget)


class PermissionsField(forms.ModelMultipleChoiceField[Permission]):
    """Permissions in the words of the menu; their own names are in English only."""

    _ACTIONS = {
        "view": pgettext_lazy("permission", "see"),
        "add": pgettext_lazy("permission", "add"),
        "change": pgettext_lazy("permission", "change"),
        "delete": pgettext_lazy("permission", "delete"),
        "replay": pgettext_lazy("permission", "replay"),
    }

    def label_from_instance(self, obj: Permission) -> str:
        action = obj.codename.partition("_")[0]
        return f"{obj.content_type.app_labeled_name} | {self._ACTIONS.get(action, obj.name)}"


class CredentialForm(forms.Form):
    type = forms.ChoiceField(label=_("Type"), choices=CredentialType.choices, widget=Select)
    label = forms.CharField(
        label=_("Label"),
        max_length=100,
        required=False,
        widget=TextInput,
        help_text=_("What it is for, such as “landing page May”."),
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "plain-date"}, format="%Y-%m-%d"),
        help_text=_("The last day on which it is accepted. Leave it empty and it never expires."),
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
