from django.db import models
from django.utils.translation import gettext_lazy as _


class QuestionType(models.TextChoices):
    TEXT = "text", _("text")
    NUMBER = "number", _("number")
    DATE = "date", _("date")
    YES_NO = "yes_no", _("yes/no")
    CHOICE = "choice", _("choice")
