"""Something to see at every URL."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from accounts.models import Refusal
from leads import share_links
from leads.models import Export, Fill
from tests.factories import (
    CredentialFactory,
    LeadFactory,
    QuestionFactory,
    SubmissionFactory,
    UnknownKeyFactory,
    UserFactory,
)


def make_things() -> Mapping[str, Any]:
    """The keys of a row of each kind, by the name of its model."""
    lead, credential, unknown = LeadFactory(), CredentialFactory(), UnknownKeyFactory()
    fill = Fill.objects.create(unknown_key=unknown, by=UserFactory(admin=True))
    link, share_link = share_links.make(mapping=lead.mapping, days=7, by=UserFactory(admin=True))
    refusal = Refusal.objects.create(day=date(2026, 1, 1), reason="invalid-token")
    return {
        "lead": lead.pk,
        "own_submission": lead.submission_id,
        "share_link": share_link,
        "share_link_id": link.pk,
        "importmapping": lead.mapping_id,
        "campaign": lead.campaign_id,
        "question": QuestionFactory().pk,
        "submission": SubmissionFactory(rejected=True).pk,
        "credential": credential.pk,
        "user": credential.user_id,
        "unknownkey": unknown.pk,
        "fill": fill.pk,
        "refusal": refusal.pk,
        "export": Export.objects.create(by=UserFactory(admin=True), list_name="lead", format="csv").pk,
    }
