"""Single leads: each contestant in turns, round after round, so that what else the machine does hits all alike."""

from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench import load, postgres, processes
from bench.contestants import CONTESTANTS, DRF, FASTAPI, PGBENCH, Contestant

CLIENTS = 32
WARM_UP_SECONDS = 2
# A lead as lead.lua makes them, with a number that it does not come to.
PROBE = (
    '{"Campaign":"bench","nome":"Lucía","cognome":"Núñez García","telefono_mobile":"699 99 99 99",'
    '"email":"lead.99999999@example.com","cap":"28013","comune":"Madrid","tipo_inmueble":"piso",'
    '"servicio_requerido":"venta","notas":"Llamar por la tarde"}'
)


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
    """Measure contestants, each on a database of its own. Returns name -> medians, ratios and every turn."""
    with ExitStack() as stack:
        entries = {}
        for name in names:
            url = stack.enter_context(server.database(name))
            entries[name] = Entry(CONTESTANTS[name], url, CONTESTANTS[name].prepare(url))
        return with_ratios(in_turns(server, entries, rounds=rounds, seconds=seconds, logs=logs))


def in_turns(
    server: postgres.Server,
    entries: dict[str, Entry],
    *,
    rounds: int,
    seconds: float,
    logs: Path,
    clients: int = CLIENTS,
) -> dict[str, Any]:
    """Measure each entry once a round. Returns name -> medians and every turn."""
    turns: dict[str, list[Turn]] = {name: [] for name in entries}
    for number in range(1, rounds + 1):
        for name, entry in entries.items():
            log = logs / f"{name}.log"
            turn = one_turn(server, entry, seconds=seconds, log=log, clients=clients)
            turns[name].append(turn)
            print(f"  round {number}: {name:14} {turn.load.rate:8.0f}/s", flush=True)
    return {name: summary(found) for name, found in turns.items()}


def one_turn(server: postgres.Server, entry: Entry, *, seconds: float, log: Path, clients: int) -> Turn:
    """Start the contestant afresh, warm it up, measure it, and stop it."""
    if entry.contestant is PGBENCH:
        return Turn(load.pgbench(entry.url, clients=clients, seconds=seconds), 0, None, None)
    with processes.serve(entry.contestant, entry.url, log) as running:
        probe(entry, running)
        load.wrk(running.address, entry.authorization, clients=clients, seconds=WARM_UP_SECONDS)
        return measure(server, entry, running, seconds=seconds, clients=clients)


def probe(entry: Entry, running: processes.Server) -> None:
    """Wait until it takes a lead."""
    running.wait_until_it_takes_leads(entry.authorization, PROBE.encode())


def measure(
    server: postgres.Server,
    entry: Entry,
    running: processes.Server,
    *,
    seconds: float,
    clients: int,
    batch: int = 0,
) -> Turn:
    """Send for a while, and see what it cost and whether it is there; with `batch`, so many leads a request."""
    last = postgres.newest(entry.url, entry.contestant.table)
    before = cpu(server, entry, running)
    seen = load.wrk(running.address, entry.authorization, clients=clients, seconds=seconds, batch=batch)
    after = cpu(server, entry, running)
    stored = postgres.count_after(entry.url, entry.contestant.table, last)
    lost = max(0, (seen.requests - seen.refused) * max(batch, 1) - stored)
    own, database = (processes.spent(*readings) for readings in zip(before, after, strict=True))
    each = 1000 / max(seen.requests, 1)
    return Turn(seen, lost, own * each, database * each if database else None)


def cpu(server: postgres.Server, entry: Entry, running: processes.Server) -> list[dict[int, float]]:
    """CPU seconds so far: of each process of the contestant's, and of each that serves its database."""
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
    """Add to each result how its rate, and its leads a CPU second, compare with the DRF view and with FastAPI."""
    for base in (DRF.name, FASTAPI.name):
        if base in results:
            for result in results.values():
                result[f"times_{base}"] = result["rate"] / results[base]["rate"]
                if result["server_cpu_ms"]:
                    result[f"cpu_times_{base}"] = _cpu_ms(results[base]) / _cpu_ms(result)
    return results


def _cpu_ms(result: dict[str, Any]) -> float:
    return float(result["server_cpu_ms"]) + (result["database_cpu_ms"] or 0.0)
