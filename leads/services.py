"""What people do with a lead: close and reopen it, and say that it is a test. Each leaves a line in its history."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from leads.enums import EventKind, LeadState
from leads.models import Lead, LeadEvent

NOTE_LENGTH = 500


def close(*, lead_id: UUID, by: User, note: str = "") -> bool:
    """Nothing is left to do for this lead. Returns whether it was open; raises Lead.DoesNotExist.

    It goes on being found and compared, and what its sender says of it is still stored.
    """
    return _move(lead_id, {"state": LeadState.CLOSED}, EventKind.CLOSED, by, note)


def reopen(*, lead_id: UUID, by: User, note: str = "") -> bool:
    """There is something to do again. Returns whether it was closed."""
    return _move(lead_id, {"state": LeadState.OPEN}, EventKind.REOPENED, by, note)


def mark_test(*, lead_id: UUID, by: User, note: str = "") -> bool:
    """Nobody is to be called: from now on no report counts it and no lead is compared with it."""
    return _move(lead_id, {"is_test": True}, EventKind.MARKED_TEST, by, note)


def unmark_test(*, lead_id: UUID, by: User, note: str = "") -> bool:
    """It is a person after all. Raises ValidationError where another lead has its external id by now."""
    try:
        return _move(lead_id, {"is_test": False}, EventKind.UNMARKED_TEST, by, note)
    except IntegrityError as error:
        raise ValidationError(
            _("Another lead of this Import API has the same external id by now, and only one can have it.")
        ) from error


@transaction.atomic
def _move(lead_id: UUID, columns: Mapping[str, Any], kind: EventKind, by: User, note: str) -> bool:
    """Write the columns and the line; nothing where the lead is so already."""
    lead = Lead.objects.select_for_update().get(pk=lead_id)
    if all(getattr(lead, name) == value for name, value in columns.items()):
        return False
    for name, value in columns.items():
        setattr(lead, name, value)
    lead.save(update_fields=[*columns])
    LeadEvent.objects.create(lead=lead, kind=kind, by=by, data={"note": note[:NOTE_LENGTH]} if note else {})
    return True
