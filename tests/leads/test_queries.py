from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, models
from django.utils import timezone

from campaigns.fields import PHONE_FIELDS
from easycall.ids import new_id
from leads import queries
from leads.enums import EventKind
from leads.models import Lead, Submission
from tests.factories import CampaignFactory, LeadEventFactory, LeadFactory, SubmissionFactory, id_at

pytestmark = pytest.mark.django_db


def found(text: str) -> list[Lead]:
    return list(queries.search(Lead.objects.all(), text))


@pytest.mark.parametrize("column", PHONE_FIELDS)
@pytest.mark.parametrize(
    "text",
    [
        "600 11 12 22",
        "+34600111222",
        "0034-600-111-222",
        "600111222",
        "34600111222",
        "(+34) 600.111.222",
        "+34 (0)600 111 222",
        "\u202a+34 600 11 12 22\u202c",
        " 600 111 222\t",
    ],
)
def test_phone_is_found_in_any_spelling_and_any_column(column: str, text: str) -> None:
    lead = LeadFactory.create(**{"telefono_mobile": "", column: "+34600111222"})
    LeadFactory.create(telefono_mobile="+34600111223")
    assert found(text) == [lead]


@pytest.mark.parametrize("text", ["333 123 4567", "+39 333 123 4567", "00393331234567", "39 3331234567"])
def test_italian_phone_needs_no_country_code(text: str) -> None:
    lead = LeadFactory.create(telefono_mobile="+393331234567")
    assert found(text) == [lead]


def test_phone_of_a_campaigns_country_needs_no_country_code() -> None:
    lead = LeadFactory.create(telefono_mobile="+33612345678")
    assert found("06 12 34 56 78") == []
    CampaignFactory.create(country="FR")
    assert found("06 12 34 56 78") == [lead]


def test_foreign_phone_may_lack_its_plus() -> None:
    lead = LeadFactory.create(telefono_mobile="+4915112345678")
    assert found("49 1511 2345678") == [lead]


@pytest.mark.parametrize("sent", ["600 11", "12", "llamar por la tarde", "6" * 3_000])
def test_doubtful_phone_is_found_by_its_text(sent: str) -> None:
    lead = LeadFactory.create(telefono_mobile=sent, telefono_mobile_sent=sent)
    assert found(sent) == [lead]


@pytest.mark.parametrize(
    "text", ["Lucia.Garcia@Example.COM", "lucia.garcia@example.com", "Lucía <lucia.garcia@example.com>"]
)
def test_email_is_found_whatever_its_case(text: str) -> None:
    lead = LeadFactory.create(email="Lucia.garcia@example.com")
    LeadFactory.create(email="ana@example.com")
    assert found(text) == [lead]


@pytest.mark.parametrize("stored", ["peña@example.com", "PEÑA@example.com"])
@pytest.mark.parametrize("text", ["Peña@example.com", "PEÑA@EXAMPLE.COM", "peña@example.com"])
def test_case_of_an_email_beyond_ascii_does_not_matter(stored: str, text: str) -> None:
    lead = LeadFactory.create(email=stored)
    assert found(text) == [lead]


def test_doubtful_email_is_found_by_its_text() -> None:
    lead = LeadFactory.create(email="lucia at example")
    assert found("Lucia at example") == [lead]


@pytest.mark.parametrize(
    "text", ["Lucía García", "lucia garcia", "LUCÍA GARCÍA", "García, Lucía", "luc garc", "García", "lópez lucía"]
)
def test_name_is_found_by_its_words_whatever_case_and_accents(text: str) -> None:
    in_parts = LeadFactory.create(nome="Lucía", cognome="García López")
    in_one = LeadFactory.create(nome="", nome_completo="LUCIA GARCIA LOPEZ")
    LeadFactory.create(nome="Alucia", cognome="Algarcia", nome_completo="Elopez")
    assert set(found(text)) == {in_parts, in_one}


def test_every_word_of_a_name_has_to_be_there() -> None:
    LeadFactory.create(nome="Lucía", cognome="García")
    assert found("Lucía Rossi") == []


@pytest.mark.parametrize("text", ["D'Angelo", "d’angelo", "DAngelo", "angelo"])
def test_apostrophe_in_a_name_does_not_matter(text: str) -> None:
    lead = LeadFactory.create(nome="", cognome="D’Ángelo")
    assert found(text) == [lead]


