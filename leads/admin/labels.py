"""The codes of the journal in a word or two, for lists and filters; leads.texts has the whole sentences."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from campaigns.enums import Compared, DuplicateAction
from campaigns.fields import FIELDS, Envelope
from campaigns.models import Question
from easycall.errors import PROBLEMS

ENVELOPE_LABELS: Mapping[str, StrOrPromise] = {
    Envelope.CAMPAIGN: _("Campaign code"),
    Envelope.EXTERNAL_ID: _("External id"),
    Envelope.CHANNEL: _("Channel"),
    Envelope.CONSENT: _("Consent"),
}

WARNING_LABELS: Mapping[str, StrOrPromise] = {
    "read_as_json": _("read as JSON"),
    "read_as_windows_1252": _("read as windows-1252"),
    "conflicting_value": _("two values for one field"),
    "conflicting_campaign": _("two campaigns"),
    "invalid_phone": _("doubtful phone"),
    "several_phones": _("several phones"),
    "phone_extension": _("phone with an extension"),
    "invalid_email": _("doubtful e-mail"),
    "invalid_tax_id": _("doubtful tax id"),
    "invalid_date": _("doubtful date"),
    "time_not_kept": _("time of day left out"),
    "invalid_decimal": _("doubtful number"),
    "out_of_range": _("out of range"),
    "invalid_answer": _("doubtful answer"),
    "missing_answer": _("missing answer"),
    "external_id_too_long": _("external id too long"),
}


def target_label(field: str, question: Question | None) -> str:
    """What people call a field or a question, with its key."""
    return f"{FIELDS[field].label} ({field})" if question is None else f"{question.label} ({question.key})"


# What became of a lead that was here already, by the policy of its campaign.
POLICY_LABELS: Mapping[str, StrOrPromise] = {
    DuplicateAction.MARK: _("Stored, marked as a duplicate."),
    DuplicateAction.MERGE: _("Merged into the lead that was here."),
    DuplicateAction.REFUSE: _("Refused as a duplicate."),
}


def rules_in_words(rules: Iterable[str]) -> str:
    """What told a duplicate: `["mobile", "email"]` -> “mobile phone, e-mail”."""
    labels = dict(Compared.choices)
    return ", ".join(str(labels.get(rule, rule)) for rule in rules)


def warning_label(code: str) -> str:
    return str(WARNING_LABELS.get(code, code))


def problem_title(slug: str) -> str:
    return str(PROBLEMS[slug].title) if slug in PROBLEMS else slug


def short_moment(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT")
