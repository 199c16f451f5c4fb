from threading import Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import override

from accounts.models import User
from leads import fills, unknown_keys
from leads.enums import EventKind, KeyState
from leads.models import Fill, FilledLead, ImportMapping, Lead, LeadEvent, UnknownKey
from leads.queries import search
from tests.factories import (
    CampaignFactory,
    ImportMappingFactory,
    LeadFactory,
    QuestionFactory,
    UnknownKeyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

KEY = "Su Apellido"


@pytest.fixture
def mapping() -> ImportMapping:
    return ImportMappingFactory.create()


@pytest.fixture
def by() -> User:
    return UserFactory.create(staff=True)


@pytest.fixture
def unknown(mapping: ImportMapping, by: User) -> UnknownKey:
    """A key that is another name of the last name since a moment ago."""
    return alias(mapping, by, KEY, "cognome")


def alias(mapping: ImportMapping, by: User, key: str, target: str) -> UnknownKey:
    row = UnknownKeyFactory.create(mapping=mapping, key=key)
    unknown_keys.make_alias(unknown=row, target=target, by=by)
    return row


def aside(value: Any = "Núñez", reason: str = "unknown_key") -> dict[str, Any]:
    return {"value": value, "reason": reason}


def lead_with(mapping: ImportMapping, value: Any = "Núñez", key: str = KEY, **columns: Any) -> Lead:
    kept_aside = {key: aside(value), "utm": aside("ads")}
    return LeadFactory.create(mapping=mapping, **{"kept_aside": kept_aside, **columns})


def test_a_blank_field_gets_what_was_kept_aside(mapping: ImportMapping, by: User, unknown: UnknownKey) -> None:
    lead = lead_with(mapping)
    done = fills.fill(unknown=unknown, by=by)
    lead.refresh_from_db()
    assert (lead.cognome, lead.kept_aside) == ("Núñez", {"utm": aside("ads")})
    assert (done.target, done.by, done.filled_count, done.left_count) == ("cognome", by, 1, 0)
    assert done.finished_at is not None


def test_the_history_says_what_was_filled_and_by_whom(mapping: ImportMapping, by: User, unknown: UnknownKey) -> None:
    lead_with(mapping)
    fills.fill(unknown=unknown, by=by)
    event = LeadEvent.objects.get()
    assert (event.kind, event.by, event.submission) == (EventKind.FILLED, by, None)
    assert event.data == {"fields": {"cognome": ["", "Núñez"]}, "kept_aside": {KEY: [aside(), None]}}


def test_a_filled_name_is_found_and_after_undoing_it_is_not(
    mapping: ImportMapping, by: User, unknown: UnknownKey
) -> None:
    lead_with(mapping)
    done = fills.fill(unknown=unknown, by=by)
    assert search(Lead.objects.all(), "nunez").exists()
    fills.undo(fill=done, by=by)
    assert not search(Lead.objects.all(), "nunez").exists()


def test_a_lead_with_another_value_keeps_it_and_its_key(mapping: ImportMapping, by: User, unknown: UnknownKey) -> None:
    lead = lead_with(mapping, cognome="García")
    done = fills.fill(unknown=unknown, by=by)
    assert (done.filled_count, done.left_count) == (0, 1)
    lead.refresh_from_db()
    assert (lead.cognome, lead.kept_aside[KEY]) == ("García", aside())
    assert not LeadEvent.objects.exists()


@pytest.mark.parametrize("kept", [{KEY: aside({"a": 1})}, {KEY: aside(reason="not_a_scalar")}, {"utm": aside()}, {}])
def test_what_is_no_value_of_the_key_is_left_alone(
    mapping: ImportMapping, by: User, unknown: UnknownKey, kept: dict[str, Any]
) -> None:
    lead = lead_with(mapping, kept_aside=kept)
    assert fills.fill(unknown=unknown, by=by).filled_count == 0
    lead.refresh_from_db()
    assert (lead.cognome, lead.kept_aside) == ("", kept)


def test_leads_of_another_import_api_are_left_alone(mapping: ImportMapping, by: User, unknown: UnknownKey) -> None:
    lead_with(ImportMappingFactory.create())
    assert fills.fill(unknown=unknown, by=by).filled_count == 0


def test_every_spelling_is_filled(mapping: ImportMapping, by: User, unknown: UnknownKey) -> None:
    UnknownKeyFactory.create(mapping=mapping, key="su-apellido")
    lead_with(mapping)
    lead_with(mapping, key="su-apellido")
    assert fills.preview(unknown, samples=5).filled == 2
    assert fills.fill(unknown=unknown, by=by).filled_count == 2
    assert {lead.cognome for lead in Lead.objects.all()} == {"Núñez"}
    assert set(UnknownKey.objects.values_list("state", flat=True)) == {KeyState.KNOWN}


def test_values_are_read_as_the_intake_reads_them(mapping: ImportMapping, by: User) -> None:
    row = alias(mapping, by, "fono", "telefono")
    good, doubtful = lead_with(mapping, "600 33 44 55", "fono"), lead_with(mapping, "12", "fono")
    fills.fill(unknown=row, by=by)
    good.refresh_from_db()
    doubtful.refresh_from_db()
    assert (good.telefono, good.telefono_sent, good.warning_codes) == ("+34600334455", "600 33 44 55", "")
    assert (doubtful.telefono, doubtful.warning_codes) == ("12", "invalid_phone")
    assert doubtful.warnings[0]["key"] == "fono"


def test_values_are_read_with_the_country_of_the_leads_own_campaign(mapping: ImportMapping, by: User) -> None:
    row = alias(mapping, by, "fono", "telefono")
    lead = lead_with(mapping, "06 6982 0000", "fono", campaign=CampaignFactory.create(country="IT"))
    fills.fill(unknown=row, by=by)
    lead.refresh_from_db()
    assert lead.telefono == "+390669820000"


def test_an_answer_is_filled_and_is_not_missing_any_more(mapping: ImportMapping, by: User) -> None:
    QuestionFactory.create(key="metros", type="number", required=True)
    row = alias(mapping, by, "m²", "metros")
    missing = {"key": "metros", "code": "missing_answer", "detail": "-"}
    lead = lead_with(mapping, "80,5", "m²", warnings=[missing], warning_codes="missing_answer")
    assert fills.preview(row, samples=1).samples[0].then == "80.5"
    done = fills.fill(unknown=row, by=by)
    lead.refresh_from_db()
    assert (lead.answers, lead.warnings, lead.warning_codes) == ({"metros": "80.5"}, [], "")
    fills.undo(fill=done, by=by)
    lead.refresh_from_db()
    assert (lead.answers, lead.warnings, lead.warning_codes) == ({}, [missing], "missing_answer")


@pytest.mark.parametrize("key", ['a"b', "año", "a.b", "12", "$", "k[2]", "'", "\\u00f1", "{}", "ключ"])
def test_a_key_of_any_letters_is_found(mapping: ImportMapping, by: User, key: str) -> None:
    row = UnknownKeyFactory.create(mapping=mapping, key=key)
    unknown_keys.KeyAlias.objects.create(mapping=mapping, key=unknown_keys.fold(key), field="otro")
    ImportMapping.objects.update(has_aliases=True)
    mapping.refresh_from_db()
    lead_with(mapping, key=key)
    lead_with(mapping, key=f"{key}x")
    assert fills.preview(row, samples=5).carried == 1
    assert fills.fill(unknown=row, by=by).filled_count == 1


def test_a_preview_counts_and_shows_and_changes_nothing(mapping: ImportMapping, unknown: UnknownKey) -> None:
    first, second = lead_with(mapping), lead_with(mapping, cognome="García")
    seen = fills.preview(unknown, samples=5)
    assert (seen.carried, seen.filled, seen.left) == (2, 1, 1)
    assert [(each.lead, each.now, each.then) for each in seen.samples] == [
        (first, "", "Núñez"),
        (second, "García", "García"),
    ]
    assert not LeadEvent.objects.exists()


def test_a_key_that_means_nothing_fills_nothing(mapping: ImportMapping, by: User) -> None:
    with override("en"), pytest.raises(ValidationError, match="means nothing yet"):
        fills.fill(unknown=UnknownKeyFactory.create(mapping=mapping), by=by)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fills, "PORTION", 2)


