"""The admin theme's classes, through one module.

The theme's package has no types. To a type checker these are the classes of Django that they extend.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite, ModelAdmin, TabularInline
    from django.contrib.auth.forms import AdminPasswordChangeForm
    from django.forms import CheckboxSelectMultiple, NumberInput, RadioSelect, Select, Textarea, TextInput
else:
    from unfold.admin import ModelAdmin, TabularInline
    from unfold.forms import AdminPasswordChangeForm
    from unfold.sites import UnfoldAdminSite as AdminSite
    from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget as CheckboxSelectMultiple
    from unfold.widgets import UnfoldAdminIntegerFieldWidget as NumberInput
    from unfold.widgets import UnfoldAdminRadioSelectWidget as RadioSelect
    from unfold.widgets import UnfoldAdminSelectWidget as Select
    from unfold.widgets import UnfoldAdminTextareaWidget as Textarea
    from unfold.widgets import UnfoldAdminTextInputWidget as TextInput

__all__ = [
    "AdminPasswordChangeForm",
    "AdminSite",
    "CheckboxSelectMultiple",
    "ModelAdmin",
    "NumberInput",
    "RadioSelect",
    "Select",
    "TabularInline",
    "TextInput",
    "Textarea",
]
