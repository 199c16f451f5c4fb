"""The set-up changes under the leads that come in: each is in the old place or the new one, and whole."""

import json
import time

import pytest

from tests.soak.amounts import SECONDS
from tests.soak.history import Request
from tests.soak.installation import Database, Installation
from tests.soak.senders import Crowd

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
    columns = [name for name in _columns(database) if name not in ("id", "name")]
    listed = ", ".join(columns)
    database.rows(
        f"INSERT INTO campaigns_campaign (name, {listed}) SELECT 'Otra', {listed} FROM campaigns_campaign "
        "WHERE NOT EXISTS (SELECT 1 FROM campaigns_campaign WHERE name = 'Otra') LIMIT 1"
    )


def _columns(database: Database) -> list[str]:
    connection = database.connect()
    try:
        return [each[0] for each in connection.execute("SELECT * FROM campaigns_campaign WHERE 1 = 0").description]
    finally:
        connection.close()


@pytest.mark.parametrize(("table", "column", "old", "new"), CHANGES.values(), ids=CHANGES)
def test_lead_is_in_the_old_place_or_the_new_one(
    shared: Installation, table: str, column: str, old: str, new: str
) -> None:
    add_campaign(shared.database)
    with Crowd(shared) as crowd:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            for value, instead in ((new, old), (old, new)):
                only = f"WHERE {column} = {instead}" if column == "key" else ""
                shared.database.rows(f"UPDATE {table} SET {column} = {value} {only}")
                time.sleep(0.1)
        crowd.wait_for_full_service()
    stored = {mark: row for mark, *row in shared.database.rows(WHERE, f"{crowd.name}-%")}
    for request in crowd.history:
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