@pytest.mark.usefixtures("small")
def test_many_leads_are_filled_and_restored_in_portions(mapping: ImportMapping, by: User, unknown: UnknownKey) -> None:
    for number in range(5):
        lead_with(mapping, cognome="García" if number == 1 else "")
    progress = []
    while True:
        done = fills.fill(unknown=unknown, by=by, patience=0)
        progress.append((done.filled_count, done.left_count, done.finished_at is None))
        if done.finished_at:
            break
    assert progress == [(1, 1, True), (3, 1, True), (4, 1, False)]
    assert Fill.objects.count() == 1
    progress = []
    while done.undone_at is None:
        done = fills.undo(fill=done, by=by, patience=0)
        progress.append(done.restored_count)
    assert progress == [2, 4, 4]
    assert not FilledLead.objects.exists()


def test_undoing_brings_back_what_was(mapping: ImportMapping, by: User) -> None:
    row = alias(mapping, by, "fono", "telefono")
    before = Lead.objects.values().get(pk=lead_with(mapping, "12", "fono").pk)
    done = fills.fill(unknown=row, by=by)
    other = UserFactory.create(staff=True)
    undone = fills.undo(fill=done, by=other)
    assert Lead.objects.values().get() == before
    assert (undone.restored_count, undone.changed_count, undone.undone_by) == (1, 0, other)
    assert [event.kind for event in LeadEvent.objects.all()] == [EventKind.FILLED, EventKind.UNFILLED]
    line = LeadEvent.objects.get(kind=EventKind.UNFILLED)
    assert (line.by, line.data["fields"]) == (other, {"telefono": ["12", ""]})


