"""What to mend so that a submission can be replayed: for each of its problems, the forms that mend it, or what to tell
the sender where no set-up does."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from urllib.parse import urlencode

from django.contrib.admin import site
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.models import User
from easycall.errors import (
    AddressNotAllowed,
    CampaignInactive,
    ContentTooLarge,
    DuplicateRefused,
    IdempotencyKeyInUse,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    InsufficientScope,
    MalformedBody,
    MalformedRequest,
    MethodNotAllowed,
    MissingContact,
    NotAcceptable,
    Problem,
    TemporarilyUnavailable,
    TooManyRequests,
    UnknownCampaign,
    UnsupportedMediaType,
)
from easycall.text import nfc
from leads.admin.links import page_of
from leads.admin.raw import visible
from leads.enums import KeyState
from leads.intake import body
from leads.intake.route import code_of, url_code
from leads.models import ImportMapping, Submission, UnknownKey

# Of each kind; a batch can have a thousand codes.
MOST_STEPS = 5
CODE_LENGTH = ImportMapping._meta.get_field("external_code").max_length or 0


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do; `url` is the form that does it, "" where there is none or the reader may not open it."""

    text: str
    url: str = ""


@dataclass(slots=True)
class _Case:
    """The request as it would be read now: `codes` are those that no active row has, `rows` those that have one."""

    request: HttpRequest
    submission: Submission
    codes: list[str] = field(default_factory=list)
    inactive: list[ImportMapping] = field(default_factory=list)
    rows: list[ImportMapping] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)


def mending(request: HttpRequest, submission: Submission) -> list[Step]:
    """What to do, in the order of the problems. Two queries at most, none for what no set-up can help."""
    slugs = submission.problem.split()
    if submission.pruned_at:
        return []
    case = _read(request, submission) if _STEPS.keys() & slugs else _Case(request, submission)
    return [*dict.fromkeys(chain.from_iterable(_steps(slug, case) for slug in slugs))]


def _steps(slug: str, case: _Case) -> Iterable[Step]:
    if slug in _STEPS:
        return _STEPS[slug](case)
    return [Step(str(_FOR_THE_SENDER[slug]))] if slug in _FOR_THE_SENDER else []


def _read(request: HttpRequest, submission: Submission) -> _Case:
    case = _Case(request, submission)
    own = ImportMapping.objects.filter(user=submission.user_id).select_related("campaign", "user").order_by("pk")
    rows = {nfc(row.external_code): row for row in own}
    active = [row for row in rows.values() if row.active]
    leads = list(_leads(submission))
    default = nfc(url_code(submission.query))
    for code in dict.fromkeys(code_of(pairs) or default for pairs in leads):
        row = rows.get(code) or (active[0] if not code and len(active) == 1 else None)
        if row is None:
            case.codes.append(code)
        else:
            (case.rows if row.active else case.inactive).append(row)
    case.keys = [*dict.fromkeys(pair.key for pairs in leads for pair in pairs)]
    return case


def _leads(submission: Submission) -> Iterator[body.Pairs]:
    try:
        items = body.read(bytes(submission.body), submission.content_type).items
    except Problem:
        return
    yield from (item.content for item in items if not isinstance(item.content, Problem))


def _unknown_campaign(case: _Case) -> Iterator[Step]:
    for code in case.codes[:MOST_STEPS]:
        yield _new_row(case, code)
    for row in case.inactive[:MOST_STEPS]:
        text = _("Activate the Import API row “%(code)s”") % {"code": visible(row.external_code)}
        yield Step(text, page_of(case.request, row))


def _new_row(case: _Case, code: str) -> Step:
    user = case.submission.user
    if not code:
        text = _("The lead names no campaign. Leave one active Import API row to “%(user)s”, or have the code sent.")
        filtered = f"{reverse('admin:leads_importmapping_changelist')}?{urlencode({'q': user.username})}"
        return Step(text % {"user": user}, filtered if _may(case.request, ImportMapping, "view") else "")
    if len(code) > CODE_LENGTH:
        return Step(_("The code that was sent is longer than a code can be: the sender has to send another one."))
    text = _("Make an Import API row of “%(user)s” with the code “%(code)s”")
    return Step(text % {"user": user, "code": visible(code)}, _new_row_url(case.request, user, code))


