from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from easycall.ids import new_id
from leads.enums import Outcome

# Stands in the query of a request whose URL carried a token.
QUERY_WITHHELD = "(withheld: it carried a token)"


class Submission(models.Model):
    """The journal: one request as it came, byte for byte, and what became of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # When it came is in the id too, and so in every index with the id: leads.queries.came_between.
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    # The relations have no index of their own: they have a better one below, or nothing is looked up by them.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("user")
    )
    credential = models.ForeignKey(
        "accounts.Credential",
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("advanced credential"),
    )
    remote_address = models.GenericIPAddressField(_("address"), null=True)
    method = models.CharField(_("method"), max_length=20)
    path = models.CharField(_("path"), max_length=200)
    query = models.TextField(_("query"), blank=True)
    content_type = models.TextField(_("content type"), blank=True)
    body = models.BinaryField(_("body"))
    body_complete = models.BooleanField(
        _("complete"), default=True, help_text=_("Whether all the bytes that were announced are here.")
    )
    # What its sender repeats it with; empty without one, and with one that is no key.
    idempotency_key = models.CharField(max_length=255, blank=True, default="")
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    status = models.PositiveSmallIntegerField(_("HTTP status"))
    # The types of its problems, sorted and joined with blanks: what a list can filter by on every database.
    problem = models.TextField(_("problem"), blank=True)
    created_count = models.PositiveIntegerField(_("leads created"), default=0)
    duplicate_count = models.PositiveIntegerField(_("duplicates marked"), default=0)
    updated_count = models.PositiveIntegerField(_("leads updated"), default=0)
    repeated_count = models.PositiveIntegerField(_("leads repeated"), default=0)
    rejected_count = models.PositiveIntegerField(_("leads rejected"), default=0)
    mapping = models.ForeignKey(
        "leads.ImportMapping",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("Import API"),
        help_text=_("Where all its leads went, or would have gone; empty when they differ or when nothing told it."),
    )
    repeats = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("repeats"),
        help_text=_("The submission that came first with the same key, whose answer this one got again."),
    )
    # Of one that makes test leads: who had it sent from the page of the Import API.
    tested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("tested by"),
    )
    # The answer's body as text, not as a JSON column: a database that reorders it could not repeat it.
    answer = models.TextField(_("answer"))
    # Of one that was replayed: what the sender was told. The outcome, the counts and the answer are then the latest.
    first_status = models.PositiveSmallIntegerField(_("first HTTP status"), null=True)
    first_answer = models.TextField(_("first answer"), blank=True, default="")
    replayed_at = models.DateTimeField(_("replayed"), null=True)
    replayed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("replayed by"),
        help_text=_("Empty when it was replayed from the command line."),
    )
    pruned_at = models.DateTimeField(_("bytes deleted"), null=True)

    class Meta:
        verbose_name = _("received submission")
        verbose_name_plural = _("received submissions")
        ordering = ("-id",)
        permissions = (
            ("replay_submission", "Can replay received submission"),
            ("export_submission", "Can export received submission"),
        )
        indexes = (
            # With the problems, so that looking for one of them reads no other submission.
            models.Index(name="submission_with_problem", fields=("-id", "problem"), condition=~models.Q(problem="")),
            models.Index(
                name="submission_outcome_time", fields=("outcome", "-id"), condition=~models.Q(outcome="accepted")
            ),
            models.Index(name="submission_with_duplicates", fields=("-id",), condition=models.Q(duplicate_count__gt=0)),
            models.Index(name="submission_mapping_time", fields=("mapping", "-id")),
            models.Index(name="submission_user_time", fields=("user", "-id")),
            models.Index(name="submission_repeats", fields=("repeats",), condition=models.Q(repeats__isnull=False)),
        )
        constraints = (
            models.CheckConstraint(name="submission_outcome_is_known", condition=models.Q(outcome__in=Outcome.values)),
            models.CheckConstraint(
                name="submission_problem_unless_accepted",
                condition=models.Q(outcome=Outcome.ACCEPTED, problem="")
                | (~models.Q(outcome=Outcome.ACCEPTED) & ~models.Q(problem="")),
            ),
            models.CheckConstraint(
                name="submission_refused_made_no_lead",
                condition=models.Q(outcome__in=(Outcome.ACCEPTED, Outcome.PARTIAL))
                | models.Q(created_count=0, duplicate_count=0),
            ),
            models.CheckConstraint(
                name="submission_first_answer_is_kept",
                condition=models.Q(replayed_at=None, replayed_by=None, first_status=None, first_answer="")
                | models.Q(replayed_at__isnull=False, first_status__isnull=False),
            ),
            models.CheckConstraint(
                name="submission_pruned_says_nothing",
                condition=models.Q(pruned_at=None)
                | models.Q(body=b"", answer="", first_answer="", query="", idempotency_key="", remote_address=None),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)

    @property
    def processed_at(self) -> datetime:
        """When its bytes last became what they are."""
        return self.replayed_at or self.received_at

    @property
    def lead_count(self) -> int:
        """How many leads it brought, new ones and such as were here."""
        return self.created_count + self.duplicate_count + self.updated_count + self.repeated_count
