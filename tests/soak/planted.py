"""Bugs that are planted in a database by triggers, whatever the code above it does."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.soak.installation import Database


@contextmanager
def forgetting_keys(database: Database) -> Iterator[None]:
    """Every idempotency key is forgotten in the moment in which it is kept."""
    with _trigger(
        database, "AFTER INSERT", "leads_idempotencykey", "DELETE FROM leads_idempotencykey WHERE id = NEW.id"
    ):
        yield


@contextmanager
def reviving_credentials(database: Database) -> Iterator[None]:
    """A revocation says that it was done, and is not."""
    with _trigger(
        database,
        "AFTER UPDATE OF revoked_at",
        "accounts_credential",
        "UPDATE accounts_credential SET revoked_at = NULL WHERE id = NEW.id AND NEW.revoked_at IS NOT NULL",
    ):
        yield


@contextmanager
def unmarking_leads(database: Database) -> Iterator[None]:
    """A duplicate is stored without its mark."""
    nothing = "duplicate_of_id = NULL, duplicate_rules = substr(duplicate_rules, 1, 0)"
    statement = f"UPDATE leads_lead SET {nothing} WHERE id = NEW.id"
    with _trigger(database, "AFTER INSERT", "leads_lead", statement):
        yield


@contextmanager
def misplacing_leads(database: Database) -> Iterator[None]:
    """A lead ends in another campaign than its receipt says."""
    elsewhere = "(SELECT min(id) FROM campaigns_campaign WHERE id <> NEW.campaign_id)"
    statement = f"UPDATE leads_lead SET campaign_id = {elsewhere} WHERE id = NEW.id"
    with _trigger(database, "AFTER INSERT", "leads_lead", statement):
        yield


@contextmanager
def forgetting_replays(database: Database) -> Iterator[None]:
    """A submission that was replayed waits again as if it had not been, and nothing keeps its item from being two."""
    refused = "outcome = 'rejected', problem = 'unknown-campaign', created_count = 0, duplicate_count = 0"
    statement = f"UPDATE leads_submission SET {refused} WHERE id = NEW.id AND NEW.outcome = 'accepted'"
    if database.cluster:
        database.rows("ALTER TABLE leads_lead DROP CONSTRAINT lead_once_an_item")
    else:
        # SQLite drops no constraint of a table: the leads of before get out of its way.
        statement += (
            "; UPDATE leads_lead SET item = item + (SELECT count(*) FROM leads_lead) WHERE submission_id = NEW.id"
        )
    with _trigger(database, "AFTER UPDATE OF outcome", "leads_submission", statement):
        yield


@contextmanager
def _trigger(database: Database, when: str, table: str, statement: str) -> Iterator[None]:
    if database.cluster:
        database.rows(
            f"CREATE FUNCTION plant() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {statement}; RETURN NULL; END$$"
        )
        database.rows(f"CREATE TRIGGER plant {when} ON {table} FOR EACH ROW EXECUTE FUNCTION plant()")
    else:
        database.rows(f"CREATE TRIGGER plant {when} ON {table} BEGIN {statement}; END")
    try:
        yield
    finally:
        database.rows("DROP FUNCTION plant CASCADE" if database.cluster else "DROP TRIGGER plant")
