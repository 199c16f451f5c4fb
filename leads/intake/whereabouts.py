"""Which leads of the table have a value, asked of its indexes and of nothing else. What is found is read elsewhere.

In SQL of its own: every lead asks, nearly all in vain, and the statement has to cost less than the lead.
"""

import json
from collections.abc import Collection, Set
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
WHERE NOT (external_id = '') AND NOT is_test AND external_id {in_texts} AND mapping_id {in_numbers}
"""
_KEPT_IN = (*PHONE_FIELDS, *TAX_ID_FIELDS)
_HOLDING = f"""
SELECT id FROM leads_lead
WHERE duplicate_of_id IS NULL AND NOT is_test
  AND ({" OR ".join(f"(NOT ({column} = '') AND {column} {{in_texts}})" for column in _KEPT_IN)}
       OR lower({{start}}) {{in_texts}})
"""  # noqa: S608  names of columns

_DIALECTS = {
    "postgresql": {
        "in_texts": "= ANY(%s::text[])",
        "in_numbers": "= ANY(%s::bigint[])",
        "start": f'"left"(email, {INDEXED_EMAIL_LENGTH})',
    },
    "sqlite": {
        "in_texts": "IN (SELECT value FROM json_each(%s))",
        "in_numbers": "IN (SELECT value FROM json_each(%s))",
        "start": f"substr(email, 1, {INDEXED_EMAIL_LENGTH})",
    },
}


def ids_of_external(wanted: Collection[tuple[int, str]]) -> list[UUID]:
    """The leads with one of these external ids, each of its mapping."""
    if not wanted:
        return []
    mappings = sorted({mapping for mapping, _ in wanted})
    rows = _ask(_EXTERNAL, [sorted({external_id for _, external_id in wanted}), mappings])
    return [_uuid(row[0]) for row in rows if (row[1], row[2]) in wanted]


def ids_holding(*, phones: Set[str], emails: Set[str], tax_ids: Set[str]) -> list[UUID]:
    """Those with a phone in E.164 in any column, an e-mail in lower case, or a tax id; none that is a duplicate."""
    if not (phones or emails or tax_ids):
        return []
    spellings = {spelling for email in emails for spelling in lowered(email)}
    lists = [*[sorted(phones)] * len(PHONE_FIELDS), *[sorted(tax_ids)] * len(TAX_ID_FIELDS), sorted(spellings)]
    return [_uuid(row[0]) for row in _ask(_HOLDING, lists)]


def _ask(sql: str, lists: list[list[Any]]) -> list[tuple[Any, ...]]:
    if connection.vendor == "sqlite":
        return fetch(sql.format_map(_DIALECTS["sqlite"]), [json.dumps(values, ensure_ascii=False) for values in lists])
    return fetch(sql.format_map(_DIALECTS["postgresql"]), lists)


def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
