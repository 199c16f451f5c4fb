"""Fills easycall's tables with millions of leads by SQL: copies of one that came in by the door, each changed.

A column that is not named here is copied as it is, so that a new one needs no change here.
"""

import psycopg
from psycopg import sql

MAPPINGS = 20
CHUNK = 250_000
DAYS = 365
# Rejected submissions, which have no lead, come on top: one for so many leads.
LEADS_A_REJECTION = 20
# One mapping gets one lead in so many, the others share the rest.
RARE = 10_000

FIRST_NAMES = (
    "Lucia Maria Jose Inaki Sofia Andres Noemi Chiara Niccolo Giulia Matteo Pilar Jorge Elena Marta Pablo Laura Diego "
    "Irene Alvaro Carmen Luca Paola Marco"
)
LAST_NAMES = (
    "Nunez Garcia Pena Ibanez Munoz Rossi Lopez Vega Ortega Ruiz Serra Vidal Bianchi Romano Ricci Marino Greco Bruno "
    "Gallo Conti Costa Mora Leon Cano Rojas Soto Prieto Campos Reyes Cruz Herrera Pascual Ferrer Navarro Blanco Moya"
)
CHANNELS = "web facebook google landing telefono"

# What belongs to a number; the phone's digits are those of lead.lua, for numbers that no load reaches.
SOURCE = """
    SELECT n, digits, regexp_replace(digits, '(..)(..)(..)(..)', '\\1 \\2 \\3 \\4') AS typed,
        ends - interval '{days} days' * (1 - n::float8 / ({rows} + 1)) AS at,
        firsts[1 + mixed % 24] AS nome,
        lasts[1 + mixed / 24 % 36] || ' ' || lasts[1 + mixed / 864 % 36] AS cognome,
        channels[1 + n % 5] AS channel,
        sender.*
    FROM generate_series({first}, {last}) AS n,
        LATERAL (SELECT n::bigint * 48271 % 100000000 AS mixed) AS a,
        LATERAL (SELECT lpad(mixed::text, 8, '0') AS digits) AS b,
        constant, sender
    WHERE sender.place = CASE WHEN n % {rare} = 0 THEN rarest ELSE n % rarest END
"""

# Ids are UUIDv7, as easycall makes them: they start with the moment, in milliseconds.
PREPARE = f"""
    CREATE TEMP TABLE sender AS
        SELECT row_number() OVER (ORDER BY id) - 1 AS place, id AS mapping, campaign_id AS campaign, user_id AS sender
        FROM leads_importmapping;
    CREATE TEMP TABLE constant AS
        SELECT now() AS ends, (SELECT max(place) FROM sender) AS rarest, string_to_array('{CHANNELS}', ' ') AS channels,
            string_to_array('{FIRST_NAMES}', ' ') AS firsts, string_to_array('{LAST_NAMES}', ' ') AS lasts;
    CREATE TEMP TABLE first_submission AS SELECT * FROM leads_submission ORDER BY id LIMIT 1;
    CREATE TEMP TABLE first_lead AS SELECT * FROM leads_lead ORDER BY id LIMIT 1;
    CREATE TEMP TABLE first_event AS SELECT * FROM leads_leadevent ORDER BY id LIMIT 1;
    CREATE FUNCTION pg_temp.uuid_of(at timestamptz, n bigint, salt text) RETURNS uuid LANGUAGE sql AS $$
        SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
            || '7' || left(md5(n || salt), 3) || '8' || substr(md5(n || salt), 4, 15))::uuid
    $$;
    SET synchronous_commit = off;
    SET maintenance_work_mem = '512MB';
"""

# The first lead's phone, in both spellings, and its e-mail become those of each copy.
_ITS_OWN_NUMBERS = "replace(replace({}, '99999999', i.digits), '99 99 99 99', i.typed)"

