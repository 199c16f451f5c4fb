from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.models import Question
from easycall.admin import SetupAdmin, form_field
from easycall.theme import CheckboxSelectMultiple, Textarea


class LinesField(forms.CharField):
    """A text area whose value is the list of its lines, without blank ones."""

    widget = Textarea(attrs={"rows": 5})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = (line.strip() for line in (super().to_python(value) or "").splitlines())
        return [line for line in lines if line]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((initial or []) != self.to_python(data))


@admin.register(Question)
class QuestionAdmin(SetupAdmin[Question]):
    add_title = _("New question")
    change_title = _("Edit question")
    add_button = _("Add")
    fieldsets = (
        (
            None,
            {
                "description": _("What is asked, and the key under which senders give the answer."),
                "fields": ("label", "key", "type", "choices"),
            },
        ),
        (
            _("Who asks it"),
            {
                "description": _("Which campaigns ask it, and what operators see of it in the P.O."),
                "fields": ("required", "visible", "campaigns"),
            },
        ),
    )
    formfield_overrides = {models.ManyToManyField: {"widget": CheckboxSelectMultiple}}
    list_display = ("key", "label", "type", "required", "visible", "asked_in")
    list_filter = ("type",)
    search_fields = ("key", "label")

    class Media:
        js = ("campaigns/question.js",)
        css = {"all": ("campaigns/question.css",)}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Question]:
        return super().get_queryset(request).prefetch_related("campaigns")

    @admin.display(description=_("campaigns"))
    def asked_in(self, question: Question) -> str:
        names = [campaign.name for campaign in question.campaigns.all()]
        return ", ".join(names) or str(pgettext_lazy("campaigns of a question", "all"))

    def formfield_for_dbfield(
        self, db_field: "models.Field[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        if db_field.name == "choices":
            return form_field(db_field, LinesField)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "campaigns" and field:
            field.widget.can_add_related = False
        return field