def _new_row_url(request: HttpRequest, user: User, code: str) -> str:
    filled = urlencode({"user": user.pk, "external_code": code})
    url = f"{reverse('admin:leads_importmapping_add')}?{filled}"
    return url if _may(request, ImportMapping, "add") else ""


def _inactive_campaign(case: _Case) -> Iterator[Step]:
    for row in _once(row for row in case.rows if not row.campaign.active):
        text = _("Activate the campaign “%(campaign)s”") % {"campaign": row.campaign}
        yield Step(text, page_of(case.request, row.campaign))
        text = _("Send the leads of the Import API row “%(code)s” to another campaign")
        yield Step(text % {"code": visible(row.external_code)}, page_of(case.request, row))


def _missing_contact(case: _Case) -> Iterator[Step]:
    unknown = UnknownKey.objects.filter(mapping__in=case.rows, key__in=case.keys[: body.LEAD_FIELDS])
    keys = list(unknown.exclude(state=KeyState.KNOWN).order_by("-resembles", "key")[:MOST_STEPS])
    for key in keys:
        text = _("Say what the key “%(key)s” is: perhaps the phone or the e-mail is there")
        yield Step(text % {"key": visible(key.key)}, page_of(case.request, key))
    if not keys:
        yield Step(_("No key of the lead is waiting to be explained: the sender has to send a phone or an e-mail."))


def _duplicate_refused(case: _Case) -> Iterator[Step]:
    for row in _once(case.rows):
        text = _("Change what the campaign “%(campaign)s” does with duplicates") % {"campaign": row.campaign}
        yield Step(text, page_of(case.request, row.campaign))


def _token(case: _Case) -> Iterator[Step]:
    text = _("See the credentials of “%(user)s”: their networks, what they may do and their rate")
    yield Step(text % {"user": case.submission.user}, page_of(case.request, case.submission.user))


def _once(rows: Iterable[ImportMapping]) -> Sequence[ImportMapping]:
    """One row a campaign."""
    return [*{row.campaign_id: row for row in rows}.values()][:MOST_STEPS]


def _may(request: HttpRequest, model: type[Model], act: str) -> bool:
    return bool(getattr(site.get_model_admin(model), f"has_{act}_permission")(request))


_FOR_THE_SENDER: Mapping[str, StrOrPromise] = {
    MalformedRequest.type: gettext_lazy("Tell the sender to send one Authorization header and no token in the URL."),
    MalformedBody.type: gettext_lazy(
        "No set-up mends this. Tell the sender which place of the body can't be read, as named above, and to send it "
        "again once it is corrected."
    ),
    IdempotencyKeyInvalid.type: gettext_lazy(
        "Tell the sender to write the Idempotency-Key with 1 to 255 letters, digits or signs, without blanks and "
        "accents: a UUID for each lead will do."
    ),
    MethodNotAllowed.type: gettext_lazy("Tell the sender to send leads with POST."),
    NotAcceptable.type: gettext_lazy(
        "Tell the sender to write application/json in the Accept header, or no such header."
    ),
    IdempotencyKeyInUse.type: gettext_lazy(
        "The first request with this key was still being processed. Tell the sender to wait a moment and to repeat it."
    ),
    ContentTooLarge.type: gettext_lazy(
        "No set-up raises this limit. Tell the sender to send less at once: the limit that was passed is named above."
    ),
    UnsupportedMediaType.type: gettext_lazy(
        "Tell the sender to send JSON, a form or plain text, not compressed, and to say so in the Content-Type header."
    ),
    IdempotencyKeyReused.type: gettext_lazy(
        "Tell the sender to choose a new Idempotency-Key for each lead: this one came before with other data."
    ),
    TemporarilyUnavailable.type: gettext_lazy(
        "Neither the set-up nor the sender is at fault. Replay it; if it fails again, look into the log of the server."
    ),
}

_STEPS: Mapping[str, Callable[[_Case], Iterable[Step]]] = {
    UnknownCampaign.type: _unknown_campaign,
    CampaignInactive.type: _inactive_campaign,
    MissingContact.type: _missing_contact,
    DuplicateRefused.type: _duplicate_refused,
    AddressNotAllowed.type: _token,
    InsufficientScope.type: _token,
    TooManyRequests.type: _token,
}
