"""Which leads of the table have a value, asked of its indexes and of nothing else. What is found is read elsewhere.

In SQL of its own: every lead asks, nearly all in vain, and the statement has to cost less than the lead.
"""

import json
from collections.abc import Collection, Mapping, Sequence, Set
from typing import Any
from uuid import UUID

from django.db import connection

from campaigns.fields import PHONE_FIELDS, TAX_ID_FIELDS
from easycall.prepared import fetch
from leads.models.lead import INDEXED_EMAIL_LENGTH
from leads.queries import lowered

# Each condition repeats that of an index. The lists are parameters, so that the statement is always the same one.
_EXTERNAL = """
SELECT id, mapping_id, external_id FROM leads_lead
WHERE NOT (external_id = '') AND NOT is_test AND external_id {external_ids} AND mapping_id {mappings}
"""
_KEPT_IN = {**dict.fromkeys(PHONE_FIELDS, "{phones}"), **dict.fromkeys(TAX_ID_FIELDS, "{tax_ids}")}
_HOLDING = f"""
SELECT id FROM leads_lead
WHERE duplicate_of_id IS NULL AND NOT is_test
  AND ({" OR ".join(f"(NOT ({column} = '') AND {column} {wanted})" for column, wanted in _KEPT_IN.items())}
       OR lower({{start}}) {{emails}})
"""  # noqa: S608  names of columns

_LISTS = {"external_ids": "text", "mappings": "bigint", "phones": "text", "tax_ids": "text", "emails": "text"}
_DIALECTS = {
    "postgresql": {
        **{name: f"= ANY(%({name})s::{type_name}[])" for name, type_name in _LISTS.items()},
        "start": f'"left"(email, {INDEXED_EMAIL_LENGTH})',
    },
    "sqlite": {
        **{name: f"IN (SELECT value FROM json_each(%({name})s))" for name in _LISTS},  # noqa: S608  names of parameters
        "start": f"substr(email, 1, {INDEXED_EMAIL_LENGTH})",
    },
}
_SQL = {vendor: (_EXTERNAL.format_map(dialect), _HOLDING.format_map(dialect)) for vendor, dialect in _DIALECTS.items()}


def ids_of_external(wanted: Collection[tuple[int, str]]) -> list[UUID]:
    """The leads with one of these external ids, each of its mapping."""
    if not wanted:
        return []
    external, _ = _SQL[connection.vendor]
    lists: dict[str, Sequence[str | int]] = {
        "external_ids": sorted({external_id for _, external_id in wanted}),
        "mappings": sorted({mapping for mapping, _ in wanted}),
    }
    return [_uuid(row[0]) for row in fetch(external, _parameters(lists)) if (row[1], row[2]) in wanted]


def ids_holding(*, phones: Set[str], emails: Set[str], tax_ids: Set[str]) -> list[UUID]:
    """Those with a phone in E.164 in any column, an e-mail in lower case, or a tax id; none that is a duplicate."""
    if not (phones or emails or tax_ids):
        return []
    spellings = {spelling for email in emails for spelling in lowered(email)}
    _, holding = _SQL[connection.vendor]
    lists = {"phones": sorted(phones), "tax_ids": sorted(tax_ids), "emails": sorted(spellings)}
    return [_uuid(row[0]) for row in fetch(holding, _parameters(lists))]


def _parameters(lists: Mapping[str, Sequence[str | int]]) -> Mapping[str, Any]:
    if connection.vendor == "postgresql":
        return lists
    return {name: json.dumps(values, ensure_ascii=False) for name, values in lists.items()}


def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
