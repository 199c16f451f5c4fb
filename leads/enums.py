from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Outcome(models.TextChoices):
    """What became of a submission."""

    ACCEPTED = "accepted", pgettext_lazy("submission", "accepted")
    PARTIAL = "partial", pgettext_lazy("submission", "partly accepted")
    REJECTED = "rejected", pgettext_lazy("submission", "rejected")
    FAILED = "failed", pgettext_lazy("submission", "failed")


class EventKind(models.TextChoices):
    CREATED = "created", _("created")
    UPDATED = "updated", _("updated")
    FILLED = "filled", _("filled from what was kept aside")
    UNFILLED = "unfilled", _("filling undone")
    MERGED = "merged", _("a duplicate was merged into it")
    REFUSED = "refused", _("a duplicate of it was refused")
    CORRECTED = "corrected", _("corrected by hand")
    CLOSED = "closed", pgettext_lazy("lead", "closed")
    REOPENED = "reopened", pgettext_lazy("lead", "reopened")
    MARKED_TEST = "marked_test", _("marked as a test")
    UNMARKED_TEST = "unmarked_test", _("no longer a test")


class LeadState(models.TextChoices):
    """Whether there is still something to do for somebody. A lead comes in open."""

    OPEN = "open", pgettext_lazy("lead", "open")
    CLOSED = "closed", pgettext_lazy("lead", "closed")


class KeyState(models.TextChoices):
    """What was decided about an unknown key. A known one that comes in unknown again is new; a dismissed one stays."""

    NEW = "new", pgettext_lazy("unknown key", "to be decided")
    KNOWN = "known", pgettext_lazy("unknown key", "known now")
    DISMISSED = "dismissed", pgettext_lazy("unknown key", "dismissed")


class Verdict(StrEnum):
    """What a lead of a submission turned out to be: the `status` of its receipt."""

    CREATED = "created"
    DUPLICATE = "duplicate"
    UPDATED = "updated"
    REPEATED = "repeated"


class ListName(models.TextChoices):
    """The lists that can be filtered, shown and exported by choice, each named as its model."""

    LEADS = "lead", _("leads")
    SUBMISSIONS = "submission", _("received submissions")


class ColumnUse(models.TextChoices):
    LIST = "list", _("list")
    EXPORT = "export", _("export")


class ExportFormat(models.TextChoices):
    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX (Excel)"
