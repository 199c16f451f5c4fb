"""Leads and submissions as JSON. Nothing here writes."""

import json
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from campaigns.fields import FIELDS, PHONE_FIELDS
from campaigns.models import Campaign
from leads.models import Lead, LeadEvent, Submission

_WORDS = {"type": "array", "items": {"type": "string"}}
_ANSWER = {"type": ["object", "null"], "description": "The receipt, the answer to a batch, or the problem."}


class CampaignSerializer(serializers.ModelSerializer[Campaign]):
    class Meta:
        model = Campaign
        fields = ("id", "name")


class FieldsSerializer(serializers.ModelSerializer[Lead]):
    """The predefined fields in their normal form, or as sent where they are doubtful; empty ones are ""."""

    class Meta:
        model = Lead
        fields = tuple(FIELDS)


class AsSentSerializer(serializers.Serializer[Lead]):
    """The phones as they were sent."""

    def get_fields(self) -> dict[str, Any]:
        return {name: serializers.CharField(source=f"{name}_sent") for name in PHONE_FIELDS}


class StoredLeadSerializer(serializers.ModelSerializer[Lead]):
    received_at = serializers.DateTimeField(source="created_at")
    campaign = CampaignSerializer()
    import_api = serializers.CharField(source="mapping.external_code")
    sender = serializers.CharField(source="mapping.user.username")
    submission = serializers.UUIDField(source="submission_id")
    duplicate_of = serializers.UUIDField(source="duplicate_of_id", allow_null=True)
    duplicate_rules = serializers.SerializerMethodField()
    fields = FieldsSerializer(source="*")  # type: ignore[assignment]  # REST framework takes it out of the class
    as_sent = AsSentSerializer(source="*")

    class Meta:
        model = Lead
        fields = (
            *("id", "received_at", "campaign", "import_api", "sender", "submission", "item"),
            *("state", "is_test", "duplicate_of", "duplicate_rules", "external_id", "channel", "consent"),
            *("fields", "as_sent", "answers", "kept_aside", "warnings"),
        )
        # So that the document says that each is always there, whatever a form would do without.
        read_only_fields = fields

    @extend_schema_field(_WORDS)
    def get_duplicate_rules(self, lead: Lead) -> list[str]:
        return lead.duplicate_rules.split()


class EventSerializer(serializers.ModelSerializer[LeadEvent]):
    by = serializers.CharField(source="by.username", allow_null=True, default=None)
    submission = serializers.UUIDField(source="submission_id", allow_null=True)

    class Meta:
        model = LeadEvent
        fields = ("at", "kind", "by", "submission", "data")


class StoredLeadDetailSerializer(StoredLeadSerializer):
    history = EventSerializer(source="events", many=True)

    class Meta:
        model = Lead
        fields = (*StoredLeadSerializer.Meta.fields, "history")
        read_only_fields = fields


class SubmissionSerializer(serializers.ModelSerializer[Submission]):
    sender = serializers.CharField(source="user.username")
    credential = serializers.CharField(source="credential.prefix")
    import_api = serializers.CharField(source="mapping.external_code", allow_null=True, default=None)
    problems = serializers.SerializerMethodField()
    repeats = serializers.UUIDField(source="repeats_id", allow_null=True)

    class Meta:
        model = Submission
        fields = (
            *("id", "received_at", "sender", "credential", "import_api", "remote_address"),
            *("method", "path", "content_type", "outcome", "status", "problems"),
            *("created_count", "duplicate_count", "updated_count", "repeated_count", "rejected_count"),
            *("repeats", "first_status", "replayed_at", "pruned_at"),
        )

    @extend_schema_field(_WORDS)
    def get_problems(self, submission: Submission) -> list[str]:
        return submission.problem.split()


class SubmissionDetailSerializer(SubmissionSerializer):
    """With its answer: of one that was replayed the latest, and beside it what the sender was told."""

    answer = serializers.SerializerMethodField()
    first_answer = serializers.SerializerMethodField()

    class Meta:
        model = Submission
        fields = (*SubmissionSerializer.Meta.fields, "answer", "first_answer")

    @extend_schema_field(_ANSWER)
    def get_answer(self, submission: Submission) -> Any:
        return _document(submission.answer)

    @extend_schema_field(_ANSWER)
    def get_first_answer(self, submission: Submission) -> Any:
        return _document(submission.first_answer)


def _document(text: str) -> Any:
    """An answer, null where there is none or where it was deleted."""
    return json.loads(text) if text else None
