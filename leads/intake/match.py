"""Is this lead here already? The sender's own id tells it, or what the campaign compares."""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from campaigns.enums import DuplicateAction
from leads.intake.duplicates import Kind, Present, all_values
from leads.intake.locks import lock_values
from leads.intake.matching import Incoming, Key, Matching
from leads.models import Lead
from leads.queries import holding


def match(incoming: Mapping[Key, Incoming], *, explain: bool = False) -> Matching[Key]:
    """The lead of each draft and what it is to it, in the order of the drafts, of however many submissions.

    At most three statements, however many drafts: locks, the leads with their external ids, and those that hold what
    is compared. What is found stays as it is until the transaction ends, unless it is only to be explained.
    """
    matching: Matching[Key] = Matching(explain)
    if not explain:
        lock_values(all_values(came.draft for came in incoming.values()))
    known = {(lead.mapping_id, lead.external_id): lead for lead in _known(incoming.values(), lock=not explain)}
    present = _present([came for came in incoming.values() if came.external_id not in known], known, lock=not explain)
    for key, came in incoming.items():
        lead = _place(matching, key, came, known, present)
        if lead:
            present.add(lead)
            if lead.external_id:
                known[lead.mapping_id, lead.external_id] = lead
    return matching


def _place(
    matching: Matching[Key], key: Key, came: Incoming, known: Mapping[tuple[int, str], Lead], present: Present
) -> Lead | None:
    """What becomes of one draft: the lead that it is now, None when it is refused."""
    if own := known.get(came.external_id):
        return matching.update(key, came, own)
    found = present.find(came.draft, came.submission.processed_at)
    if not found:
        return matching.create(key, came)
    match came.draft.mapping.campaign.duplicate_action:
        case DuplicateAction.MERGE:
            return matching.merge(key, came, found)
        case DuplicateAction.REFUSE:
            matching.refuse(key, came, found)
            return None
    return matching.create(key, came, found)


def _known(incoming: Iterable[Incoming], *, lock: bool) -> Iterable[Lead]:
    ids: dict[int, set[str]] = {}
    for came in incoming:
        mapping, external_id = came.external_id
        if external_id:
            ids.setdefault(mapping, set()).add(external_id)
    if not ids:
        return []
    wanted = reduce(or_, (Q(mapping=mapping, external_id__in=its) for mapping, its in ids.items()))
    # In one order for everybody, so that two batches with the same leads can't wait for each other.
    return _leads(lock=lock).filter(wanted).order_by("mapping_id", "external_id")


def _present(incoming: Iterable[Incoming], known: Mapping[tuple[int, str], Lead], *, lock: bool) -> Present:
    """The leads that may be found. One that is known by its external id is the same object here, with its changes."""
    drafts = [came.draft for came in incoming]
    values = all_values(drafts)
    present = Present(known.values())
    if not values:
        return present
    merges = any(draft.mapping.campaign.duplicate_action == DuplicateAction.MERGE for draft in drafts)
    by_kind = {kind: {value.text for value in values if value.kind is kind} for kind in Kind}
    rows = holding(
        _leads(lock=lock and merges).filter(duplicate_of=None),
        phones=by_kind[Kind.PHONE],
        emails=by_kind[Kind.EMAIL],
        tax_ids=by_kind[Kind.TAX_ID],
    )
    own = {lead.pk for lead in known.values()}
    for lead in rows.order_by("pk"):
        if lead.pk not in own:
            present.add(lead)
    return present


def _leads(*, lock: bool) -> QuerySet[Lead]:
    leads = Lead.objects.select_related("mapping")
    # No key of a lead ever changes, so that others may point to it meanwhile.
    return leads.select_for_update(of=("self",), no_key=True) if lock else leads
