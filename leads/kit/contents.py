"""One Import API row with all that its leads may carry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from campaigns.enums import QuestionType
from campaigns.fields import ALIASES, ENVELOPE_NAMES, FIELDS, Envelope, Field, FieldType
from campaigns.models import Question
from leads.kit import examples
from leads.models import ImportMapping, KeyAlias

# The campaign code under the first of its names.
CODE_KEY = ENVELOPE_NAMES[Envelope.CAMPAIGN][0]
# What a lead of the examples has of the predefined fields.
SHOWN_FIELDS = ("nome", "cognome", "telefono_mobile", "email")

# The types of an HTML input; what is not here is a line of text.
_INPUTS = {
    FieldType.PHONE: "tel",
    FieldType.EMAIL: "email",
    FieldType.DATE: "date",
    QuestionType.DATE: "date",
}


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form: `input` is the type of its HTML input, `choices` are values with their labels, or none."""

    key: str
    label: StrOrPromise
    example: str
    input: str = "text"
    required: bool = False
    choices: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Kit:
    """`questions` are those of the campaign, `other_names` the row's own names by the field or question they mean."""

    mapping: ImportMapping
    questions: Sequence[Question]
    other_names: Mapping[str, Sequence[str]]

    @property
    def code(self) -> str:
        return self.mapping.external_code

    @cached_property
    def examples(self) -> Mapping[str, str]:
        """A value that the door takes without a warning, for each field and each question."""
        campaign = self.mapping.campaign
        answers = {question.key: examples.answer(question, campaign) for question in self.questions}
        return {**examples.values(campaign), **answers}

    @cached_property
    def lead(self) -> dict[str, str]:
        """A lead that is taken: the code, a person, and an answer to every question."""
        keys = (*SHOWN_FIELDS, *(question.key for question in self.questions))
        return {CODE_KEY: self.code, **{key: self.examples[key] for key in keys}}

    @property
    def form_fields(self) -> list[FormField]:
        """What a page asks a person for: the fields of the examples, and every question."""
        return [*(self._of_field(FIELDS[name]) for name in SHOWN_FIELDS), *map(self._of_question, self.questions)]

    @property
    def all_fields(self) -> list[FormField]:
        """Every predefined field, and every question."""
        return [*map(self._of_field, FIELDS.values()), *map(self._of_question, self.questions)]

    def _of_field(self, field: Field) -> FormField:
        return FormField(field.name, field.label, self.examples[field.name], _INPUTS.get(field.type, "text"))

    def _of_question(self, question: Question) -> FormField:
        choices = [(choice, choice) for choice in question.choices]
        if question.type == QuestionType.YES_NO:
            choices = [("yes", _("Yes")), ("no", _("No"))]
        kind = _INPUTS.get(QuestionType(question.type), "text")
        return FormField(question.key, question.label, self.examples[question.key], kind, question.required, choices)

    def names_of(self, target: str) -> list[str]:
        """The other names of a field or of a question: those of every row, then those of this one."""
        known = [alias.key for alias in ALIASES if alias.field == target and alias.key != target]
        return [*known, *self.other_names.get(target, ())]


def kit_of(mapping: ImportMapping) -> Kit:
    """Two queries; `mapping` has its campaign."""
    asked = Question.objects.filter(Q(campaigns=None) | Q(campaigns=mapping.campaign_id)).order_by("key").distinct()
    other_names: dict[str, list[str]] = {}
    for alias in KeyAlias.objects.filter(mapping=mapping).select_related("question"):
        other_names.setdefault(alias.target, []).append(alias.key)
    return Kit(mapping, [*asked], other_names)
