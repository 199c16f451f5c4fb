from leads.models.alias import KeyAlias
from leads.models.fill import Fill, FilledLead
from leads.models.idempotency import IdempotencyKey
from leads.models.lead import Lead, LeadEvent
from leads.models.lists import ColumnChoice, Export, SavedFilter
from leads.models.mapping import ImportMapping
from leads.models.share_link import ShareLink
from leads.models.submission import Submission
from leads.models.unknown_key import UnknownKey

__all__ = [
    "ColumnChoice",
    "Export",
    "Fill",
    "FilledLead",
    "IdempotencyKey",
    "ImportMapping",
    "KeyAlias",
    "Lead",
    "LeadEvent",
    "SavedFilter",
    "ShareLink",
    "Submission",
    "UnknownKey",
]
