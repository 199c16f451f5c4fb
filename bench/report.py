"""The results as tables for people, and as JSON for what is written from them."""

import json
import platform
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.contestants import CONTESTANTS, ROOT, WORKERS

RESULTS = ROOT / "bench/results"
# What must be none: answers that are not 2xx, requests without an answer, leads that were promised and are not there.
COUNTS = ("refused", "broken", "lost")
# Milliseconds a request, of the server's processes and of the database's.
CPU = ("server_cpu_ms", "database_cpu_ms")


def machine() -> dict[str, Any]:
    """What the figures depend on, besides the database."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "cpu": models[0] if models else platform.machine(),
        "cores": len(models),
        "workers": WORKERS,
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }


def print_facts(facts: dict[str, Any]) -> None:
    print(", ".join(f"{name} {value}" for name, value in facts.items()))


def print_singles(results: dict[str, dict[str, Any]]) -> None:
    """One line a contestant. The last two columns compare leads a CPU second, which a busy machine hardly changes."""
    header = ("requests/s", "p50 ms", "p99 ms", "non-2xx", "broken", "lost", "x DRF", "x FastAPI", "CPU ms", "+ db")
    rows: list[tuple[str, ...]] = [("", *header, "x DRF", "x FastAPI")]
    for name, result in results.items():
        title = CONTESTANTS[name].title if name in CONTESTANTS else name
        figures = (f"{result['rate']:.0f}", f"{result['p50_ms']:.1f}", f"{result['p99_ms']:.1f}")
        counts = (str(result[count]) for count in COUNTS)
        ratios = [f"times_{base}" for base in ("drf", "fastapi")]
        others = (_figure(result.get(key), 2) for key in (*ratios, *CPU, *(f"cpu_{ratio}" for ratio in ratios)))
        rows.append((title, *figures, *counts, *others))
    print_table(rows)


def print_batches(found: dict[str, Any]) -> None:
    header = ("connections", "leads/s", "p50 ms", "p99 ms", "non-2xx", "broken", "lost", "CPU ms a batch", "+ db")
    rows: list[tuple[str, ...]] = [header]
    for clients, result in found["rates"].items():
        figures = (_figure(result[key]) for key in ("leads_per_second", "p50_ms", "p99_ms"))
        counts = (str(result[count]) for count in COUNTS)
        rows.append((clients, *figures, *counts, *(_figure(result[key]) for key in CPU)))
    print_table(rows)
    memory = found["memory"]
    print(
        f"\nMemory of the workers: {memory['before_mb']:.0f} MiB warm, "
        f"{memory['after_mb']:.0f} MiB after {memory['batches']} batches more."
    )


def print_growth(found: dict[str, Any]) -> None:
    print_singles(found["singles"])
    lowest, highest = min(found["ratios"]), max(found["ratios"])
    pairs = f"{len(found['ratios'])} pairs of turns, {lowest:.2f} to {highest:.2f}"
    print(f"\nGrown to empty: {found['ratio']:.2f} (median of {pairs}). The database has {found['size']}.")
    rows: list[tuple[str, ...]] = [("", "median ms", "slowest ms", "CPU ms", "")]
    for name, page in found["pages"].items():
        figures = (_figure(page[key]) for key in ("median_ms", "slowest_ms", "cpu_ms"))
        rows.append((name, *figures, "" if page["good"] else "too slow"))
    print_table(rows)


def _figure(value: float | None, digits: int = 0) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def print_table(rows: list[tuple[str, ...]]) -> None:
    """Columns as wide as their longest text: the first to the left, the others to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    print()
    for first, *others in rows:
        cells = [f"{text:>{width}}" for text, width in zip(others, widths[1:], strict=True)]
        print("  ".join([f"{first:<{widths[0]}}", *cells]))


def write(results: dict[str, Any]) -> Path:
    """Write the results of a run. Returns where."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{datetime.now().astimezone():%Y%m%d-%H%M%S}.json"
    path.write_text(json.dumps(results, indent=1))
    return path
