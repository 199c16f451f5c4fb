"""Credential and code to Import API row and campaign."""

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from rapidfuzz import process

from campaigns.fields import ENVELOPE_BY_KEY, Envelope
from easycall.errors import CampaignInactive, FieldError, UnknownCampaign
from easycall.text import fold, nfc
from leads.intake.body import Pairs
from leads.models import ImportMapping

_MOST_CODES_LISTED = 50


def url_parameters(query: str) -> dict[str, list[str]]:
    """The parameters of a query string as a server gives it, which is in latin-1 whatever it was."""
    if not query:
        return {}
    return parse_qs(query.encode("latin-1").decode(errors="replace"), keep_blank_values=True)


def url_code(query: str) -> str:
    """The campaign code of a query string, "" without one."""
    return url_parameters(query).get("campaign", [""])[-1].strip()


def active_mappings(user_id: int) -> dict[str, ImportMapping]:
    """The active rows of a user by their code, with their campaigns, in one query."""
    rows = ImportMapping.objects.filter(user_id=user_id, active=True).select_related("campaign").order_by("id")
    return {nfc(row.external_code): row for row in rows}


def route(
    pairs: Pairs, *, url_code: str, mappings: Mapping[str, ImportMapping], place: str
) -> tuple[ImportMapping, Sequence[str]]:
    """The row that this lead goes through, and the codes of warnings. Raises UnknownCampaign, CampaignInactive."""
    url_code = nfc(url_code)
    code = code_of(pairs) or url_code
    mapping = _find(code, mappings, place)
    if not mapping.campaign.active:
        detail = f"The campaign of “{mapping.external_code}” takes no leads now."
        inactive = CampaignInactive(detail, errors=[FieldError(place, detail)])
        inactive.import_api = mapping.pk
        raise inactive
    return mapping, ["conflicting_campaign"] if url_code and code != url_code else []


def code_of(pairs: Pairs) -> str:
    """The campaign code that a lead names itself, "" without one."""
    for pair in pairs:
        is_code = not pair.reason and ENVELOPE_BY_KEY.get(fold(pair.key)) is Envelope.CAMPAIGN
        if is_code and isinstance(pair.value, str) and pair.value.strip():
            return nfc(pair.value.strip())
    return ""


def _find(code: str, mappings: Mapping[str, ImportMapping], place: str) -> ImportMapping:
    if code in mappings:
        return mappings[code]
    if not code and len(mappings) == 1:
        return next(iter(mappings.values()))
    detail = "No active Import API of this user has this campaign code." if code else "The lead names no campaign."
    raise UnknownCampaign(
        detail, errors=[FieldError(place, detail)], members={"campaign_codes": _closest_first(code, mappings)}
    )


def _closest_first(code: str, mappings: Mapping[str, ImportMapping]) -> list[str]:
    nearest = process.extract(code.lower(), sorted(mappings), processor=str.lower, limit=_MOST_CODES_LISTED)
    return [own for own, *_ in nearest]
