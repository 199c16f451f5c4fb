from leads.models.lead import Lead, LeadEvent
from leads.models.mapping import ImportMapping
from leads.models.submission import Submission

__all__ = ["ImportMapping", "Lead", "LeadEvent", "Submission"]
