"""The set-up changes under the leads that come in: each is in the old place or the new one, and whole."""

import json
import secrets
import sqlite3
import time
from contextlib import closing
from uuid import uuid4

import psycopg
import pytest

from tests.soak.amounts import CHANGING
from tests.soak.history import Request
from tests.soak.installation import Database, Installation
from tests.soak.planted import misplacing_leads
from tests.soak.senders import Crowd, Sender

WHERE = """
    SELECT lead.nome, campaign.name, lead.answers, lead.kept_aside
    FROM leads_lead lead JOIN campaigns_campaign campaign ON campaign.id = lead.campaign_id
    WHERE lead.nome LIKE ?
"""
FIRST, OTHER = (f"(SELECT {which}(id) FROM campaigns_campaign)" for which in ("min", "max"))
# What is changed, from what to what.
CHANGES = {
    "sent to another campaign": ("leads_importmapping", "campaign_id", FIRST, OTHER),
    "under another code": ("leads_importmapping", "external_code", "'demo_leads'", "'gone'"),
    "switched off": ("leads_importmapping", "active", "TRUE", "FALSE"),
    "campaign switched off": ("campaigns_campaign", "active", "TRUE", "FALSE"),
    "question renamed": ("campaigns_question", "key", "'notas'", "'apuntes'"),
}


def add_campaign(database: Database) -> None:
    if not database.rows("SELECT 1 FROM campaigns_campaign WHERE name = 'Otra'"):
        add_another(database, "campaigns_campaign", name="Otra")


def add_another(database: Database, table: str, **changes: str) -> None:
    """A row like the first one, with these changes, whatever columns there are."""
    with closing(database.connect()) as connection:
        columns = [each[0] for each in connection.execute(f"SELECT * FROM {table} WHERE 1 = 0").description]
        values = [f"'{changes[name]}'" if name in changes else name for name in columns if name != "id"]
        names = [name for name in columns if name != "id"]
        first = f"SELECT {', '.join(values)} FROM {table} ORDER BY id LIMIT 1"
        connection.execute(f"INSERT INTO {table} ({', '.join(names)}) {first}")


@pytest.mark.parametrize(("table", "column", "old", "new"), CHANGES.values(), ids=CHANGES)
def test_lead_is_in_the_old_place_or_the_new_one(
    shared: Installation, table: str, column: str, old: str, new: str
) -> None:
    add_campaign(shared.database)
    with Crowd(shared) as crowd:
        end = time.monotonic() + CHANGING
        while time.monotonic() < end:
            for value, instead in ((new, old), (old, new)):
                only = f"WHERE {column} = {instead}" if column == "key" else ""
                shared.database.rows(f"UPDATE {table} SET {column} = {value} {only}")
                time.sleep(0.1)
        crowd.wait_for_full_service()
    stored = {mark: row for mark, *row in shared.database.rows(WHERE, f"{crowd.name}-%")}
    for request in crowd.history:
        check(request, stored)


def test_lead_is_taken_or_refused_while_its_mapping_is_deleted(shared: Installation) -> None:
    """A mapping that has leads can't be deleted; here one is made and deleted just as its first leads come."""
    with Crowd(shared, batch=0) as crowd:
        for sender in crowd.senders:
            sender.code = "brief"
        end = time.monotonic() + CHANGING
        while time.monotonic() < end:
            add_another(shared.database, "leads_importmapping", external_code="brief")
            time.sleep(0.01)
            delete_until_gone(shared.database)
    stored = {mark: row for mark, *row in shared.database.rows(WHERE, f"{crowd.name}-%")}
    for request in crowd.history:
        if request.last and request.last.status != 503:
            check(request, stored)


def delete_until_gone(database: Database) -> None:
    try:
        database.rows("DELETE FROM leads_importmapping WHERE external_code = 'brief'")
    except (sqlite3.IntegrityError, psycopg.IntegrityError):  # it has its first leads
        database.rows("UPDATE leads_importmapping SET external_code = ? WHERE external_code = 'brief'", str(uuid4()))


def test_twin_that_puts_leads_elsewhere_is_found_out(shared: Installation) -> None:
    add_campaign(shared.database)
    with misplacing_leads(shared.database):
        sender = Sender(shared, secrets.token_hex(4), with_key=True)
        sender.send(request := sender.next_request())
    stored = {mark: row for mark, *row in shared.database.rows(WHERE, f"{sender.name}-%")}
    with pytest.raises(AssertionError):
        check(request, stored)


def check(request: Request, stored: dict[str, list[str]]) -> None:
    """A receipt says where the lead is, and there it is with every value; a refusal left nothing."""
    assert request.last
    assert request.last.status in (200, 201, 422)
    document = json.loads(request.last.body)
    for mark, receipt in zip(request.marks, document.get("results", [document] * len(request.marks)), strict=True):
        if "id" not in receipt:
            assert receipt["status"] == 422
            assert mark not in stored
            continue
        campaign, answers, kept_aside = stored[mark]
        assert campaign == receipt["campaign"]["name"]
        assert "Ñandú" in json.dumps([_read(answers), _read(kept_aside)], ensure_ascii=False)


def _read(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value
