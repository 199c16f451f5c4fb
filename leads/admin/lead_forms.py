"""The forms on the way from a lead's page: correct it, close it, reopen it, say that it is a test."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from campaigns.fields import FIELDS
from campaigns.models import Question
from easycall.theme import Textarea, TextInput
from leads.admin.labels import target_label
from leads.corrections import Correction, plain_lines, value_of
from leads.intake.body import VALUE_LENGTH
from leads.models import Lead
from leads.services import NOTE_LENGTH

_LINE_LENGTH = 100
# What was on the page when it was opened.
_SEEN = "seen-"


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Note"),
        help_text=_("For the history of the lead; it may stay empty."),
        required=False,
        max_length=NOTE_LENGTH,
        widget=TextInput,
    )


class CorrectionForm(forms.Form):
    """A field for each predefined field and each question of the lead, with the value as it is."""

    def __init__(self, data: Mapping[str, Any] | None, *, lead: Lead) -> None:
        super().__init__(data)
        for target, label in _targets(lead):
            seen = value_of(lead, target)
            self.fields[target] = _field(label, seen)
            self.fields[_SEEN + target] = forms.CharField(
                required=False, strip=False, initial=seen, widget=forms.HiddenInput
            )

    def corrections(self) -> list[Correction]:
        """What was typed over. Only for a valid form."""
        values = self.cleaned_data
        pairs = ((name, values[_SEEN + name], values[name]) for name in values if not name.startswith(_SEEN))
        return [Correction(name, seen, new) for name, seen, new in pairs if plain_lines(seen) != plain_lines(new)]


def _field(label: str, value: str) -> forms.CharField:
    # A line of text would lose the ends of lines, and a long one is hard to read.
    long = "\n" in value or "\r" in value or len(value) > _LINE_LENGTH
    widget = Textarea(attrs={"rows": 3}) if long else TextInput()
    return forms.CharField(
        label=label, required=False, strip=False, initial=value, max_length=VALUE_LENGTH, widget=widget
    )


def _targets(lead: Lead) -> Iterable[tuple[str, str]]:
    """The fields, then the questions that are asked in the lead's campaign or that it answers."""
    yield from ((name, target_label(name, None)) for name in FIELDS)
    asked = Q(campaigns=None) | Q(campaigns=lead.campaign_id) | Q(key__in=[*lead.answers])
    for question in Question.objects.filter(asked).distinct().order_by("label", "key"):
        yield question.key, target_label("", question)
