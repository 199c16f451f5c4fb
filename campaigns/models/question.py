import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.enums import QuestionType
from campaigns.fields import ENVELOPE_BY_KEY, FIELD_BY_KEY, RESERVED_KEYS
from easycall.history import History
from easycall.text import fold, suggest_key

KEY_PATTERN = r"\A[a-z][a-z0-9_]*\Z"


def _any_spelling(keys: Iterable[str]) -> str:
    """A regular expression for every key of lower-case letters, digits and `_` that folds to one of `keys`."""
    return r"\A(" + "|".join(key.replace("_", "_+") for key in sorted(keys)) + r")_*\Z"


# In letters that a key may have, only the number of underscores is left to vary.
RESERVED_PATTERN = _any_spelling(RESERVED_KEYS)


def validate_key(value: str) -> None:
    """Raise ValidationError, with the key to use instead, unless `value` can be the key of a question."""
    folded = fold(value)
    if folded in FIELD_BY_KEY:
        raise ValidationError(
            _("“%(key)s” is a spelling of the predefined field “%(field)s”, of every campaign. Try “%(other)s”."),
            code="key_reserved",
            params={"key": value, "field": FIELD_BY_KEY[folded].name, "other": f"{folded}_2"},
        )
    if folded in ENVELOPE_BY_KEY:
        raise ValidationError(
            _("“%(key)s” says something of the request itself, so it can't be a question. Try “%(other)s”."),
            code="key_reserved",
            params={"key": value, "other": f"{folded}_2"},
        )
    if not re.match(KEY_PATTERN, value):
        message = _("A key has only lower-case letters without accents, digits and “_”, and starts with a letter.")
        suggestion = suggest_key(value)
        if suggestion:
            message = _(
                "A key has only lower-case letters without accents, digits and “_”, and starts with a letter. "
                "Write it as “%(suggestion)s”."
            )
        raise ValidationError(message, code="key_form", params={"suggestion": suggestion})


def validate_choices(value: object) -> None:
    """Raise ValidationError unless `value` is a list of different texts, none of them blank."""
    if not isinstance(value, list) or not all(isinstance(choice, str) and choice.strip() for choice in value):
        raise ValidationError(_("Write one choice a line."), code="choices_form")
    if len({fold(choice) for choice in value}) < len(value):
        raise ValidationError(_("Two choices are the same but for case, accents or blanks."), code="choices_repeated")


class Question(models.Model):
    """A field that an administrator adds: its answers come with a lead under its key, letter for letter."""

    key = models.CharField(
        _("key"),
        max_length=100,
        unique=True,
        validators=[validate_key],
        help_text=_(
            "The name that the sender uses: lower-case letters without accents, digits and “_”, "
            "starting with a letter. Example: tipo_inmueble."
        ),
    )
    label = models.CharField(_("label"), max_length=200, help_text=_("What people read: “Property type”."))
    type = models.CharField(_("type"), max_length=10, choices=QuestionType.choices, default=QuestionType.TEXT)
    choices = models.JSONField(
        _("choices"), default=list, blank=True, validators=[validate_choices], help_text=_("One choice a line.")
    )
    required = models.BooleanField(
        _("required"), default=False, help_text=_("A lead without an answer is stored all the same, with a warning.")
    )
    visible = models.BooleanField(
        _("visible in P.O."), default=True, help_text=_("Shown to operators in the operator panel.")
    )
    campaigns = models.ManyToManyField(
        "campaigns.Campaign",
        blank=True,
        related_name="questions",
        verbose_name=_("campaigns"),
        help_text=_("Choose none and every campaign asks it."),
    )

    history = History(m2m_fields=["campaigns"])

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("list of questions")
        ordering = ("key",)
        constraints = (
            models.CheckConstraint(name="question_key_form", condition=models.Q(key__regex=KEY_PATTERN)),
            models.CheckConstraint(name="question_key_is_free", condition=~models.Q(key__regex=RESERVED_PATTERN)),
            models.CheckConstraint(name="question_has_a_label", condition=~models.Q(label="")),
            models.CheckConstraint(name="question_type_is_known", condition=models.Q(type__in=QuestionType.values)),
            models.CheckConstraint(
                name="question_choices_fit_type",
                condition=(models.Q(type=QuestionType.CHOICE) & ~models.Q(choices=[]))
                | (~models.Q(type=QuestionType.CHOICE) & models.Q(choices=[])),
            ),
        )

    def __str__(self) -> str:
        return self.key

    def clean(self) -> None:
        if self.type == QuestionType.CHOICE and not self.choices:
            raise ValidationError({"choices": _("A question with choices needs at least one.")})
        if self.type != QuestionType.CHOICE and self.choices:
            raise ValidationError({"choices": _("Only a question of the type “choice” has choices.")})
