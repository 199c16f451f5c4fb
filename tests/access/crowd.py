"""More of everything that a page may list."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from accounts.models import Refusal, User
from campaigns.models import Campaign, Question
from leads import share_links
from leads.models import Export, Fill, ImportMapping, Lead, SavedFilter, Submission, UnknownKey
from tests.factories import (
    CredentialFactory,
    KeyAliasFactory,
    LeadEventFactory,
    LeadFactory,
    QuestionFactory,
    SubmissionFactory,
    UnknownKeyFactory,
    UserFactory,
)


def crowd(things: Mapping[str, Any], reader: User, numbers: range) -> None:
    """So many more of each, also of what hangs from the things: credentials of the user, leads of the submission."""
    user, mapping = User.objects.get(pk=things["user"]), ImportMapping.objects.get(pk=things["importmapping"])
    lead, by = Lead.objects.get(pk=things["lead"]), UserFactory(admin=True)
    unknown = UnknownKey.objects.get(pk=things["unknownkey"])
    rejected = Submission.objects.get(pk=things["submission"])
    for each in numbers:
        CredentialFactory(user=user, label=f"token {each}")
        CredentialFactory(user=mapping.user)
        QuestionFactory(campaigns=[lead.campaign])
        _lead(lead, each)
        LeadFactory(submission=rejected, mapping=mapping, item=each + 1, telefono_mobile=f"+346001{each:05}")
        LeadFactory(telefono_mobile=f"+346002{each:05}", answers={"piso": "1"}, warning_codes="invalid_phone")
        SubmissionFactory(rejected=True, mapping=mapping, credential__user=mapping.user)
        UnknownKeyFactory()
        UnknownKeyFactory(mapping=mapping)
        KeyAliasFactory(mapping=mapping)
        Fill.objects.create(unknown_key=unknown, by=by, finished_at=unknown.first_seen)
        share_links.make(mapping=mapping, days=7, by=by)
        Refusal.objects.create(day=date(2026, 1, 1) - timedelta(days=each + 1), reason="invalid-token")
        Export.objects.create(by=by, list_name="lead", format="csv", query=f"campaign__id__exact={lead.campaign_id}")
        for name in ("lead", "submission"):
            SavedFilter.objects.create(owner=reader, list_name=name, name=f"{by} {each}", query="q=x")
    _change(
        len(numbers),
        user,
        mapping,
        Campaign.objects.get(pk=things["campaign"]),
        Question.objects.get(pk=things["question"]),
    )


def _lead(lead: Lead, each: int) -> None:
    """One that came with it, a duplicate of it, and a line of its history."""
    LeadFactory(submission=lead.submission, mapping=lead.mapping, item=each + 1, telefono_mobile=f"+346003{each:05}")
    LeadFactory(mapping=lead.mapping, duplicate_of=lead, duplicate_rules="mobile")
    LeadEventFactory(lead=lead, submission=SubmissionFactory(mapping=lead.mapping))


def _change(number: int, *rows: Any) -> None:
    for row in rows:
        for _ in range(number):
            row.save()
