"""Growth: the same single leads with five million in the tables as with none, and the pages of the admin.

The grown database is kept from run to run, and made anew when the migrations are no longer those that made it.
"""

import hashlib
import shutil
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

from psycopg import sql

from bench import fill, load, pages, postgres, processes, singles
from bench.contestants import OURS, ROOT, prepare_ours

NAME = f"{postgres.PREFIX}growth"
BYTES_A_LEAD = 4_000
# So many that some come after a checkpoint, when PostgreSQL writes whole pages.
TURNS_A_ROUND = 4
# Until PostgreSQL's buffers have forgotten the other database.
SETTLING_SECONDS = 3
# Until a server that was just started has read the indexes that it needs.
WARM_UP_SECONDS = 10


def measure(server: postgres.Server, *, rows: int, rounds: int, seconds: float, logs: Path) -> dict[str, Any]:
    """Returns the single leads of both databases, their ratio, and what each page of the admin took.

    The ratio is the median of those of the pairs of turns.
    """
    url = server.database_url(NAME)
    grow(server, url, rows=rows, logs=logs)
    with server.database("empty") as empty:
        entries = {
            "empty": singles.Entry(OURS, empty, OURS.prepare(empty)),
            "grown": singles.Entry(OURS, url, OURS.prepare(url)),
        }
        turns = in_pairs(server, entries, turns=rounds * TURNS_A_ROUND, seconds=seconds, logs=logs)
    ratios = [grown.load.rate / empty.load.rate for empty, grown in zip(turns["empty"], turns["grown"], strict=True)]
    found = {name: singles.summary(each) for name, each in turns.items()}
    keys = prepare_ours(url)
    with processes.serve(OURS, url, logs / "pages.log") as running:
        singles.probe(entries["grown"], running)
        asked = pages.measure(server, entries["grown"], running, keys, pages.pages(url, rows))
    return {
        "rows": rows,
        "singles": found,
        "ratio": median(ratios),
        "ratios": ratios,
        "pages": asked,
        "size": server.size(NAME),
    }


def in_pairs(
    server: postgres.Server, entries: dict[str, singles.Entry], *, turns: int, seconds: float, logs: Path
) -> dict[str, list[singles.Turn]]:
    """Measure all of them in turns, with their servers started and warm from the first turn to the last."""
    found: dict[str, list[singles.Turn]] = {name: [] for name in entries}
    with ExitStack() as stack:
        serving = {}
        for name, entry in entries.items():
            running = stack.enter_context(processes.serve(entry.contestant, entry.url, logs / f"{name}.log"))
            singles.probe(entry, running)
            load.wrk(running.address, entry.authorization, clients=singles.CLIENTS, seconds=WARM_UP_SECONDS)
            serving[name] = entry, running
        for number in range(1, turns + 1):
            for name, (entry, running) in serving.items():
                load.wrk(running.address, entry.authorization, clients=singles.CLIENTS, seconds=SETTLING_SECONDS)
                turn = singles.measure(server, entry, running, seconds=seconds, clients=singles.CLIENTS)
                found[name].append(turn)
                print(f"  turn {number}: {name:8} {turn.load.rate:8.0f}/s", flush=True)
    return found


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
