"""The first steps of an installation: what is there already, and the form of what is not."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.enums import CredentialType, Scope
from accounts.models import Credential, User
from campaigns.models import Campaign, Question
from easycall.admin import FIRST_STEPS
from easycall.text import suggest_key
from leads.models import ImportMapping, Lead

MAY_SET_UP = "leads.add_importmapping"


class Found:
    """What there is of each thing, the newest where there are several. A query each, asked once."""

    @cached_property
    def credential(self) -> Credential | None:
        """One that can send leads now."""
        tokens = Credential.objects.live().filter(type=CredentialType.TOKEN, scopes__contains=Scope.INTAKE)
        return tokens.select_related("user").defer("digest").order_by("-pk").first()

    @cached_property
    def user(self) -> User | None:
        """Whose token it is, or else a technical account."""
        newest = User.objects.filter(is_staff=False, is_active=True).order_by("-pk").first()
        return self.credential.user if self.credential else newest

    @cached_property
    def campaign(self) -> Campaign | None:
        return Campaign.objects.filter(active=True).order_by("-pk").first()

    @cached_property
    def question(self) -> Question | None:
        return Question.objects.order_by("-pk").first()

    @cached_property
    def mapping(self) -> ImportMapping | None:
        open_rows = ImportMapping.objects.filter(active=True, campaign__active=True, user__is_active=True)
        return open_rows.select_related("user", "campaign").order_by("-pk").first()

    @cached_property
    def lead(self) -> Lead | None:
        return Lead.objects.only("pk").order_by("-pk").first()


@dataclass(frozen=True, slots=True)
class Step:
    """`thing` is what was made, "" while it is missing; `address` is the form that makes it, "" without one.

    `needs` says what has to come first, where that is not there yet.
    """

    name: str
    title: StrOrPromise
    text: StrOrPromise
    thing: str = ""
    address: str = ""
    button: StrOrPromise = ""
    needs: StrOrPromise = ""
    is_optional: bool = False

    @property
    def is_done(self) -> bool:
        return bool(self.thing)


def steps_of(request: HttpRequest, found: Found) -> list[Step]:
    """All of them in order. Six queries."""
    return [
        Step(
            "user",
            _("User"),
            _("A technical account for whoever will send leads: a landing page, an agency, a CRM."),
            _name(found.user),
            _form(request, "accounts.add_user", "admin:accounts_user_add"),
            _("New user"),
        ),
        _token(request, found),
        Step(
            "campaign",
            _("Campaign"),
            _("Where the leads go to be called."),
            _name(found.campaign),
            _form(request, "campaigns.add_campaign", "admin:campaigns_campaign_add"),
            _("New campaign"),
        ),
        Step(
            "questions",
            _("Questions"),
            _("What a lead tells beside name, phone, e-mail and address. You can go on without any."),
            _name(found.question),
            _form(request, "campaigns.add_question", "admin:campaigns_question_add"),
            _("New question"),
            is_optional=True,
        ),
        _mapping(request, found),
        Step(
            "lead",
            _("First lead"),
            _("Send one with this line, as whoever sends leads would."),
            str(found.lead.pk) if found.lead else "",
            needs="" if found.mapping else _("First it needs an Import API."),
        ),
    ]


def _token(request: HttpRequest, found: Found) -> Step:
    address = ""
    if found.user:
        address = _form(request, "accounts.add_credential", "admin:accounts_credential_add", found.user.pk)
    return Step(
        "token",
        _("Token"),
        _("What the user sends leads with. It is made along with the user, and shown once."),
        found.credential.label or f"{found.credential.prefix}…" if found.credential else "",
        address,
        _("Add advanced credential"),
        "" if found.user else _("First it needs a user."),
    )


def _mapping(request: HttpRequest, found: Found) -> Step:
    is_ready = found.credential and found.campaign
    known = _known(found.credential, found.campaign) if found.credential and found.campaign else {}
    return Step(
        "mapping",
        _("Import API"),
        _("Leads that come from the user with a code go to the campaign."),
        _name(found.mapping),
        _form(request, MAY_SET_UP, "admin:leads_importmapping_add", **known) if is_ready else "",
        _("New Import API"),
        "" if is_ready else _("First it needs a user with a token, and a campaign."),
    )


def _known(credential: Credential, campaign: Campaign) -> Mapping[str, str]:
    """What the form is filled in with."""
    code = suggest_key(campaign.name)
    return {"user": str(credential.user_id), "campaign": str(campaign.pk), "external_code": code}


def _name(row: Model | None) -> str:
    return str(row) if row else ""


def _form(request: HttpRequest, permission: str, view: str, *args: int, **known: str) -> str:
    """The address of a form that leads back here, with what is `known` filled in; "" for who may not use it."""
    if not request.user.has_perm(permission):
        return ""
    return f"{reverse(view, args=args)}?{urlencode({**known, FIRST_STEPS: 1})}"
