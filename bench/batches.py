"""Batches of a thousand leads: how many leads a second, and whether the memory of the workers stays flat."""

from pathlib import Path
from typing import Any

from bench import load, postgres, processes, singles
from bench.contestants import OURS
from bench.singles import Entry, Turn

SIZE = 1_000
CLIENTS = (1, 2, 4)
MEMORY_BATCHES = 200
# Between two readings; long enough for a few batches on any machine.
MEMORY_SECONDS = 10


def measure(server: postgres.Server, *, rounds: int, seconds: float, logs: Path) -> dict[str, Any]:
    """Measure ours in one server process group. Returns clients -> medians and every turn, and the memory."""
    with server.database("batches") as url:
        entry = Entry(OURS, url, OURS.prepare(url))
        with processes.serve(OURS, url, logs / "batches.log") as running:
            singles.probe(entry, running)
            load.wrk(running.address, entry.authorization, clients=max(CLIENTS), seconds=seconds / 2, batch=SIZE)
            turns: dict[int, list[Turn]] = {clients: [] for clients in CLIENTS}
            for _ in range(rounds):
                for clients, seen in turns.items():
                    seen.append(singles.measure(server, entry, running, seconds=seconds, clients=clients, batch=SIZE))
            found = {str(clients): singles.summary(seen) for clients, seen in turns.items()}
            for each in found.values():
                each["leads_per_second"] = each["rate"] * SIZE
            return {"rates": found, "memory": memory(entry, running)}


def memory(entry: Entry, running: processes.Server) -> dict[str, Any]:
    """The resident memory of all workers, in MiB, from a warm server until it took 200 batches more."""
    samples, sent = [running.rss_mb()], 0
    while sent < MEMORY_BATCHES:
        sent += load.wrk(
            running.address, entry.authorization, clients=max(CLIENTS), seconds=MEMORY_SECONDS, batch=SIZE
        ).requests
        samples.append(running.rss_mb())
    return {"batches": sent, "before_mb": samples[0], "after_mb": samples[-1], "samples_mb": samples}