def test_a_word_of_any_length_is_stored_and_found() -> None:
    lead = LeadFactory.create(nome="x" * 9_000)
    assert found("x" * 9_000) == found("x" * 50) == [lead]


@pytest.mark.parametrize("text", ["O:*", "a & b", "l'a\\", "Lucía:*", "!lucia"])
def test_signs_of_a_query_in_a_name_are_only_signs(text: str) -> None:
    lead = LeadFactory.create(nome=text)
    assert found(text) == [lead]


def test_name_words_follow_a_change() -> None:
    lead = LeadFactory.create(nome="Lucía")
    lead.nome = "Ana"
    lead.save()
    assert (found("Lucía"), found("Ana")) == ([], [lead])


def test_name_words_are_kept_by_a_bulk_write() -> None:
    given = LeadFactory.create()
    lead = Lead(submission=given.submission, item=1, mapping=given.mapping, campaign=given.campaign, email="a@b.c")
    lead.nome_completo = "Íñigo Núñez"
    Lead.objects.bulk_create([lead])
    assert found("inigo nunez") == [lead]


@pytest.mark.parametrize("external_id", ["L-2024-17", "600", "a b", "x@y", "%", "0193aaaa00007000800000000000abcd"])
def test_external_id_is_found_exactly(external_id: str) -> None:
    lead = LeadFactory.create(external_id=external_id)
    LeadFactory.create(external_id=f"{external_id}0")
    assert found(external_id) == [lead]


def test_lead_is_found_by_its_id_and_by_its_submission() -> None:
    lead = LeadFactory.create()
    LeadFactory.create()
    assert found(str(lead.pk)) == found(f"urn:uuid:{lead.submission_id}") == [lead]


@pytest.mark.parametrize("text", ["", "  ", "\u200e", "\x00"])
def test_blank_search_leaves_all(text: str) -> None:
    lead = LeadFactory.create()
    assert found(text) == [lead]


@pytest.mark.parametrize(
    "text", ["%", "_", "'", '"; --', "@", "+", "(0)", "0", "a\x00b", "ª", "😀", " ".join(map(str, range(3_000)))]
)
def test_any_other_text_finds_nothing(text: str) -> None:
    LeadFactory.create(email="ana@example.com", external_id="")
    assert found(text) == []


def test_name_of_many_words_is_found_by_the_first() -> None:
    lead = LeadFactory.create(nome=" ".join(f"n{number}" for number in range(1_500)))
    assert found(lead.nome) == [lead]


def test_search_stays_within_what_it_is_given() -> None:
    lead = LeadFactory.create()
    assert not queries.search(Lead.objects.exclude(pk=lead.pk), "600111222").exists()


def test_warning_is_found_by_its_whole_code() -> None:
    lead = LeadFactory.create(warning_codes="invalid_date invalid_phone")
    LeadFactory.create(warning_codes="invalid_phone_of_another_kind")
    LeadFactory.create(warning_codes="")
    assert list(queries.with_warning(Lead.objects.all(), "invalid_phone")) == [lead]


def test_submission_is_found_by_its_id_and_by_that_of_a_lead() -> None:
    lead = LeadFactory.create()
    SubmissionFactory.create()
    for text in (str(lead.pk), f" {lead.submission_id} ", lead.submission_id.hex):
        assert list(queries.search_submissions(Submission.objects.all(), text)) == [lead.submission]


def test_submission_is_not_found_by_anything_else() -> None:
    submission = SubmissionFactory.create()
    assert list(queries.search_submissions(Submission.objects.all(), "")) == [submission]
    for text in ("Lucía", str(new_id())):
        assert not queries.search_submissions(Submission.objects.all(), text).exists()


PHONE_INDEXES = [f"lead_{name}" for name in PHONE_FIELDS]