SUBMISSION = {
    "id": "pg_temp.uuid_of(i.at, i.n, 'submission')",
    "received_at": "i.at",
    "user_id": "i.sender",
    "mapping_id": "i.mapping",
    "body": "convert_to(" + _ITS_OWN_NUMBERS.format("convert_from(t.body, 'UTF8')") + ", 'UTF8')",
    "answer": _ITS_OWN_NUMBERS.format("t.answer"),
}
REJECTED = SUBMISSION | {
    "id": "pg_temp.uuid_of(i.at, i.n, 'rejected')",
    "mapping_id": "NULL",
    "outcome": "'rejected'",
    "status": "422",
    "problem": "'missing-contact'",
    "created_count": "0",
    "rejected_count": "1",
}
LEAD = {
    "id": "pg_temp.uuid_of(i.at, i.n, 'lead')",
    "created_at": "i.at",
    "submission_id": SUBMISSION["id"],
    "mapping_id": "i.mapping",
    "campaign_id": "i.campaign",
    "external_id": "CASE WHEN i.n % 2 = 0 THEN 'crm-' || i.n ELSE '' END",
    "channel": "i.channel",
    "channel_key": "i.channel",
    "nome": "i.nome",
    "cognome": "i.cognome",
    "name_words": "lower(' ' || i.nome || ' ' || i.cognome)",
    "telefono_mobile": "'+346' || i.digits",
    "telefono_mobile_sent": "'6' || i.typed",
    "email": "'lead.' || i.digits || '@example.com'",
    "warning_codes": "CASE WHEN i.n % 33 = 0 THEN 'invalid_email' ELSE '' END",
}
EVENT = {"lead_id": LEAD["id"], "submission_id": SUBMISSION["id"], "at": "i.at"}


def digits(number: int) -> str:
    """The eight digits after the 6 of the phone of a lead, and in its e-mail."""
    return f"{number * 48271 % 100_000_000:08d}"


def phone_as_typed(number: int) -> str:
    mixed = digits(number)
    return f"6{mixed[:2]} {mixed[2:4]} {mixed[4:6]} {mixed[6:]}"


def email(number: int) -> str:
    return f"lead.{digits(number)}@example.com"


def fill(url: str, rows: int) -> None:
    """Add so many leads with their submissions and history, spread over a year, to a database that has one of each."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(PREPARE)
        without_checks(connection)
        indexes = drop_indexes(connection)
        for first in range(1, rows + 1, CHUNK):
            source = _source(first, min(first + CHUNK - 1, rows), rows)
            _copy(connection, "leads_submission", "first_submission", SUBMISSION, source)
            _copy(connection, "leads_lead", "first_lead", LEAD, source)
            _copy(connection, "leads_leadevent", "first_event", EVENT, source)
            rejected = f"SELECT * FROM ({source}) AS every WHERE n % {LEADS_A_REJECTION} = 0"
            _copy(connection, "leads_submission", "first_submission", REJECTED, rejected)
            print(f"  {min(first + CHUNK - 1, rows):,} leads", flush=True)
        for number, statement in enumerate(indexes, 1):
            connection.execute(statement)
            print(f"  {number} of {len(indexes)} indexes", flush=True)
        for table in ("leads_submission", "leads_lead", "leads_leadevent"):
            connection.execute(f"VACUUM ANALYZE {table}")


def without_checks(connection: psycopg.Connection) -> None:
    """Leave out the checks of foreign keys, where the user may: they take longer than the rows."""
    try:
        connection.execute("SET session_replication_role = replica")
    except psycopg.errors.InsufficientPrivilege:
        print("  (foreign keys are checked, row by row, because the user of the database is no superuser)")


def drop_indexes(connection: psycopg.Connection) -> list[str]:
    """Drop the indexes of the big tables that hold no constraint. Returns the statements that make them again."""
    query = """
        SELECT indexname, indexdef FROM pg_indexes
        WHERE tablename IN ('leads_submission', 'leads_lead', 'leads_leadevent')
            AND indexname NOT IN (SELECT conname FROM pg_constraint)
            AND indexdef NOT LIKE 'CREATE UNIQUE%'
    """
    found = connection.execute(query).fetchall()
    for name, _ in found:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    return [statement for _, statement in found]


def _source(first: int, last: int, rows: int) -> str:
    return SOURCE.format(first=first, last=last, rows=rows, days=DAYS, rare=RARE)


def _copy(connection: psycopg.Connection, table: str, template: str, changed: dict[str, str], source: str) -> None:
    query = "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_identity = 'NO'"
    columns = [name for (name,) in connection.execute(query, [table]).fetchall()]
    values = [changed.get(name, f't."{name}"') for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    connection.execute(f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM ({source}) i, {template} t")
