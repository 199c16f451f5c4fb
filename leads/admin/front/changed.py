"""Integrations whose leads lack something that used to come.

Compared are the newest leads of an Import API with as many as are enough from a week ago, from before them where it
sends seldom, or with its first ones while it is young: a look at two ends of an index, whatever there is in between. It
is the leads that are read and not the receipts: those of batches are long, and pruning forgets them. A week, because
what is compared with the leads just before it would be forgotten within minutes by who sends much. Nothing is written,
and nothing is asked of the door.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, UUIDField, Value
from django.db.models.functions import Least
from django_stubs_ext import StrOrPromise

from campaigns.fields import FIELDS, Envelope
from campaigns.models import Question
from easycall.ids import lowest_id
from leads.admin.labels import ENVELOPE_LABELS
from leads.models import ImportMapping, Lead
from leads.queries import newest_tests

RECENT = 10
EARLIER = 30
WEEK = timedelta(weeks=1)
# What so many of the earlier leads had, and none of the recent ones has, has stopped.
SHARE = 0.8
# The busiest ones: each costs 40 leads.
MOST_MAPPINGS = 40

_ENVELOPE = {"external_id": Envelope.EXTERNAL_ID, "channel": Envelope.CHANNEL, "consent": Envelope.CONSENT}
_COLUMNS = (*FIELDS, *_ENVELOPE)
_ANSWER = "answer:"


def changed_mappings(now: datetime) -> list[tuple[ImportMapping, list[StrOrPromise]]]:
    """With the labels of what stopped coming. Four queries."""
    mappings = {mapping.pk: mapping for mapping in _with_samples(now)}
    samples: dict[int, tuple[list[set[str]], list[set[str]]]] = {pk: ([], []) for pk in mappings}
    for pk, mapping_id, answers, *values in _leads(mappings.values()):
        keys = {name for name, value in zip(_COLUMNS, values, strict=True) if value}
        keys |= {f"{_ANSWER}{key}" for key in answers}
        recent, earlier = samples[mapping_id]
        (recent if pk >= _of(mappings[mapping_id], "recent_from") else earlier).append(keys)
    stopped = {pk: stopped_keys(*sample) for pk, sample in samples.items()}
    labels = _labels(key for keys in stopped.values() for key in keys)
    named = [(mappings[pk], [labels[key] for key in keys if key in labels]) for pk, keys in stopped.items()]
    return [(mapping, keys) for mapping, keys in named if keys]


def stopped_keys(recent: Sequence[set[str]], earlier: Sequence[set[str]]) -> list[str]:
    """What most of the earlier had and none of the recent has."""
    counts = Counter(key for keys in earlier for key in keys)
    now = set().union(*recent)
    return sorted(key for key, count in counts.items() if count >= SHARE * len(earlier) and key not in now)


def _with_samples(now: datetime) -> Sequence[ImportMapping]:
    """Those with enough leads; the samples are from `recent_from` on, and from `earlier_from` to `ceiling`.

    Nothing is asked of a lead but what the index has, or the planner would look for those of a sender that sends seldom
    among all leads.
    """
    week_ago = Value(lowest_id(now - WEEK), output_field=UUIDField())
    leads = Lead.objects.filter(mapping=OuterRef("pk")).exclude(pk__in=newest_tests("pk"))
    newest, oldest = leads.order_by("-pk").values("pk"), leads.order_by("pk").values("pk")
    mappings = (
        ImportMapping.objects.filter(active=True)
        .select_related("user", "campaign")
        .annotate(recent_from=Subquery(newest[RECENT - 1 : RECENT]))
        .annotate(ceiling=Least(F("recent_from"), week_ago))
        .annotate(earlier_from=Subquery(newest.filter(pk__lt=OuterRef("ceiling"))[EARLIER - 1 : EARLIER]))
        .annotate(first=Subquery(oldest[:1]), after_first=Subquery(oldest[EARLIER : EARLIER + 1]))
    )
    with_samples = [mapping for mapping in mappings if mapping.recent_from and _has_earlier(mapping)]
    return sorted(with_samples, key=lambda mapping: _of(mapping, "recent_from"), reverse=True)[:MOST_MAPPINGS]


def _has_earlier(mapping: Any) -> bool:
    """Whether there are enough to compare with: the first ones, where too few are older than a week."""
    if mapping.earlier_from is None and mapping.after_first and mapping.after_first <= mapping.recent_from:
        mapping.earlier_from, mapping.ceiling = mapping.first, mapping.after_first
    return mapping.earlier_from is not None


def _leads(mappings: Iterable[ImportMapping]) -> QuerySet[Lead, tuple[Any, ...]]:
    samples = Q(pk__in=())
    for mapping in mappings:
        ceiling, first = _of(mapping, "ceiling"), _of(mapping, "earlier_from")
        samples |= Q(mapping=mapping, pk__gte=_of(mapping, "recent_from")) | Q(
            mapping=mapping, pk__gte=first, pk__lt=ceiling
        )
    return Lead.objects.order_by().filter(samples, is_test=False).values_list("pk", "mapping_id", "answers", *_COLUMNS)


def _labels(keys: Iterable[str]) -> dict[str, StrOrPromise]:
    """What people call them. A question that is no longer asked is not missed."""
    labels: dict[str, StrOrPromise] = {name: field.label for name, field in FIELDS.items()}
    labels |= {name: ENVELOPE_LABELS[meaning] for name, meaning in _ENVELOPE.items()}
    asked = {key.removeprefix(_ANSWER) for key in keys if key.startswith(_ANSWER)}
    return labels | {f"{_ANSWER}{each.key}": each.label for each in Question.objects.filter(key__in=asked)}


def _of(mapping: ImportMapping, name: str) -> UUID:
    identifier: UUID = getattr(mapping, name)
    return identifier
