from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from leads.enums import EventKind, Outcome
from leads.models import Fill, IdempotencyKey, KeyAlias, Lead, LeadEvent, UnknownKey
from tests.factories import (
    ImportMappingFactory,
    KeyAliasFactory,
    LeadEventFactory,
    LeadFactory,
    QuestionFactory,
    SubmissionFactory,
    UnknownKeyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NO_CONTACT = {"telefono_mobile": "", "telefono_mobile_sent": ""}


def test_submission_has_one_lead_an_item() -> None:
    lead = LeadFactory.create(item=3)
    with pytest.raises(IntegrityError):
        LeadFactory.create(submission=lead.submission, mapping=lead.mapping, item=3)


def test_item_is_not_negative() -> None:
    with pytest.raises(IntegrityError):
        LeadFactory.create(item=-1)


def test_lead_has_a_phone_or_an_email() -> None:
    with pytest.raises(IntegrityError):
        LeadFactory.create(**NO_CONTACT)


@pytest.mark.parametrize("column", ["telefono_fisso", "telefono_mobile", "altro_telefono", "telefono", "email"])
def test_one_contact_of_any_kind_is_enough(column: str) -> None:
    assert LeadFactory.create(**{**NO_CONTACT, column: "12"}).pk


def test_lead_goes_by_its_name_or_by_its_contact() -> None:
    assert str(Lead(nome="Lucía", cognome="García", email="a@example.com")) == "Lucía García"
    assert str(Lead(nome="L", nome_completo="Lucía García")) == "Lucía García"
    assert str(Lead(telefono="+34912345678", email="a@example.com")) == "+34912345678"


def test_kind_of_an_event_is_known() -> None:
    with pytest.raises(IntegrityError):
        LeadEventFactory.create(kind="lost")


def test_event_can_not_be_changed() -> None:
    event = LeadEventFactory.create()
    event.data = {"changed": True}
    with pytest.raises(TypeError, match="append-only"):
        event.save()
    assert LeadEvent.objects.get().data == {}


def test_event_can_not_be_deleted() -> None:
    event = LeadEventFactory.create()
    with pytest.raises(TypeError, match="append-only"):
        event.delete()
    assert LeadEvent.objects.count() == 1


def test_event_says_when_and_what() -> None:
    event = LeadEventFactory.create()
    assert str(event) == f"{event.at:%Y-%m-%d %H:%M} {EventKind.CREATED.label}"


def test_user_has_a_code_once() -> None:
    mapping = ImportMappingFactory.create()
    with pytest.raises(IntegrityError):
        ImportMappingFactory.create(user=mapping.user, external_code=mapping.external_code)


def test_two_users_may_have_the_same_code() -> None:
    assert ImportMappingFactory.create(external_code=ImportMappingFactory.create().external_code).pk


@pytest.mark.parametrize("code", ["", "two words", " before", "after ", "tab\t", "line\n", "line\nfeed"])
def test_code_has_no_blanks(code: str) -> None:
    with pytest.raises(IntegrityError):
        ImportMappingFactory.create(external_code=code)


def test_outcome_is_known() -> None:
    with pytest.raises(IntegrityError):
        SubmissionFactory.create(outcome="lost", problem="malformed-body", created_count=0)


@pytest.mark.parametrize(
    ("outcome", "problem"),
    [
        (Outcome.ACCEPTED, "malformed-body"),
        (Outcome.PARTIAL, ""),
        (Outcome.REJECTED, ""),
        (Outcome.FAILED, ""),
    ],
)
def test_submission_has_a_problem_unless_it_was_accepted(outcome: Outcome, problem: str) -> None:
    with pytest.raises(IntegrityError):
        SubmissionFactory.create(outcome=outcome, problem=problem, created_count=0)


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.FAILED])
@pytest.mark.parametrize("count", ["created_count", "duplicate_count"])
def test_refused_submission_made_no_lead(count: str, outcome: Outcome) -> None:
    with pytest.raises(IntegrityError):
        SubmissionFactory.create(outcome=outcome, problem="malformed-body", **{"created_count": 0, count: 1})