def plan(rows: models.QuerySet[Any], *, without: str = "indexscan") -> str:
    """How the database would do it if there were many: as it is, a table of no rows is quickest read whole."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL enable_seqscan = off; SET LOCAL enable_{without} = off")
    return str(rows.explain())


@pytest.mark.parametrize(
    ("text", "indexes"),
    [
        # There are two with the external id, which differ in nothing while they are empty.
        ("600 11 12 22", [*PHONE_INDEXES, "_external_id"]),
        ("lucia@example.com", ["lead_email", "_external_id"]),
        ("0193aaaa-0000-7000-8000-000000000000", ["_external_id", "lead_once_an_item"]),
    ],
)
def test_search_uses_the_indexes(text: str, indexes: Sequence[str]) -> None:
    how = plan(queries.search(Lead.objects.all(), text))
    if connection.vendor == "sqlite":
        # SQLite names the index behind a constraint in its own way.
        indexes = [name.replace("lead_once_an_item", "sqlite_autoindex") for name in indexes]
        assert "SCAN" not in how
    assert [name for name in indexes if name not in how] == []
    assert "Seq Scan" not in how


@pytest.mark.postgresql
def test_search_by_name_uses_the_indexes() -> None:
    how = plan(queries.search(Lead.objects.all(), "Lucía García"))
    assert [name for name in (*PHONE_INDEXES, "lead_email", "lead_name_words") if name not in how] == []
    assert "Seq Scan" not in how


def test_warnings_are_read_from_their_index() -> None:
    assert "lead_with_warnings" in plan(queries.with_warning(Lead.objects.all(), "invalid_phone"))


def test_problems_are_read_from_their_index() -> None:
    assert "submission_with_problem" in plan(queries.with_problem(Submission.objects.all(), "missing-contact"))


def test_duplicates_are_read_from_their_indexes() -> None:
    lead = LeadFactory.create()
    marked = ("lead_duplicates_of", "lead_marked_duplicate")
    assert any(name in plan(lead.duplicates.order_by("-pk")) for name in marked)
    # Which of the two is quicker depends on how many are marked.
    how = plan(Lead.objects.filter(duplicate_of__isnull=False).order_by("-pk"))
    assert any(name in how for name in marked)
    assert "submission_with_duplicates" in plan(Submission.objects.filter(duplicate_count__gt=0))


def test_submission_touches_no_lead_that_it_was_refused_for() -> None:
    event = LeadEventFactory.create(kind=EventKind.REFUSED, submission=SubmissionFactory.create())
    submission = event.submission_id
    assert list(queries.of_submission(Lead.objects.all(), submission)) == []
    assert list(queries.refused_for(Lead.objects.all(), submission)) == [event.lead]


def test_leads_of_a_channel_are_told_by_its_index_alone() -> None:
    rows = queries.from_channel(Lead.objects.order_by("-pk"), "facebook").values("pk")
    how = plan(rows[:100], without="bitmapscan")
    alone = {"postgresql": "Index Only Scan using", "sqlite": "USING COVERING INDEX"}[connection.vendor]
    assert f"{alone} lead_channel_time" in how


def test_submissions_of_a_user_are_read_from_their_index() -> None:
    assert "submission_user_time" in plan(Submission.objects.filter(user=1))


def test_leads_of_a_submission_are_read_by_indexes() -> None:
    how = plan(queries.of_submission(Lead.objects.all(), new_id()))
    assert "Seq Scan" not in how
    assert "SCAN leads_" not in how


def test_repetitions_of_a_submission_are_read_from_their_index() -> None:
    assert "submission_repeats" in plan(Submission.objects.filter(repeats=new_id()))


def test_period_is_a_stretch_of_the_primary_key() -> None:
    now = timezone.now()
    how = plan(queries.came_between(Lead.objects.all(), "created_at", now - timedelta(days=7), now))
    assert ("leads_lead_pkey" if connection.vendor == "postgresql" else "sqlite_autoindex_leads_lead_1") in how


def test_period_is_told_by_the_moment_where_the_clock_was_set_after_the_id_was_made() -> None:
    now = timezone.now()
    early, late = (LeadFactory.create(created_at=now, id=id_at(now + timedelta(hours=hours))) for hours in (-20, 20))
    assert set(queries.came_between(Lead.objects.all(), "created_at", now, now + timedelta(hours=1))) == {early, late}
    assert not queries.came_between(Lead.objects.all(), "created_at", None, now).exists()
    assert not queries.came_between(Lead.objects.all(), "created_at", now + timedelta(hours=1), None).exists()


def test_channel_is_found_in_any_letters() -> None:
    lead = LeadFactory.create(channel="CAFÉ Web")
    assert list(queries.from_channel(Lead.objects.all(), "Café WEB")) == [lead]


def test_channel_is_told_by_its_beginning() -> None:
    lead = LeadFactory.create(channel="c" * 10_000)
    LeadFactory.create(channel="c" * 99)
    assert list(queries.from_channel(Lead.objects.all(), "C" * 10_000)) == [lead]
