"""Requests that somebody tries from the page of an Import API row: what they would get, or test leads."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.enums import CredentialType, Scope
from accounts.models import Credential, User
from leads.intake import Answer, Delivery, receive
from leads.models import ImportMapping, Lead, LeadEvent, Submission

PATH = "/easycall/spring"


def explain(*, mapping: ImportMapping, body: bytes, content_type: str) -> Answer:
    """The answer that this body would get from the user of the row. Nothing is written."""
    return receive(_delivery(Credential(user=mapping.user), body, content_type, explain=True))


def token_of(mapping: ImportMapping) -> Credential | None:
    """The newest live token of the row's user that may send leads, under which its tests are journalled."""
    tokens = Credential.objects.live().filter(
        user=mapping.user_id, type=CredentialType.TOKEN, scopes__contains=Scope.INTAKE
    )
    return tokens.order_by("-pk").first()


def send(*, mapping: ImportMapping, credential: Credential, body: bytes, content_type: str, by: User) -> Answer:
    """The same, for real: it is journalled, and its leads are tests."""
    if credential.user_id != mapping.user_id:
        raise ValueError("The token is another user's.")
    return receive(_delivery(credential, body, content_type, tested_by_id=by.pk))


def _delivery(
    credential: Credential, body: bytes, content_type: str, *, explain: bool = False, tested_by_id: int | None = None
) -> Delivery:
    return Delivery(
        credential=credential,
        raw=body,
        content_type=content_type,
        method="POST",
        path=PATH,
        query="",
        url_code="",
        remote_address=None,
        explain=explain,
        tested_by_id=tested_by_id,
    )


@transaction.atomic
def remove(*, leads: QuerySet[Lead], by: User) -> int:
    """Delete those that are tests, with the submissions that made nothing else, and note who did. Returns how many.

    One that another lead is a duplicate of stays: it was no test when that one came. So does one that came in as a
    lead and was marked by hand: what a sender was told is stored is not to be lost by a slip.
    """
    sent_as_tests = leads.filter(is_test=True, submission__tested_by__isnull=False)
    tests = sent_as_tests.exclude(Exists(Lead.objects.filter(duplicate_of=OuterRef("pk"))))
    chosen = list(tests.order_by("pk").values_list("pk", "submission"))
    ids = [lead for lead, _ in chosen]
    _note(ids, by)
    Lead.objects.filter(pk__in=ids).delete()
    this = OuterRef("pk")
    in_use = Exists(Lead.objects.filter(submission=this)) | Exists(LeadEvent.objects.filter(submission=this))
    made = Submission.objects.filter(pk__in={submission for _, submission in chosen}, tested_by__isnull=False)
    made.exclude(in_use).delete()
    return len(ids)


def _note(ids: Sequence[UUID], by: User) -> None:
    """By their ids: the names of people are not to outlive them."""
    kind = ContentType.objects.get_for_model(Lead)
    LogEntry.objects.bulk_create(
        LogEntry(user=by, content_type=kind, object_id=str(pk), object_repr=str(pk), action_flag=DELETION) for pk in ids
    )
