"""What a submission's page shows, as plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.text import Truncator

from easycall.errors import DuplicateRefused
from leads.admin import raw, receipts
from leads.admin.labels import warning_label
from leads.models import Lead, Submission
from leads.models.lead import TITLE_LENGTH
from leads.queries import of_submission, refused_for

# The first of a batch; the list of leads has them all.
SHOWN_LEADS = 25


@dataclass(frozen=True, slots=True)
class LeadLine:
    """`number` is the lead's place in the submission, None for a lead that was here already."""

    number: int | None
    lead: Lead
    contact: str
    warnings: str


def submission_page(submission: Submission) -> dict[str, Any]:
    """The context of the page. One query, and one more where a duplicate was refused."""
    answer = receipts.parse(submission.answer)
    body = bytes(submission.body)
    text, charset = raw.decoded(body, submission.content_type)
    leads = list(_leads(submission))
    return {
        "request_line": raw.visible(f"{submission.method} {submission.path}{_query(submission)}"),
        "content_type": raw.visible(submission.content_type),
        "refusals": receipts.refusals(answer),
        "stayed": [*_stayed(submission)],
        "duplicates": receipts.duplicates(answer)[:SHOWN_LEADS],
        "leads": leads[:SHOWN_LEADS],
        "touched": submission.created_count + submission.duplicate_count + submission.updated_count,
        "has_more_leads": len(leads) > SHOWN_LEADS,
        "warnings": receipts.warnings(answer.get("warnings")),
        "body": raw.shown(text, charset=charset),
        "size": len(body),
        "answer": raw.shown(receipts.pretty(submission.answer)),
        "first_answer": raw.shown(receipts.pretty(submission.first_answer)),
    }


def _query(submission: Submission) -> str:
    return f"?{submission.query}" if submission.query else ""


def _stayed(submission: Submission) -> Iterable[Lead]:
    """The leads that were here, and for which those of the submission were refused."""
    if DuplicateRefused.type not in submission.problem.split():
        return []
    leads = refused_for(Lead.objects.all(), submission.pk).order_by("-pk")
    return leads.defer("answers", "kept_aside", "warnings")[:SHOWN_LEADS]


def _leads(submission: Submission) -> Iterable[LeadLine]:
    leads = of_submission(Lead.objects.all(), submission.pk).select_related("campaign").order_by("item")
    for lead in leads.defer("answers", "kept_aside", "warnings")[: SHOWN_LEADS + 1]:
        yield LeadLine(
            number=lead.item + 1 if lead.submission_id == submission.pk else None,
            lead=lead,
            contact=Truncator(lead.contact).chars(TITLE_LENGTH),
            warnings=", ".join(warning_label(code) for code in lead.warning_codes.split()) or "–",
        )
