"""The forms behind the buttons above a list."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from easycall.theme import CheckboxSelectMultiple, RadioSelect, TextInput
from leads.enums import ExportFormat

Choices = Sequence[tuple[str, str]]


class ColumnsForm(forms.Form):
    columns = forms.MultipleChoiceField(
        label=_("Columns"), widget=CheckboxSelectMultiple, error_messages={"required": _("Choose one at least.")}
    )

    def __init__(self, data: Mapping[str, Any] | None, *, choices: Choices, initial: Sequence[str]) -> None:
        super().__init__(data, initial={"columns": list(initial)})
        cast("forms.MultipleChoiceField", self.fields["columns"]).choices = choices


class ExportForm(ColumnsForm):
    format = forms.ChoiceField(
        label=_("Format"), choices=ExportFormat.choices, initial=ExportFormat.CSV, widget=RadioSelect
    )
    field_order = ("format", "columns")


class FilterForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60, widget=TextInput)
    shared = forms.BooleanField(label=_("For everybody who sees the list"), required=False)

    def __init__(self, data: Mapping[str, Any] | None, *, may_share: bool) -> None:
        super().__init__(data)
        # A form without the field says no to it.
        self.fields["shared"].disabled = not may_share
        if not may_share:
            self.fields["shared"].widget = forms.HiddenInput()
