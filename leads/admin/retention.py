"""How long what was sent is kept, in a sentence for the list of submissions."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def retention_text() -> str:
    return _(
        "Rejected and failed submissions are kept %(rejected)s, what was sent with accepted ones %(accepted)s; "
        "manage.py prune_submissions deletes what is older."
    ) % {
        "rejected": _duration(settings.SUBMISSION_REJECTED_DAYS),
        "accepted": _duration(settings.SUBMISSION_ACCEPTED_DAYS),
    }


def _duration(days: int) -> str:
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days} if days > 0 else _("for ever")
