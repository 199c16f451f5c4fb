"""The last requests of one Import API row."""

from django.db.models import Q, QuerySet

from leads.models import ImportMapping, Submission

SHOWN = 50


def last_requests(mapping: ImportMapping) -> QuerySet[Submission]:
    """The newest first, without what was sent: two queries, each by an index.

    Those that came through the row, or were refused on their way there. What told no row, such as a body that can't be
    read, is among them where the user has no other row: then it can't have been meant for one.
    """
    others = ImportMapping.objects.filter(user=mapping.user_id).exclude(pk=mapping.pk)
    through = Q(mapping=mapping) if others.exists() else Q(mapping=mapping) | Q(mapping=None)
    rows = Submission.objects.filter(through, user=mapping.user_id).order_by("-pk")
    return rows.only("id", "received_at", "outcome", "status", "problem", "tested_by_id", "mapping_id")[:SHOWN]
