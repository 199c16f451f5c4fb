"""How an unknown key gets its meaning: the form that makes it another name, and the one that makes it a question."""

import re
from typing import Any, cast

from django import forms
from django.contrib.admin.sites import AdminSite
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from campaigns.admin import QuestionAdmin
from campaigns.fields import FIELDS
from campaigns.models import Question
from easycall.text import suggest_key
from easycall.theme import Select
from leads import unknown_keys
from leads.admin.labels import target_label
from leads.models import UnknownKey


class AliasForm(forms.Form):
    """Choose what an unknown key is another name of; what it resembles is chosen already."""

    target = forms.ChoiceField(label=_("Field or question"), widget=Select)

    def __init__(self, data: QueryDict | None, *, unknown: UnknownKey) -> None:
        super().__init__(data, initial={"target": unknown_keys.resembled_target(unknown)})
        cast("forms.ChoiceField", self.fields["target"]).choices = _targets(unknown)


def _targets(unknown: UnknownKey) -> list[Any]:
    campaign = unknown.mapping.campaign_id
    asked = Question.objects.filter(Q(campaigns=None) | Q(campaigns=campaign)).distinct().order_by("label")
    questions = [(question.key, target_label("", question)) for question in asked]
    fields = [(name, target_label(name, None)) for name in FIELDS]
    return [("", "---------"), (gettext("Questions"), questions), (gettext("Predefined fields"), fields)]


def label_of(key: str) -> str:
    """What a key suggests as a label: `tipo_de_piso` -> `Tipo de piso`."""
    return capfirst(" ".join(part for part in re.split(r"[\s_-]+", key) if part))


class QuestionOfKeyAdmin(QuestionAdmin):
    """The form of a new question, filled in for an unknown key, which means it from then on."""

    def __init__(self, site: AdminSite, *, unknown: UnknownKey, by: User) -> None:
        super().__init__(Question, site)
        self.unknown, self.by = unknown, by

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "key": suggest_key(self.unknown.key)[:100],
            "label": label_of(self.unknown.key),
            "campaigns": [self.unknown.mapping.campaign_id],
        }

    def get_form(
        self, request: HttpRequest, obj: Question | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[Question]]:
        unknown = self.unknown

        class QuestionForm(forms.ModelForm[Question]):
            def clean(self) -> None:
                super().clean()
                _check(unknown, self.cleaned_data)

        return super().get_form(request, obj, change=change, form=QuestionForm, **kwargs)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["show_save_and_add_another"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if form.instance.key == self.unknown.key:
            unknown_keys.mark_known(unknown=self.unknown, by=self.by)
        else:
            unknown_keys.make_alias(unknown=self.unknown, target=form.instance.key, by=self.by)

    def response_add(self, request: HttpRequest, obj: Question, post_url_continue: str | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:leads_unknownkey_change", args=[self.unknown.pk]))


def _check(unknown: UnknownKey, data: dict[str, Any]) -> None:
    campaign = unknown.mapping.campaign
    if data.get("campaigns") and campaign not in data["campaigns"]:
        message = _("The key came in with leads of “%(campaign)s”: let this campaign ask the question too.")
        raise ValidationError({"campaigns": ValidationError(message, params={"campaign": campaign})})
    if data.get("key") and data["key"] != unknown.key:
        unknown_keys.check_alias(unknown=unknown, question_key=data["key"])
