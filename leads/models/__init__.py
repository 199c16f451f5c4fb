from leads.models.idempotency import IdempotencyKey
from leads.models.lead import Lead, LeadEvent
from leads.models.mapping import ImportMapping
from leads.models.submission import Submission

__all__ = ["IdempotencyKey", "ImportMapping", "Lead", "LeadEvent", "Submission"]
