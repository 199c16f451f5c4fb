"""Which leads of the table have a value, asked of its indexes and of nothing else. What is found is read elsewhere.

In SQL of its own: every lead asks, nearly all in vain, and the statement has to cost less than the lead.
"""

import json
from collections.abc import Collection, Set
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from campaigns.fields import PHONE_FIELDS, TAX_ID_FIELDS
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


def use_indexes() -> None:
    """From here to the end of the transaction, have PostgreSQL plan these statements once, and with their indexes.

    What it knows of a table that was empty a minute ago would have it read all of what is there now.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('enable_seqscan', 'off', true), "
                "set_config('plan_cache_mode', 'force_generic_plan', true)"
            )


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
    sql = sql.format_map(_DIALECTS[connection.vendor])
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(sql, [json.dumps(values, ensure_ascii=False) for values in lists])
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found
        # Django's own cursor puts the parameters into the text, and then nothing can be prepared.
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as prepared:
            rows: list[tuple[Any, ...]] = prepared.execute(sql, lists, prepare=connection.in_atomic_block).fetchall()
            return rows


def _uuid(value: UUID | str) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
