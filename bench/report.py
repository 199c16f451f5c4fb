"""The results as tables for people, and as JSON for what is written from them."""

import json
import platform
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.contestants import CONTESTANTS, ROOT, WORKERS

RESULTS = ROOT / "bench/results"


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
    """One line a contestant. CPU is milliseconds a request of the server's and of the database's processes."""
    header = ("", "requests/s", "p50 ms", "p99 ms", "non-2xx", "broken", "lost", "CPU", "+ db", "x DRF", "x FastAPI")
    rows = [header]
    for name, result in results.items():
        title = CONTESTANTS[name].title if name in CONTESTANTS else name
        rows.append(
            (
                title,
                f"{result['rate']:.0f}",
                f"{result['p50_ms']:.1f}",
                f"{result['p99_ms']:.1f}",
                *(str(result[count]) for count in ("refused", "broken", "lost")),
                *(
                    _figure(result.get(key))
                    for key in ("server_cpu_ms", "database_cpu_ms", "times_drf", "times_fastapi")
                ),
            )
        )
    print_table(rows)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


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
