"""The load: wrk for everything that speaks HTTP, pgbench for the database alone."""

import json
import random
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench.contestants import ROOT
from bench.contestants.table import COLUMNS, JSON_COLUMNS, TEXT_COLUMNS, insert
from bench.postgres import Missing

LUA = ROOT / "bench/lead.lua"
# Each run of wrk numbers its leads from where the one before may have ended. Growth has filled the numbers up to ten
# million, and its database keeps the leads of earlier benchmarks: so every benchmark starts somewhere else.
FIRST_NUMBER = random.randint(10_000_000, 60_000_000)
NUMBERS_A_RUN = 400_000
# Numbers are handed out once a process.
_runs = count()


@dataclass
class Load:
    """What one run of a load generator saw. `refused`: answers that are not 2xx; `broken`: without an answer."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    refused: int = 0
    broken: int = 0

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def check_tools(*names: str) -> None:
    """Raises Missing, with the names of those that are not on the PATH."""
    missing = [name for name in names if shutil.which(name) is None]
    if missing:
        raise Missing(f"Not found on the PATH: {', '.join(missing)}. On Debian: apt-get install wrk postgresql")


def wrk(address: str, authorization: str, *, clients: int, seconds: float, batch: int = 0) -> Load:
    """POST leads for a while; with `batch`, so many in each request."""
    first = FIRST_NUMBER + next(_runs) * NUMBERS_A_RUN
    command = [
        "wrk",
        "-t1",
        f"-c{clients}",
        f"-d{max(1, round(seconds))}s",
        "--timeout",
        "30s",
        "-s",
        str(LUA),
        address,
    ]
    output = subprocess.check_output([*command, "--", str(first), str(batch), authorization], text=True)
    return Load(**json.loads(output.splitlines()[-1]))


def pgbench(url: str, *, clients: int, seconds: float) -> Load:
    """The INSERT of the other contestants and nothing else, as a prepared statement."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "insert.sql"
        script.write_text("\\set number random(1, 99999999)\n" + insert(_values()) + ";\n")
        command = ["pgbench", "-n", "-M", "prepared", f"-c{clients}", "-j2", f"-T{max(1, round(seconds))}", "-l"]
        subprocess.run([*command, "-f", str(script), url], cwd=folder, check=True, capture_output=True)
        lines = [line.split() for log in Path(folder).glob("pgbench_log.*") for line in log.read_text().splitlines()]
    latencies = sorted(int(fields[2]) / 1000 for fields in lines)
    p50, p99 = (latencies[int(len(latencies) * share)] for share in (0.5, 0.99))
    return Load(len(latencies), round(seconds), p50, p99)


def _values() -> list[str]:
    """SQL for each column: of a lead that differs from the others where wrk's leads do."""
    known = {
        "nome": "'Lucía'",
        "cognome": "'Núñez García'",
        "telefono_mobile": "'6' || :number",
        "email": "'lead.' || :number || '@example.com'",
        "cap": "'28013'",
        "comune": "'Madrid'",
    }
    values = [known.get(name, "''") for name in TEXT_COLUMNS] + ["'{}'"] * len(JSON_COLUMNS)
    assert len(values) == len(COLUMNS)
    return values
