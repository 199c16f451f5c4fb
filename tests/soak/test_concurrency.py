"""Many at once, on the same rows."""

import json
import random
import secrets
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.soak.amounts import BATTLES, SECONDS
from tests.soak.history import Reply, Request, statuses
from tests.soak.installation import Database, Installation, running
from tests.soak.judge import judge
from tests.soak.planted import forgetting_keys
from tests.soak.senders import Crowd, Sender


def sixteen(installation: Installation) -> set[int]:
    """The answers that sixteen senders get when nothing is wrong."""
    with Crowd(installation, size=16) as crowd:
        crowd.wait_for(100)
    assert crowd.judge().lost == []
    return set(statuses(crowd.history))


def test_sixteen_senders_are_all_served(shared: Installation) -> None:
    assert sixteen(shared) <= {200, 201}


@pytest.mark.sqlite
def test_twin_with_deferred_transactions_is_found_out(database: Database, tmp_path: Path) -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "tests.soak.plants.deferred"}
    with running(database, tmp_path, environment=environment) as installation:
        # On a busy machine a hundred requests may happen to come one after the other.
        assert any(503 in sixteen(installation) for _ in range(10))


class Backup(threading.Thread):
    """Copies the database, again and again, until it is told that it is enough."""

    def __init__(self, database: Database, folder: Path) -> None:
        super().__init__(daemon=True)
        self.database, self.folder = database, folder
        self.enough, self.copies = threading.Event(), 0

    def run(self) -> None:
        while not self.enough.is_set():
            with closing(self.database.connect()) as source, closing(sqlite3.connect(self.folder / "copy")) as copy:
                source.backup(copy, pages=500)
            self.copies += 1


@dataclass
class Beside:
    """What sixteen senders got, and an import of batches of 1,000, while the database was copied again and again."""

    crowd: Crowd
    long: Crowd
    copies: int

    @classmethod
    def each_other(cls, installation: Installation, folder: Path) -> "Beside":
        long = Crowd(installation, size=0)
        long.senders = [Sender(installation, f"{long.name}-0", with_key=True, batch=1_000)]
        backup = Backup(installation.database, folder)
        with long, Crowd(installation, size=16) as crowd:
            backup.start()
            crowd.wait_for(40 * SECONDS, seconds=600)
            backup.enough.set()
        backup.join()
        return cls(crowd, long, backup.copies)

    @property
    def statuses(self) -> set[int]:
        return set(statuses(self.crowd.history)) | set(statuses(self.long.history))

    @property
    def slow(self) -> float:
        """Seconds that the slowest hundredth of the sixteen's requests took at least."""
        waited = sorted(each.ended - each.begun for request in self.crowd.history for each in request.attempts)
        return waited[len(waited) * 99 // 100]

    def __str__(self) -> str:
        return (
            f"16 senders beside {self.long.acknowledged} batches of 1,000 and {self.copies} backups: "
            f"{self.crowd.judge()}; p99 {self.slow:.2f} s"
        )


@pytest.mark.soak
@pytest.mark.sqlite
def test_sixteen_senders_are_served_beside_an_import_and_a_backup(
    shared: Installation, tmp_path: Path, figures: list[str]
) -> None:
    found = Beside.each_other(shared, tmp_path)
    figures.append(str(found))
    assert found.statuses <= {200, 201}
    assert found.crowd.judge().faults == found.long.judge().faults == {}
    assert found.copies
    assert found.slow < 1


@pytest.mark.soak
@pytest.mark.sqlite
def test_twin_without_a_queue_beside_an_import_and_a_backup_is_found_out(
    database: Database, tmp_path: Path, figures: list[str]
) -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "tests.soak.plants.unfair"}
    with running(database, tmp_path, environment=environment) as installation:
        found = Beside.each_other(installation, tmp_path)
    figures.append(f"without a queue: {found}")
    assert found.slow >= 1


@pytest.mark.soak
@pytest.mark.sqlite
def test_twin_with_deferred_transactions_beside_an_import_and_a_backup_is_found_out(
    database: Database, tmp_path: Path
) -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "tests.soak.plants.deferred"}
    with running(database, tmp_path, environment=environment) as installation:
        assert 503 in Beside.each_other(installation, tmp_path).statuses


def battle(installation: Installation) -> tuple[list[Reply | None], int]:
    """Batches with the same ids, in opposite orders and with other names, sent at once: answers, and doubled leads."""
    name = secrets.token_hex(4)
    sender = Sender(installation, name, with_key=False)
    ids = [f"{name}-{number}" for number in range(20)]
    replies: list[Reply | None] = []

    def send(order: list[str], first_name: str) -> None:
        leads = [
            {"Campaign": "demo_leads", "ID": each, "nombre": first_name, "telefono": f"91{random.randrange(10**7):07d}"}
            for each in order
        ]
        replies.append(sender.post(Request((), json.dumps(leads).encode(), "")))

    threads = [threading.Thread(target=send, args=[order, order[0]]) for order in (ids, ids[::-1]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    query = "SELECT count(*) - count(DISTINCT external_id) FROM leads_lead WHERE external_id LIKE ?"
    return replies, installation.database.rows(query, f"{name}-%")[0][0]


def test_batches_with_the_same_leads_are_both_taken(shared: Installation) -> None:
    for _ in range(BATTLES):
        replies, doubled = battle(shared)
        assert doubled == 0
        assert [reply.status if reply else 0 for reply in replies] == [200] * 4
        assert [json.loads(reply.body)["rejected"] for reply in replies if reply] == [0] * 4


@pytest.mark.postgresql  # SQLite writes one batch after the other
def test_twin_without_the_constraint_is_found_out(database: Database, tmp_path: Path) -> None:
    database.rows("DROP INDEX lead_once_an_external_id")
    with running(database, tmp_path) as installation:
        assert any(battle(installation)[1] for _ in range(20))


class Repeating(Sender):
    """Sends everything three times with its key."""

    def send(self, request: Request) -> None:
        for _ in range(3):
            super().send(request)


def repeating(installation: Installation) -> Crowd:
    """Senders that repeat, while keys that are older than 72 hours are cleaned away beside them."""
    crowd = Crowd(installation, size=0)
    crowd.senders = [Repeating(installation, f"{crowd.name}-{number}", with_key=True) for number in range(8)]
    old = "UPDATE leads_idempotencykey SET created_at = ? WHERE id = (SELECT min(id) FROM leads_idempotencykey)"
    with crowd:
        for _ in range(SECONDS * 5):
            crowd.wait_for(1)
            installation.database.rows(old, "2020-01-01 00:00:00+00:00")
            installation.database.rows("DELETE FROM leads_idempotencykey WHERE created_at < ?", "2021-01-01")
    return crowd


def test_clean_up_of_old_keys_disturbs_no_repetition(shared: Installation) -> None:
    # Of these the oldest are cleaned away, and not those of the test.
    with Crowd(shared) as crowd:
        crowd.wait_for(20 * SECONDS)
    crowd = repeating(shared)
    assert crowd.judge().faults == {}
    replayed = [
        attempt.reply.headers.get("Idempotent-Replayed")
        for request in crowd.history
        for attempt in request.attempts[1:]
        if attempt.reply and attempt.reply.is_acknowledged
    ]
    assert set(replayed) == {"true"}


def test_twin_without_keys_is_found_out(shared: Installation) -> None:
    sender = Repeating(shared, secrets.token_hex(4), with_key=True)
    request = sender.next_request()
    with forgetting_keys(shared.database):
        sender.send(request)
    assert judge([request], shared.database, sender.name).doubled
