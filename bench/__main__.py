"""`make bench`: measure easycall beside others, in one run, on this machine and one PostgreSQL."""

import argparse
import signal
import sys
from collections.abc import Collection
from typing import Any

from bench import batches, growth, load, report, singles, sqlite
from bench.contestants import CONTESTANTS
from bench.postgres import Missing, Server
from bench.processes import Broken


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--parts", help="singles,batches,sqlite, or growth; with --only, singles is enough")
    parser.add_argument("--only", help=f"contestants for single leads: {','.join(CONTESTANTS)}")
    parser.add_argument("--seconds", type=float, default=8, help="of each measurement (8)")
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many is what counts (3)")
    parser.add_argument("--rows", type=int, default=5_000_000, help="leads to fill the tables with for growth")
    parser.add_argument("--drop", action="store_true", help="remove the database of growth, and do nothing else")
    options = parser.parse_args()
    options.parts = _names(parser, options.parts or ("singles" if options.only else "singles,batches,sqlite"), PART)
    options.only = _names(parser, options.only or ",".join(CONTESTANTS), CONTESTANTS)
    return options


def _names(parser: argparse.ArgumentParser, text: str, known: Collection[str]) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if unknown := set(names) - set(known):
        parser.error(f"not known: {', '.join(sorted(unknown))}. There are {', '.join(known)}.")
    return names


def main() -> int:
    options = arguments()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        run(options)
    except (Missing, Broken) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def run(options: argparse.Namespace) -> None:
    server = Server()
    if options.drop:
        server.drop(growth.NAME)
        return
    load.check_tools("wrk", *(["pgbench"] if "pgbench" in options.only else []))
    results: dict[str, Any] = {"machine": report.machine(), "postgresql": server.settings()}
    report.print_facts(results["machine"])
    print("PostgreSQL: ", end="")
    report.print_facts(results["postgresql"])
    server.drop_left_over()
    logs = report.RESULTS / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    common = {"rounds": options.rounds, "seconds": options.seconds, "logs": logs}
    try:
        for part in options.parts:
            results[part] = PART[part](server, options, common)
    finally:
        print(f"\nWritten to {report.write(results)}")


def _singles(server: Server, options: argparse.Namespace, common: dict[str, Any]) -> dict[str, Any]:
    print(f"\nSingle leads, {singles.CLIENTS} connections, {options.rounds} rounds of {options.seconds:g} s:")
    found = singles.compare(server, options.only, **common)
    report.print_singles(found)
    return found


def _batches(server: Server, options: argparse.Namespace, common: dict[str, Any]) -> dict[str, Any]:
    print(f"\nBatches of {batches.SIZE:,} leads:")
    found = batches.measure(server, **common)
    report.print_batches(found)
    return found


def _sqlite(server: Server, options: argparse.Namespace, common: dict[str, Any]) -> dict[str, Any]:
    print(f"\nSingle leads on SQLite, {sqlite.CLIENTS} connections:")
    found = sqlite.measure(server, **common)
    report.print_singles(found)
    return found


def _growth(server: Server, options: argparse.Namespace, common: dict[str, Any]) -> dict[str, Any]:
    found = growth.measure(server, rows=options.rows, **common)
    report.print_growth(found)
    return found


PART = {"singles": _singles, "batches": _batches, "sqlite": _sqlite, "growth": _growth}

if __name__ == "__main__":
    sys.exit(main())
