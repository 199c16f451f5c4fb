"""Leads and submissions for programs that read them: lists by page, and one row with all that is known of it."""

from leads.api.reading.views import LeadView, SubmissionView

__all__ = ["LeadView", "SubmissionView"]
