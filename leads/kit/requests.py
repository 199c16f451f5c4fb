"""The last requests of one Import API row."""

import hashlib
import json
import re
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Substr

from leads.models import ImportMapping, Submission

SHOWN = 50
# Of an answer, in characters: that of a batch may have millions.
ANSWER_LENGTH = 10_000

# The member of a problem that names codes of its user, in JSON, where it may break off.
_CODES = re.compile(r'"campaign_codes":\s*(\[(?:[^]"]|"(?:[^"\\]|\\.)*")*\]|\[.*\Z)', re.DOTALL)


def requests_of(mapping: ImportMapping) -> QuerySet[Submission]:
    """All of them, the newest first, by an index; one query looks whether the user has other rows.

    They came through the row, or were refused on their way there. What told no row, such as a body that can't be read,
    is among them where the user has no other row: then it can't have been meant for one.
    """
    others = ImportMapping.objects.filter(user=mapping.user_id).exclude(pk=mapping.pk)
    through = Q(mapping=mapping) if others.exists() else Q(mapping=mapping) | Q(mapping=None)
    return Submission.objects.filter(through, user=mapping.user_id).order_by("-pk")


def last_requests(mapping: ImportMapping) -> QuerySet[Submission]:
    """The newest, without what was sent; `answer_start` is the answer, or a character more than is shown of it."""
    names = ("id", "received_at", "outcome", "status", "problem", "tested_by_id", "pruned_at")
    return requests_of(mapping).only(*names).annotate(answer_start=Substr("answer", 1, ANSWER_LENGTH + 1))[:SHOWN]


def version_of(mapping: ImportMapping) -> str:
    """What is another one when the newest requests, or what became of them, are others."""
    states = requests_of(mapping).values_list("pk", "outcome", "status", "replayed_at", "pruned_at")[:SHOWN]
    return hashlib.sha256(repr(list(states)).encode()).hexdigest()[:16]


def request_of(mapping: ImportMapping, submission_id: UUID) -> Submission | None:
    """One of them, with the whole answer."""
    return requests_of(mapping).filter(pk=submission_id).only("id", "answer").first()


def without_other_codes(answer: str, mapping: ImportMapping) -> str:
    """`answer`, or the start of one, naming no campaign code but the row's own: the others are other people's."""
    return _CODES.sub(lambda found: f'"campaign_codes":{_own_codes(found[1], mapping)}', answer)


def _own_codes(array: str, mapping: ImportMapping) -> str:
    try:
        codes = json.loads(array)
    except ValueError:
        codes = []
    return json.dumps([code for code in codes if code == mapping.external_code], ensure_ascii=False)