@pytest.mark.parametrize("columns", [{"first_status": 422}, {"first_answer": "{}"}, {"replayed_at": timezone.now()}])
def test_first_answer_is_kept_when_it_was_replayed_and_only_then(columns: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        SubmissionFactory.create(**columns)


@pytest.mark.parametrize(
    "column",
    [
        {"body": b"x"},
        {"answer": "{}"},
        {"first_answer": "{}", "first_status": 422, "replayed_at": timezone.now()},
        {"query": "x"},
        {"idempotency_key": "k"},
        {"remote_address": "192.0.2.1"},
    ],
)
def test_pruned_submission_has_nothing_of_what_was_said(column: dict[str, Any]) -> None:
    nothing = {"pruned_at": timezone.now(), "body": b"", "answer": "", "remote_address": None}
    assert SubmissionFactory.create(**nothing).pk
    with pytest.raises(IntegrityError):
        SubmissionFactory.create(**{**nothing, **column})


@pytest.mark.parametrize("counts", [{"created_count": -1}, {"rejected_count": -1}, {"status": -1}])
def test_counts_of_a_submission_are_not_negative(counts: dict[str, int]) -> None:
    with pytest.raises(IntegrityError):
        SubmissionFactory.create(**counts)


@pytest.mark.parametrize("path", ["submission", "submission.credential", "submission.user", "mapping", "campaign"])
def test_what_a_lead_came_from_stays(path: str) -> None:
    row: Any = LeadFactory.create()
    for name in path.split("."):
        row = getattr(row, name)
    with pytest.raises(ProtectedError):
        row.delete()


@pytest.mark.parametrize("name", ["submission", "mapping", "campaign"])
def test_database_itself_keeps_what_a_lead_came_from(name: str) -> None:
    row = getattr(LeadFactory.create(), name)
    with pytest.raises(IntegrityError):
        _delete_behind_django(row)


def _delete_behind_django(row: models.Model) -> None:
    rows = type(row)._default_manager.filter(pk=row.pk)
    with transaction.atomic():
        rows._raw_delete(rows.db)
        # Foreign keys are looked at when a transaction ends, which in a test it does not.
        connection.check_constraints()


def test_external_id_is_one_lead_of_its_import_api() -> None:
    lead = LeadFactory.create(external_id="crm-7")
    LeadFactory.create(external_id="crm-7")
    LeadFactory.create_batch(2, external_id="", mapping=lead.mapping)
    with pytest.raises(IntegrityError):
        LeadFactory.create(external_id="crm-7", mapping=lead.mapping)


@pytest.mark.parametrize("column", [{"key": ""}, {"fingerprint": "short"}, {}])
def test_idempotency_key_is_one_of_its_user_and_has_a_fingerprint(column: dict[str, str]) -> None:
    submission = SubmissionFactory.create()
    row = {"user": submission.user, "key": "k", "fingerprint": "f" * 64, "submission": submission}
    IdempotencyKey.objects.create(**row)
    with pytest.raises(IntegrityError):
        IdempotencyKey.objects.create(**{**row, "key": "other", **column} if column else row)


def test_unknown_key_is_one_row_of_its_import_api() -> None:
    row = UnknownKeyFactory.create()
    UnknownKeyFactory.create(key=row.key)
    with pytest.raises(IntegrityError):
        UnknownKeyFactory.create(key=row.key, mapping=row.mapping)


@pytest.mark.parametrize("column", [{"state": "lost"}, {"count": 0}])
def test_unknown_key_came_in_and_has_a_state(column: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        UnknownKeyFactory.create(**column)


@pytest.mark.parametrize("column", [{"key": ""}, {"key": "nombre"}, {"key": "id"}, {"field": ""}, {"field": "lost"}])
def test_alias_has_a_free_key_and_a_target(column: dict[str, str]) -> None:
    with pytest.raises(IntegrityError):
        KeyAliasFactory.create(**column)


def test_alias_has_one_target_and_is_one_of_its_import_api() -> None:
    alias = KeyAliasFactory.create(field="", question=QuestionFactory.create())
    assert str(alias) == f"{alias.key} → {alias.question.key}"
    with pytest.raises(IntegrityError), transaction.atomic():
        KeyAliasFactory.create(field="nome", question=alias.question)
    with pytest.raises(IntegrityError):
        KeyAliasFactory.create(key=alias.key, mapping=alias.mapping)


def test_alias_goes_with_its_question_and_its_import_api() -> None:
    alias = KeyAliasFactory.create(field="", question=QuestionFactory.create())
    alias.question.delete()
    KeyAliasFactory.create().mapping.delete()
    assert not KeyAlias.objects.exists()


def _fill(**columns: Any) -> Fill:
    return Fill.objects.create(**{"unknown_key": UnknownKeyFactory.create(), "by": UserFactory.create(), **columns})


def test_one_filling_of_a_key_runs_at_a_time() -> None:
    fill = _fill()
    with pytest.raises(IntegrityError):
        _fill(unknown_key=fill.unknown_key)


@pytest.mark.parametrize("column", ["undone_at", "restored_count", "changed_count"])
def test_filling_is_undone_by_somebody(column: str) -> None:
    value = UnknownKeyFactory.create().last_seen if column == "undone_at" else 1
    with pytest.raises(IntegrityError):
        _fill(**{column: value})


def test_unknown_key_is_called_by_its_name() -> None:
    assert str(UnknownKey(key="Raro")) == "Raro"
    assert str(_fill(target="nome")).endswith("→ nome")


@pytest.mark.parametrize("rules", ["", "colour", "phone colour", "phone ", " phone", "phone\n"])
def test_marked_duplicate_says_by_which_rules(rules: str) -> None:
    first = LeadFactory.create()
    LeadFactory.create(duplicate_of=first, duplicate_rules="phone email")
    with pytest.raises(IntegrityError):
        LeadFactory.create(duplicate_of=first, duplicate_rules=rules)


def test_lead_that_is_no_duplicate_has_no_rules() -> None:
    with pytest.raises(IntegrityError):
        LeadFactory.create(duplicate_rules="phone")


def test_lead_is_no_duplicate_of_itself() -> None:
    lead = LeadFactory.create()
    lead.duplicate_of, lead.duplicate_rules = lead, "phone"
    with pytest.raises(IntegrityError):
        lead.save()


def test_lead_that_has_duplicates_stays() -> None:
    lead = LeadFactory.create()
    LeadFactory.create(duplicate_of=lead, duplicate_rules="phone")
    with pytest.raises(ProtectedError):
        lead.delete()


@pytest.mark.postgresql
def test_journal_is_compressed_by_lz4() -> None:
    SubmissionFactory(answer="as long as that of a batch " * 1000)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_column_compression(answer) FROM leads_submission")
        assert cursor.fetchall() == [("lz4",)]
