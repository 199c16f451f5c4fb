"""What an administrator asks in the morning: one card a question, for those who may see the list behind it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.models import Credential
from leads.admin.filters import mapping_label
from leads.admin.front.changed import changed_mappings
from leads.admin.front.quiet import quiet_mappings
from leads.enums import KeyState, Outcome
from leads.models import Submission, UnknownKey

# To count further would take long, and tell nothing more.
MOST = 1_000
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Line:
    """`number` is of how many rows the list behind it is, "" where the line is one thing."""

    text: StrOrPromise
    address: str
    note: StrOrPromise = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """`address` is the list of all that the lines are of. Without lines `calm` is said instead."""

    name: str
    title: StrOrPromise
    calm: StrOrPromise
    lines: Sequence[Line]
    address: str = ""
    more: int = field(default=0)


def cards(request: HttpRequest) -> list[Card]:
    """Those that the reader may see. Eight queries at most."""
    now = timezone.now()
    return [card(now) for permissions, card in _CARDS if request.user.has_perms(permissions)]


def _rejected(now: datetime) -> Card:
    waiting = Submission.objects.filter(tested_by=None)
    counts = {outcome: _count(waiting.filter(outcome=outcome)) for outcome in _WAITING}
    lines = [
        Line(
            _WAITING[outcome][0],
            _list("submission", outcome__exact=outcome, tests="no"),
            _WAITING[outcome][1],
            _capped(count),
        )
        for outcome, count in counts.items()
        if count
    ]
    return Card("rejected", _("Submissions that wait"), _("None: everything that came in is a lead."), lines)


def _unknown(now: datetime) -> Card:
    count = _count(UnknownKey.objects.filter(state=KeyState.NEW))
    note = _("say what each of them is, or dismiss it")
    lines = [Line(_("To be decided"), _list("unknownkey"), note, _capped(count))]
    return Card("unknown", _("Unknown keys"), _("None is to be decided."), lines if count else [])


def _quiet(now: datetime) -> Card:
    lines = [
        Line(
            mapping_label(mapping),
            _list("submission", mapping__id__exact=mapping.pk),
            _("nothing for %(period)s") % {"period": timesince(last, now)},
        )
        for mapping, last in quiet_mappings(now)
    ]
    return _of_lines("quiet", _("Integrations that went quiet"), _("All send as they usually do."), lines)


def _changed(now: datetime) -> Card:
    lines = [
        Line(
            mapping_label(mapping),
            _list("lead", mapping__id__exact=mapping.pk),
            _("no longer sends: %(fields)s") % {"fields": ", ".join(map(str, labels))},
        )
        for mapping, labels in changed_mappings(now)
    ]
    return _of_lines("changed", _("Integrations whose fields changed"), _("All send what they usually do."), lines)


def _expiring(now: datetime) -> Card:
    found = Credential.objects.expiring(now).select_related("user").defer("digest")
    lines = [
        Line(
            f"{credential.user}: {credential.label or credential.prefix}",
            reverse("admin:accounts_user_change", args=[credential.user_id]),
            _("until %(day)s")
            % {"day": formats.date_format(timezone.localtime(credential.expires_at), "SHORT_DATE_FORMAT")},
        )
        for credential in found
    ]
    address = f"{reverse('admin:accounts_user_changelist')}?tokens=expiring"
    return _of_lines("expiring", _("Tokens about to expire"), _("None in the next 14 days."), lines, address)


def _of_lines(name: str, title: str, calm: str, lines: Sequence[Line], address: str = "") -> Card:
    return Card(name, title, calm, lines[:SHOWN], address if lines else "", max(0, len(lines) - SHOWN))


def _count(rows: "QuerySet[Model]") -> int:
    return rows.order_by()[: MOST + 1].count()


def _capped(count: int) -> str:
    return _("more than %(count)s") % {"count": formats.number_format(MOST)} if count > MOST else str(count)


def _list(model: str, **filters: object) -> str:
    query = f"?{urlencode(filters)}" if filters else ""
    return f"{reverse(f'admin:leads_{model}_changelist')}{query}"


_WAITING = {
    Outcome.REJECTED: (gettext_lazy("Rejected"), gettext_lazy("none of them became a lead")),
    Outcome.PARTIAL: (gettext_lazy("Partly accepted"), gettext_lazy("some of their leads are missing")),
    Outcome.FAILED: (gettext_lazy("Failed"), gettext_lazy("something went wrong here")),
}
_CARDS: Sequence[tuple[Iterable[str], Callable[[datetime], Card]]] = (
    (["leads.view_submission"], _rejected),
    (["leads.view_unknownkey"], _unknown),
    (["leads.view_submission"], _quiet),
    (["leads.view_lead", "leads.view_importmapping"], _changed),
    (["accounts.view_user", "accounts.view_credential"], _expiring),
)
