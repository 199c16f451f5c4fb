"""Rows for tests: the fewest columns that make sense, the rest as the models default them."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import factory
from django.contrib.auth.models import Permission
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts import services
from accounts.models import Credential, User
from accounts.roles import Role
from campaigns.enums import QuestionType
from campaigns.models import Campaign, Question
from easycall.ids import lowest_id
from leads.enums import EventKind, Outcome
from leads.models import ImportMapping, KeyAlias, Lead, LeadEvent, Submission, UnknownKey


class UserFactory(DjangoModelFactory[User]):
    """A technical account; `staff` and `admin` are people who may see the admin.

    `role=Role.SUPPORT` and `permissions=["campaigns.view_campaign"]` give them to it.
    """

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        staff = factory.Trait(username=factory.Sequence("person{}".format), is_staff=True)
        admin = factory.Trait(username=factory.Sequence("admin{}".format), is_staff=True, is_superuser=True)

    username = factory.Sequence("sender{}".format)
    password = factory.django.Password(None)

    @factory.post_generation
    def role(self: User, create: bool, extracted: Role | None, **kwargs: Any) -> None:
        if extracted:
            services.set_role(user=self, role=extracted, by=None)

    @factory.post_generation
    def permissions(self: User, create: bool, extracted: Sequence[str], **kwargs: Any) -> None:
        for name in extracted or ():
            app, codename = name.split(".")
            self.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))


class CredentialFactory(DjangoModelFactory[Credential]):
    """A live token, made as everybody makes one; its text is lost (use `services.create_token` to have it)."""

    class Meta:
        model = Credential

    class Params:
        expired = factory.Trait(
            created_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=2)),
            expires_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=1)),
        )
        revoked = factory.Trait(revoked_at=factory.LazyFunction(timezone.now))

    user = factory.SubFactory(UserFactory)
    label = ""
    networks = factory.LazyFunction(list)
    requests_per_minute = None

    @classmethod
    def _create(cls, model_class: type[Credential], *args: Any, **kwargs: Any) -> Credential:
        made = {name: kwargs.pop(name) for name in ("user", "label", "networks", "requests_per_minute")}
        credential, _ = services.create_token(by=kwargs.pop("created_by", None), **made)
        for name, value in kwargs.items():
            setattr(credential, name, value)
        credential.save()
        return credential


class CampaignFactory(DjangoModelFactory[Campaign]):
    class Meta:
        model = Campaign

    name = factory.Sequence("Campaign {}".format)


class QuestionFactory(DjangoModelFactory[Question]):
    """A text question that every campaign asks; `campaigns=[...]` limits it, `choices=[...]` makes it a choice."""

    class Meta:
        model = Question
        skip_postgeneration_save = True

    key = factory.Sequence("question_{}".format)
    label = factory.Sequence("Question {}".format)
    choices = factory.LazyFunction(list)
    type = factory.LazyAttribute(lambda question: QuestionType.CHOICE if question.choices else QuestionType.TEXT)

    @factory.post_generation
    def campaigns(self: Question, create: bool, extracted: Any, **kwargs: Any) -> None:
        if extracted:
            self.campaigns.set(extracted)


class ImportMappingFactory(DjangoModelFactory[ImportMapping]):
    class Meta:
        model = ImportMapping

    user = factory.SubFactory(UserFactory)
    external_code = factory.Sequence("code_{}".format)
    campaign = factory.SubFactory(CampaignFactory)


def id_at(moment: datetime) -> UUID:
    """An id as it would have been made at a moment."""
    return UUID(int=lowest_id(moment).int | 7 << 76 | 2 << 62 | secrets.randbits(62))


def _with_id(kwargs: dict[str, Any], column: str) -> dict[str, Any]:
    """What came at a moment has its id of that moment too."""
    return {"id": id_at(kwargs[column]), **kwargs} if column in kwargs else kwargs


class SubmissionFactory(DjangoModelFactory[Submission]):
    """An accepted JSON lead. `rejected` is one that its campaign code turned away."""

    class Meta:
        model = Submission

    class Params:
        rejected = factory.Trait(
            outcome=Outcome.REJECTED, status=422, problem="unknown-campaign", created_count=0, rejected_count=1
        )

    credential = factory.SubFactory(CredentialFactory)
    user = factory.SelfAttribute("credential.user")
    remote_address = "192.0.2.10"
    method = "POST"
    path = "/easycall/spring"
    content_type = "application/json"
    body = b'{"nombre": "Luc\xc3\xada", "telefono_movil": "600 11 12 22"}'
    outcome = Outcome.ACCEPTED
    status = 201
    problem = ""
    created_count = 1
    answer = "{}"

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        return _with_id(kwargs, "received_at")


class LeadFactory(DjangoModelFactory[Lead]):
    """A lead of its own submission, both of one mapping."""

    class Meta:
        model = Lead

    mapping = factory.SubFactory(ImportMappingFactory)
    campaign = factory.SelfAttribute("mapping.campaign")
    submission = factory.SubFactory(
        SubmissionFactory,
        mapping=factory.SelfAttribute("..mapping"),
        credential__user=factory.SelfAttribute("..mapping.user"),
    )
    nome = "Lucía"
    telefono_mobile = "+34600111222"
    telefono_mobile_sent = "600 11 12 22"

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        return _with_id(kwargs, "created_at")


class LeadEventFactory(DjangoModelFactory[LeadEvent]):
    class Meta:
        model = LeadEvent

    lead = factory.SubFactory(LeadFactory)
    kind = EventKind.CREATED
    submission = factory.SelfAttribute("lead.submission")


class UnknownKeyFactory(DjangoModelFactory[UnknownKey]):
    class Meta:
        model = UnknownKey

    mapping = factory.SubFactory(ImportMappingFactory)
    key = factory.Sequence("unknown {}".format)
    first_seen = last_seen = factory.LazyFunction(timezone.now)
    samples = "x"


class KeyAliasFactory(DjangoModelFactory[KeyAlias]):
    """Another name of the first name."""

    class Meta:
        model = KeyAlias

    mapping = factory.SubFactory(ImportMappingFactory, has_aliases=True)
    key = factory.Sequence("alias_{}".format)
    field = "nome"
