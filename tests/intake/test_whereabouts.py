import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from campaigns.fields import PHONE_FIELDS, TAX_ID_FIELDS
from leads.intake import whereabouts
from leads.intake.locks import lock_values
from tests.factories import ImportMappingFactory, LeadFactory

pytestmark = pytest.mark.django_db

NOBODY: dict[str, set[str]] = {"phones": set(), "emails": set(), "tax_ids": set()}


@pytest.mark.parametrize("column", PHONE_FIELDS)
def test_phone_is_held_in_any_column(column: str) -> None:
    lead = LeadFactory.create(**{"telefono_mobile": "", column: "+34600111222"})
    LeadFactory.create(telefono_mobile="+34600111223")
    assert whereabouts.ids_holding(**{**NOBODY, "phones": {"+34600111222"}}) == [lead.pk]


@pytest.mark.parametrize("column", TAX_ID_FIELDS)
def test_tax_id_is_held_in_either_column(column: str) -> None:
    lead = LeadFactory.create(**{column: "12345678Z"})
    assert whereabouts.ids_holding(**{**NOBODY, "tax_ids": {"12345678Z"}}) == [lead.pk]


def test_email_is_held_in_any_case() -> None:
    lead = LeadFactory.create(email="Lucia@example.com")
    assert whereabouts.ids_holding(**{**NOBODY, "emails": {"lucia@example.com"}}) == [lead.pk]


def test_a_marked_duplicate_is_not_found() -> None:
    first = LeadFactory.create(telefono_mobile="+34600111222")
    LeadFactory.create(telefono_mobile="+34600111222", duplicate_of=first, duplicate_rules="mobile")
    assert whereabouts.ids_holding(**{**NOBODY, "phones": {"+34600111222"}}) == [first.pk]


def test_nothing_to_look_for_asks_nothing() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert whereabouts.ids_holding(**NOBODY) == whereabouts.ids_of_external(set()) == []
    assert not queries.captured_queries


def test_an_external_id_is_that_of_its_mapping() -> None:
    lead = LeadFactory.create(external_id="A-1")
    other = ImportMappingFactory.create()
    LeadFactory.create(external_id="A-2", mapping=other, campaign=other.campaign)
    wanted = {(lead.mapping_id, "A-1"), (lead.mapping_id, "A-2"), (other.pk, "A-1")}
    assert whereabouts.ids_of_external(wanted) == [lead.pk]


@pytest.mark.postgresql
def test_indexes_are_used_on_a_table_that_was_empty_when_the_statement_was_planned() -> None:
    with transaction.atomic():
        lock_values(())
        whereabouts.ids_holding(phones={"+34600111222"}, emails={"a@example.com"}, tax_ids={"12345678Z"})
        [(name,)] = _prepared("leads_lead")
        with connection.cursor() as cursor:
            arguments = ", ".join(["'{}'"] * 3)  # phones, tax ids, e-mails
            cursor.execute(f'EXPLAIN EXECUTE "{name}" ({arguments})')
            plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan
    indexes = [*(f"lead_{column}" for column in (*PHONE_FIELDS, *TAX_ID_FIELDS)), "lead_email"]
    assert [index for index in indexes if index not in plan] == []


def _prepared(table: str) -> list[tuple[str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pg_prepared_statements WHERE statement LIKE %s AND statement NOT LIKE '%%external%%'",
            [f"%FROM {table}%"],
        )
        found: list[tuple[str]] = cursor.fetchall()
    return found
