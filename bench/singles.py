"""Single leads: each contestant in turns, round after round, so that what else the machine does hits all alike."""

from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench import load, postgres, processes
from bench.contestants import CONTESTANTS, DRF, FASTAPI, OURS, PGBENCH, Contestant

CLIENTS = 32
WARM_UP_SECONDS = 2
PROBE = b'{"Campaign":"bench","nome":"Prueba","telefono_mobile":"699 99 99 99","email":"probe@example.com"}'


@dataclass
class Turn:
    """One measurement. CPU in milliseconds a request; `lost`: answered with 2xx, and not in the table."""

    load: load.Load
    lost: int
    server_cpu_ms: float | None
    database_cpu_ms: float | None


@dataclass
class Entry:
    """A contestant with its database and its token."""

    contestant: Contestant
    url: str
    token: str

    @property
    def authorization(self) -> str:
        return f"{self.contestant.scheme} {self.token}"


def compare(server: postgres.Server, names: list[str], *, rounds: int, seconds: float, logs: Path) -> dict[str, Any]:
    """Measure each contestant on a database of its own. Returns name -> medians, ratios and every turn."""
    with ExitStack() as stack:
        entries = []
        for name in names:
            url = stack.enter_context(server.database(name))
            entries.append(Entry(CONTESTANTS[name], url, CONTESTANTS[name].prepare(url)))
        turns: dict[str, list[Turn]] = {name: [] for name in names}
        for number in range(1, rounds + 1):
            for entry in entries:
                turn = one_turn(server, entry, seconds=seconds, log=logs / f"{entry.contestant.name}.log")
                turns[entry.contestant.name].append(turn)
                print(f"  round {number}: {entry.contestant.title:22} {turn.load.rate:8.0f}/s", flush=True)
    return with_ratios({name: summary(found) for name, found in turns.items()})


def one_turn(server: postgres.Server, entry: Entry, *, seconds: float, log: Path, clients: int = CLIENTS) -> Turn:
    """Start the contestant afresh, warm it up, measure it, and stop it."""
    if entry.contestant is PGBENCH:
        return Turn(load.pgbench(entry.url, clients=clients, seconds=seconds), 0, None, None)
    with processes.serve(entry.contestant, entry.url, log) as running:
        running.wait_until_it_takes_leads(entry.authorization, PROBE)
        load.wrk(running.address, entry.authorization, clients=clients, seconds=WARM_UP_SECONDS)
        return measure(server, entry, running, seconds=seconds, clients=clients)


def measure(server: postgres.Server, entry: Entry, running: processes.Server, *, seconds: float, clients: int) -> Turn:
    rows = postgres.count(entry.url, entry.contestant.table)
    before = _cpu(server, entry, running)
    seen = load.wrk(running.address, entry.authorization, clients=clients, seconds=seconds)
    after = _cpu(server, entry, running)
    stored = postgres.count(entry.url, entry.contestant.table) - rows
    each = 1000 / max(seen.requests, 1)
    own, database = (processes.spent(*readings) * each for readings in zip(before, after, strict=True))
    return Turn(seen, max(0, seen.requests - seen.refused - stored), own, database or None)


def _cpu(server: postgres.Server, entry: Entry, running: processes.Server) -> list[dict[int, float]]:
    return [processes.cpu_seconds(pids) for pids in (running.pids(), server.backends(entry.url))]


def summary(turns: list[Turn]) -> dict[str, Any]:
    """The median of each figure, the sum of what must be none, and all turns."""
    return {
        "rate": median(turn.load.rate for turn in turns),
        "p50_ms": median(turn.load.p50_ms for turn in turns),
        "p99_ms": median(turn.load.p99_ms for turn in turns),
        "refused": sum(turn.load.refused for turn in turns),
        "broken": sum(turn.load.broken for turn in turns),
        "lost": sum(turn.lost for turn in turns),
        "server_cpu_ms": _median_if_all([turn.server_cpu_ms for turn in turns]),
        "database_cpu_ms": _median_if_all([turn.database_cpu_ms for turn in turns]),
        "turns": [asdict(turn) | {"rate": turn.load.rate} for turn in turns],
    }


def _median_if_all(figures: list[float | None]) -> float | None:
    known = [figure for figure in figures if figure is not None]
    return median(known) if len(known) == len(figures) else None


def with_ratios(results: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Add to each result how its rate compares with that of the DRF view and of FastAPI."""
    for base in (DRF.name, FASTAPI.name):
        if base in results:
            for result in results.values():
                result[f"times_{base}"] = result["rate"] / results[base]["rate"]
    return results


__all__ = ["OURS", "Entry", "Turn", "compare", "measure", "one_turn", "summary", "with_ratios"]
