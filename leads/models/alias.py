from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.fields import FIELDS, RESERVED_KEYS
from campaigns.models import Question
from easycall.history import History
from easycall.text import fold

KEY_LENGTH = 100


def validate_alias_key(folded: str, *, question_key: str = "") -> None:
    """Raise ValidationError unless `folded` can be another name, of the question with `question_key` where one is."""
    if not folded:
        raise ValidationError(_("This key has neither letters nor digits, so it can't be another name."))
    if len(folded) > KEY_LENGTH:
        raise ValidationError(_("This key is too long to be another name."))
    if folded != question_key and Question.objects.filter(key=folded).exists():
        raise ValidationError(
            _("There is a question with the key “%(key)s”. Let this campaign ask it, and make the key its other name."),
            params={"key": folded},
        )


class KeyAlias(models.Model):
    """Another name of a predefined field or of a question, for the leads of one Import API, in any spelling."""

    mapping = models.ForeignKey(
        "leads.ImportMapping", models.CASCADE, related_name="aliases", verbose_name=_("Import API")
    )
    # As easycall.text.fold leaves it.
    key = models.CharField(_("key"), max_length=KEY_LENGTH)
    field = models.CharField(_("field"), max_length=30, blank=True, default="")
    question = models.ForeignKey(
        "campaigns.Question", models.CASCADE, null=True, related_name="+", verbose_name=_("question")
    )

    history = History()

    class Meta:
        verbose_name = _("other name of a key")
        verbose_name_plural = _("other names of keys")
        ordering = ("key",)
        # Who may change the Import API may change these.
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                name="alias_once_a_mapping",
                fields=("mapping", "key"),
                violation_error_message=_("This key is another name already; take that one away first."),
            ),
            models.CheckConstraint(name="alias_has_a_key", condition=~models.Q(key="")),
            models.CheckConstraint(
                name="alias_key_is_free",
                condition=~models.Q(key__in=sorted(RESERVED_KEYS)),
                violation_error_message=_("This key is known already, in every Import API."),
            ),
            models.CheckConstraint(
                name="alias_has_one_target",
                condition=models.Q(field="", question__isnull=False)
                | models.Q(field__in=sorted(FIELDS), question__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.key} → {self.target}"

    @property
    def target(self) -> str:
        """The name of the field, or the key of the question."""
        return self.question.key if self.question else self.field

    def clean(self) -> None:
        self.key = fold(self.key)
        validate_alias_key(self.key, question_key=self.question.key if self.question else "")
