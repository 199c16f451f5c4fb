"""Keys that meant nothing are counted, by mapping, for somebody to say what they mean."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.text import Truncator

from easycall.errors import Problem
from leads.intake.draft import Draft, Unreachable
from leads.models import UnknownKey
from leads.models.unknown_key import KEY_LENGTH, MOST_KEYS, MOST_SAMPLES, SAMPLE_LENGTH

# Different keys of one submission that are counted each by its name: as many as one lead may have.
_MOST_AT_ONCE = 200

# One statement, whatever the number of keys; both databases know all of it. The order is that in which rows are
# locked, the same for everybody. A new key is left out where there are MOST_KEYS already. Samples are one a line, and
# one that is part of another tells nothing new.
_UPSERT = """
INSERT INTO leads_unknownkey (mapping_id, key, count, samples, resembles, first_seen, last_seen, state)
SELECT column1, column2, column3, column4, column5, %s, %s, 'new'
FROM (VALUES {rows}) AS came
WHERE column2 = ''
   OR EXISTS (SELECT 1 FROM leads_unknownkey AS k WHERE k.mapping_id = column1 AND k.key = column2)
   OR (SELECT count(*) FROM leads_unknownkey AS k WHERE k.mapping_id = column1) < %s
ORDER BY column1, column2
ON CONFLICT (mapping_id, key) DO UPDATE SET
    count = leads_unknownkey.count + excluded.count,
    last_seen = excluded.last_seen,
    resembles = excluded.resembles,
    state = CASE leads_unknownkey.state WHEN 'known' THEN 'new' ELSE leads_unknownkey.state END,
    samples = CASE
        WHEN replace(leads_unknownkey.samples, excluded.samples, '') <> leads_unknownkey.samples
          OR length(leads_unknownkey.samples) - length(replace(leads_unknownkey.samples, %s, '')) >= %s
        THEN leads_unknownkey.samples
        ELSE ltrim(leads_unknownkey.samples || %s || excluded.samples, %s)
    END
"""


@dataclass(slots=True)
class _Came:
    mapping_id: int
    key: str
    count: int
    sample: str = ""
    resembles: str = ""


def count_unknown_keys(drafts: Iterable[Draft | Problem], *, at: datetime) -> None:
    """Add the unknown keys of these leads, and of those that were refused only for want of a contact, to the counts.

    Belongs at the end of their transaction. Nothing is asked or written when there are none.
    """
    came = _unknown_keys(drafts)
    named, others = came[:_MOST_AT_ONCE], came[_MOST_AT_ONCE:]
    if named and _upsert(named, at) < len(named):
        places = UnknownKey.objects.filter(mapping__in={each.mapping_id for each in named})
        counted = set(places.values_list("mapping", "key"))
        others += [each for each in named if (each.mapping_id, each.key) not in counted]
    if others:
        _upsert(_together(others), at)


def _unknown_keys(drafts: Iterable[Draft | Problem]) -> list[_Came]:
    came: dict[tuple[int, str], _Came] = {}
    for each in drafts:
        draft = each.draft if isinstance(each, Unreachable) else each
        if isinstance(draft, Problem):
            continue
        for key, entry in draft.unknown.items():
            row = came.setdefault((draft.mapping.pk, key), _Came(draft.mapping.pk, key, 0))
            row.count += 1
            row.sample = row.sample or _sample(entry["value"])
            row.resembles = entry.get("did_you_mean", "")
    return list(came.values())


def _sample(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return Truncator(" ".join(text[: 10 * SAMPLE_LENGTH].split())).chars(SAMPLE_LENGTH)


def _together(others: Iterable[_Came]) -> list[_Came]:
    rows: dict[int, _Came] = {}
    for each in others:
        rows.setdefault(each.mapping_id, _Came(each.mapping_id, "", 0)).count += each.count
    return list(rows.values())


def _upsert(came: list[_Came], at: datetime) -> int:
    """How many rows were written."""
    moment = connection.ops.adapt_datetimefield_value(at)
    values = [
        value
        for each in came
        for value in (each.mapping_id, each.key[:KEY_LENGTH], each.count, each.sample, each.resembles)
    ]
    sql = _UPSERT.replace("{rows}", ", ".join(["(%s, %s, %s, %s, %s)"] * len(came)))
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment, moment, *values, MOST_KEYS, "\n", MOST_SAMPLES - 1, "\n", "\n"])
        return int(cursor.rowcount)
