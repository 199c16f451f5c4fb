from django.db import models
from django.utils.translation import gettext_lazy as _


class QuestionType(models.TextChoices):
    TEXT = "text", _("text")
    NUMBER = "number", _("number")
    DATE = "date", _("date")
    YES_NO = "yes_no", _("yes/no")
    CHOICE = "choice", _("choice")


class Compared(models.TextChoices):
    """What can tell that a lead is here already: the rule's name on the wire, and what a person calls it."""

    MOBILE = "mobile", _("mobile phone")
    LANDLINE = "landline", _("landline")
    PHONE = "phone", _("phone")
    EMAIL = "email", _("e-mail")
    TAX_ID = "tax_id", _("tax id")


class DuplicateScope(models.TextChoices):
    """Where a campaign looks for a lead that comes again."""

    CAMPAIGN = "campaign", _("in this campaign")
    ALL = "all", _("in all campaigns")


class DuplicateAction(models.TextChoices):
    """What a campaign does with a lead that comes again."""

    MARK = "mark", _("store it, marked as a duplicate")
    MERGE = "merge", _("merge it into the lead that is here")
    REFUSE = "refuse", _("refuse it")
