"""Is this lead here already? The sender's own id tells it, or what the campaign compares."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import QuerySet

from campaigns.enums import DuplicateAction
from campaigns.models import Campaign
from leads.intake.duplicates import Compare, Kind, Present, Value, all_values, compared_values
from leads.intake.locks import lock_values
from leads.intake.matching import Incoming, Key, Matching
from leads.intake.whereabouts import ids_holding, ids_of_external
from leads.models import Lead


def match(incoming: Mapping[Key, Incoming], *, explain: bool = False) -> Matching[Key]:
    """The lead of each draft and what it is to it, in the order of the drafts, of however many submissions.

    At most three statements, however many drafts: locks, the leads with their external ids, and those that hold what
    is compared. What is found stays as it is until the transaction ends, unless it is only to be explained.
    """
    matching: Matching[Key] = Matching(explain)
    campaigns = {came.draft.campaign.id: came.draft.campaign for came in incoming.values()}
    rules = {pk: campaign.compared for pk, campaign in campaigns.items()}
    compared = {
        key: compared_values(rules[came.draft.campaign.id], came.draft.columns, came.draft.doubtful)
        for key, came in incoming.items()
        if not came.is_test
    }
    values = all_values(compared.values())
    met = [incoming[key] for key in compared]
    if not explain and (values or any(came.external_id[1] for came in met)):
        lock_values(values)
    known = {(lead.mapping_id, lead.external_id): lead for lead in _known(met, lock=not explain)}
    if known:
        values = all_values(its for key, its in compared.items() if incoming[key].external_id not in known)
    present = _present(campaigns.values(), values, known, lock=not explain)
    for key, came in incoming.items():
        if came.is_test:
            matching.create(key, came)
            continue
        lead = _place(matching, key, came, values=compared[key], known=known, present=present)
        if lead:
            present.add(lead)
            if lead.external_id:
                known[lead.mapping_id, lead.external_id] = lead
    return matching


def _place(
    matching: Matching[Key],
    key: Key,
    came: Incoming,
    *,
    values: Compare,
    known: Mapping[tuple[int, str], Lead],
    present: Present,
) -> Lead | None:
    """What becomes of one draft: the lead that it is now, None when it is refused."""
    if own := known.get(came.external_id):
        return matching.update(key, came, own)
    found = present.find(values, came.draft.campaign, came.submission.processed_at)
    if not found:
        return matching.create(key, came)
    match came.draft.campaign.duplicate_action:
        case DuplicateAction.MERGE:
            return matching.merge(key, came, found)
        case DuplicateAction.REFUSE:
            matching.refuse(key, came, found)
            return None
    return matching.create(key, came, found)


def _known(incoming: Iterable[Incoming], *, lock: bool) -> Iterable[Lead]:
    ids = ids_of_external({came.external_id for came in incoming if came.external_id[1]})
    # In one order for everybody, so that two batches with the same leads can't wait for each other.
    return _leads(lock=lock).filter(pk__in=ids).order_by("mapping_id", "external_id") if ids else []


def _present(
    campaigns: Iterable[Campaign], values: Collection[Value], known: Mapping[tuple[int, str], Lead], *, lock: bool
) -> Present:
    """The leads that may be found. One that is known by its external id is the same object here, with its changes."""
    present = Present(known.values())
    own = {lead.pk for lead in known.values()}
    if ids := [each for each in _ids_holding(values) if each not in own]:
        merges = any(campaign.duplicate_action == DuplicateAction.MERGE for campaign in campaigns)
        for lead in _leads(lock=lock and merges).filter(pk__in=ids, duplicate_of=None).order_by("pk"):
            present.add(lead)
    return present


def holding(compared: Compare) -> Iterable[Lead]:
    """The leads that have one of the values, without those that are marked as duplicates and the tests."""
    ids = _ids_holding(all_values([compared]))
    return _leads(lock=False).filter(pk__in=ids, duplicate_of=None).order_by("pk") if ids else []


def _ids_holding(values: Collection[Value]) -> list[UUID]:
    by_kind: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    for kind, text in values:
        by_kind[kind].add(text)
    return ids_holding(phones=by_kind[Kind.PHONE], emails=by_kind[Kind.EMAIL], tax_ids=by_kind[Kind.TAX_ID])


def _leads(*, lock: bool) -> QuerySet[Lead]:
    leads = Lead.objects.select_related("mapping")
    # No key of a lead ever changes, so that others may point to it meanwhile.
    return leads.select_for_update(of=("self",), no_key=True) if lock else leads
