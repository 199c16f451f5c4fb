"""Ours on SQLite beside the minimal DRF view on SQLite, each with WAL, synchronous=FULL and immediate transactions."""

import tempfile
from pathlib import Path
from typing import Any

from bench import postgres
from bench.contestants import DRF, OURS, ROOT
from bench.singles import Entry, in_turns, with_ratios

CLIENTS = 16


def measure(server: postgres.Server, *, rounds: int, seconds: float, logs: Path) -> dict[str, Any]:
    """Measure both in turns. A client that meets a lock gets an answer that is not 2xx, and is counted as refused."""
    # Beside the project, because a folder for temporary files is often one in memory, where nothing has to be synced.
    folder = ROOT / "var"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="bench-") as name:
        entries = {}
        for each in (OURS, DRF):
            url = f"sqlite:///{name}/{each.name}.sqlite3"
            entries[f"{each.name}-sqlite"] = Entry(each, url, each.prepare(url))
        found = in_turns(server, entries, rounds=rounds, seconds=seconds, logs=logs, clients=CLIENTS)
    return with_ratios({name.removesuffix("-sqlite"): result for name, result in found.items()})