def test_undoing_leaves_a_lead_that_was_changed_since(mapping: ImportMapping, by: User, unknown: UnknownKey) -> None:
    lead, changed = lead_with(mapping), lead_with(mapping)
    done = fills.fill(unknown=unknown, by=by)
    Lead.objects.filter(pk=changed.pk).update(cognome="Pérez")
    undone = fills.undo(fill=done, by=by)
    assert (undone.restored_count, undone.changed_count) == (1, 1)
    assert dict(Lead.objects.values_list("pk", "cognome")) == {lead.pk: "", changed.pk: "Pérez"}


def test_undoing_twice_is_undoing_once(mapping: ImportMapping, by: User, unknown: UnknownKey) -> None:
    lead_with(mapping)
    done = fills.fill(unknown=unknown, by=by)
    for _ in range(2):
        assert fills.undo(fill=done, by=by).restored_count == 1
    assert LeadEvent.objects.filter(kind=EventKind.UNFILLED).count() == 1


@pytest.mark.usefixtures("small")
def test_undoing_a_fill_that_is_half_done_ends_it(mapping: ImportMapping, by: User, unknown: UnknownKey) -> None:
    for _ in range(3):
        lead_with(mapping)
    done = fills.fill(unknown=unknown, by=by, patience=0)
    assert done.finished_at is None
    fills.undo(fill=done, by=by)
    assert set(Lead.objects.values_list("cognome", flat=True)) == {""}


def test_filled_and_undone_it_can_be_filled_again(mapping: ImportMapping, by: User, unknown: UnknownKey) -> None:
    lead_with(mapping)
    fills.undo(fill=fills.fill(unknown=unknown, by=by), by=by)
    assert fills.fill(unknown=unknown, by=by).filled_count == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_lead_that_is_updated_meanwhile_keeps_what_it_was_given(
    mapping: ImportMapping, by: User, unknown: UnknownKey
) -> None:
    lead = lead_with(mapping)

    def fill() -> None:
        fills.fill(unknown=unknown, by=by)
        connection.close()

    with transaction.atomic():
        Lead.objects.select_for_update().get()
        other = Thread(target=fill)
        other.start()
        other.join(0.5)
        assert other.is_alive()
        Lead.objects.filter(pk=lead.pk).update(cognome="Pérez", nome="Ana")
    other.join()
    lead.refresh_from_db()
    assert (lead.cognome, lead.nome, lead.kept_aside[KEY]) == ("Pérez", "Ana", aside())
    assert Fill.objects.get().left_count == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_who_fill_at_once_fill_once(mapping: ImportMapping, by: User, unknown: UnknownKey) -> None:
    for _ in range(5):
        lead_with(mapping)

    def fill() -> None:
        fills.fill(unknown=unknown, by=by)
        connection.close()

    threads = [Thread(target=fill) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert LeadEvent.objects.count() == 5
    assert sum(Fill.objects.values_list("filled_count", flat=True)) == 5
    assert not Fill.objects.filter(finished_at=None).exists()
