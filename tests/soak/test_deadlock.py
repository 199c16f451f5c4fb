"""Two that hold what the other one wants: PostgreSQL ends one of them, and that one is tried again."""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.processes import wait_until
from tests.soak.amounts import BATTLES
from tests.soak.history import Reply, Request
from tests.soak.installation import Database, Installation, running
from tests.soak.senders import Sender

pytestmark = pytest.mark.postgresql  # SQLite writes one after the other

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'sender' AND wait_event_type = 'Lock'"
TAKE = "SELECT 1 FROM leads_lead WHERE external_id = %s FOR UPDATE"
LEADS = "SELECT count(*) FROM leads_lead WHERE external_id LIKE ?"


def deadlocked(installation: Installation) -> tuple[Reply | None, int]:
    """What a batch is answered that meets somebody who takes the same leads in the other order, and its leads."""
    database, name = installation.database, secrets.token_hex(4)
    sender = Sender(installation, name, with_key=False)

    def send(first_name: str) -> Reply | None:
        ids = (f"{name}-{number}" for number in (1, 2))
        leads = [{"Campaign": "demo_leads", "ID": each, "nombre": first_name, "telefono": "910"} for each in ids]
        return sender.post(Request((), json.dumps(leads).encode(), ""))

    send("Ana")
    assert database.cluster
    # Who may, waits for longer before he asks whether it is a deadlock: it is the other one that finds it, and ends.
    url = database.url.replace("sender@", "easycall@")
    with ThreadPoolExecutor(1) as pool, psycopg.connect(url, options="-c deadlock_timeout=30s") as other:
        other.execute(TAKE, [f"{name}-2"])
        answer = pool.submit(send, "Berta")
        wait_until(lambda: database.rows(WAITING)[0][0] > 0, seconds=9, every=0.01)
        other.execute(TAKE, [f"{name}-1"])
        other.rollback()
        return answer.result(), database.rows(LEADS, f"{name}-%")[0][0]


def test_batch_that_was_ended_for_a_deadlock_is_tried_again(shared: Installation, figures: list[str]) -> None:
    for _ in range(times := BATTLES // 4):
        reply, leads = deadlocked(shared)
        assert reply
        assert (reply.status, json.loads(reply.body)["updated"], leads) == (200, 2, 2)
    figures.append(f"{times} deadlocks: each batch taken, each lead there once")


@pytest.mark.soak
def test_twin_that_tries_nothing_again_is_found_out(database: Database, tmp_path: Path) -> None:
    with running(database, tmp_path, application="tests.soak.plants.never_again:application") as installation:
        reply, _ = deadlocked(installation)
    assert reply
    assert reply.status == 503
