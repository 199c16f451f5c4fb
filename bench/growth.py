"""Growth: the same single leads with five million in the tables as with none, and the pages of the admin.

The grown database is kept from run to run, and made anew when the migrations are no longer those that made it.
"""

import hashlib
import shutil
from pathlib import Path
from typing import Any

from psycopg import sql

from bench import fill, pages, postgres, processes, singles
from bench.contestants import OURS, ROOT, prepare_ours

NAME = f"{postgres.PREFIX}growth"
BYTES_A_LEAD = 4_000
# Of each measurement: long enough for what is written anew after a checkpoint, and for the checkpoint.
SECONDS = 30
# Until a server that was just started has read the indexes that it needs.
WARM_UP_SECONDS = 10


def measure(server: postgres.Server, *, rows: int, rounds: int, seconds: float, logs: Path) -> dict[str, Any]:
    """Returns the single leads of both databases, their ratio, and what each page of the admin took."""
    url = server.database_url(NAME)
    grow(server, url, rows=rows, logs=logs)
    with server.database("empty") as empty:
        entries = {
            "empty": singles.Entry(OURS, empty, OURS.prepare(empty)),
            "grown": singles.Entry(OURS, url, OURS.prepare(url)),
        }
        found = singles.in_turns(server, entries, rounds=rounds, seconds=seconds, logs=logs, warm_up=WARM_UP_SECONDS)
    keys = prepare_ours(url)
    with processes.serve(OURS, url, logs / "pages.log") as running:
        singles.probe(entries["grown"], running)
        asked = pages.measure(server, entries["grown"], running, keys, pages.pages(url, rows))
    ratio = found["grown"]["rate"] / found["empty"]["rate"]
    return {"rows": rows, "singles": found, "ratio": ratio, "pages": asked, "size": server.size(NAME)}


def grow(server: postgres.Server, url: str, *, rows: int, logs: Path) -> None:
    """Make the database and fill it, unless it is there as it should be. Raises Missing when the disk is too small."""
    mark = f"{rows} leads, migrations {_migrations()}"
    if server.comment(NAME) == mark:
        return
    _check_disk(server, rows * BYTES_A_LEAD)
    print(f"\nFilling {NAME} with {rows:,} leads, once; make bench-growth-drop removes it:")
    server.create(NAME)
    entry = singles.Entry(OURS, url, prepare_ours(url, mappings=fill.MAPPINGS)["token"])
    with processes.serve(OURS, url, logs / "growth.log") as running:
        singles.probe(entry, running)
    fill.fill(url, rows)
    server.connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(NAME), mark))
    server.connection.execute("CHECKPOINT")


def _migrations() -> str:
    files = sorted(ROOT.glob("*/migrations/*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def _check_disk(server: postgres.Server, needed: int) -> None:
    folder = Path(server.data_directory())
    # Of a server elsewhere, or to a user who may not know, there is nothing to look at.
    if folder.is_absolute() and folder.is_dir() and shutil.disk_usage(folder).free < needed:
        raise postgres.Missing(f"The disk of {folder} has less than {needed / 2**30:.0f} GiB free. Choose fewer ROWS.")
