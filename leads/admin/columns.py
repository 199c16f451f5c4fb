"""The columns that the lists of leads and of submissions can have, and that an export can."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Generic, TypeVar

from django.contrib.admin.utils import label_for_field
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from campaigns.fields import FIELDS, PHONE_FIELDS
from campaigns.models import Question
from leads.admin.labels import problem_title, rules_in_words, target_label, warning_label
from leads.models import Lead, Submission

_Row = TypeVar("_Row", bound=Model)

ANSWER = "answer."


@dataclass(frozen=True, slots=True)
class Column(Generic[_Row]):
    """`text` is the whole value of a row, as an export has it."""

    name: str
    label: StrOrPromise
    text: Callable[[_Row], str]


def lead_columns() -> list[Column[Lead]]:
    """In the order in which they stand. One query, for the questions."""
    return [*_of_leads(), *_fields(), *_answers()]


def _of_leads() -> Iterable[Column[Lead]]:
    yield Column("received_at", _("received"), lambda lead: moment(lead.created_at))
    yield Column("id", _("Id"), lambda lead: str(lead.pk))
    yield Column("state", _("state"), lambda lead: lead.get_state_display())
    yield Column("is_test", _("test lead"), lambda lead: yes_or_no(lead.is_test))
    yield Column("campaign", _("campaign"), lambda lead: str(lead.campaign))
    yield Column("import_api", _("Import API"), lambda lead: lead.mapping.external_code)
    yield Column("sender", _("Sent by"), lambda lead: str(lead.mapping.user))
    yield Column("submission", _("received submission"), lambda lead: str(lead.submission_id))
    yield Column("external_id", _("external id"), lambda lead: lead.external_id)
    yield Column("channel", _("channel"), lambda lead: lead.channel)
    yield Column("consent", _("consent"), lambda lead: lead.consent)
    yield Column("duplicate_of", _("duplicate of"), lambda lead: str(lead.duplicate_of_id or ""))
    yield Column("same", _("what told it"), lambda lead: rules_in_words(lead.duplicate_rules.split()))
    yield Column("warnings", _("warnings"), lambda lead: ", ".join(map(warning_label, lead.warning_codes.split())))


def _fields() -> Iterable[Column[Lead]]:
    for name in FIELDS:
        yield Column(name, target_label(name, None), attrgetter(name))
        if name in PHONE_FIELDS:
            sent = f"{name}_sent"
            yield Column(sent, f"{label_for_field(sent, Lead)} ({sent})", attrgetter(sent))


def _answers() -> Iterable[Column[Lead]]:
    for question in Question.objects.order_by("label", "key"):
        yield Column(f"{ANSWER}{question.key}", target_label("", question), _answer_to(question.key))


def _answer_to(key: str) -> Callable[[Lead], str]:
    return lambda lead: str(lead.answers.get(key, ""))


def submission_columns() -> list[Column[Submission]]:
    return [
        Column("received_at", _("received"), lambda row: moment(row.received_at)),
        Column("id", _("Id"), lambda row: str(row.pk)),
        Column("sender", _("user"), lambda row: str(row.user)),
        Column("outcome", _("outcome"), lambda row: row.get_outcome_display()),
        Column("status", _("HTTP status"), lambda row: str(row.status)),
        Column("problems", _("problem"), lambda row: "; ".join(map(problem_title, row.problem.split()))),
        *(_count(name) for name in ("created", "duplicate", "updated", "repeated", "rejected")),
        Column("code", _("Import API"), lambda row: row.mapping.external_code if row.mapping else ""),
        Column("address", _("address"), lambda row: row.remote_address or ""),
        Column("replayed_at", _("replayed"), lambda row: moment(row.replayed_at)),
    ]


def _count(what: str) -> Column[Submission]:
    name = f"{what}_count"
    return Column(f"{what}_leads", _verbose(name), lambda row: str(getattr(row, name)))


def _verbose(name: str) -> StrOrPromise:
    return str(label_for_field(name, Submission))


def moment(when: datetime | None) -> str:
    """In the time zone of the pages, with its difference, so that it says one thing everywhere."""
    return timezone.localtime(when).isoformat(" ", "seconds") if when else ""


def yes_or_no(value: bool) -> str:
    return gettext("Yes") if value else gettext("No")
