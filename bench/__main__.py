"""`make bench`: measure easycall beside others, in one run, on this machine and one PostgreSQL."""

import argparse
import signal
import sys
from typing import Any

from bench import load, report, singles
from bench.contestants import CONTESTANTS
from bench.postgres import Missing, Server
from bench.processes import Broken


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--only", default=",".join(CONTESTANTS), help="contestants, with commas between them")
    parser.add_argument("--seconds", type=float, default=8, help="of each measurement (8)")
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many is what counts (3)")
    options = parser.parse_args()
    options.only = [name for name in options.only.split(",") if name]
    if unknown := set(options.only) - set(CONTESTANTS):
        parser.error(f"no such contestant: {', '.join(sorted(unknown))}. There are {', '.join(CONTESTANTS)}.")
    return options


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
    load.check_tools("wrk", *(["pgbench"] if "pgbench" in options.only else []))
    server = Server()
    results: dict[str, Any] = {"machine": report.machine(), "postgresql": server.settings()}
    report.print_facts(results["machine"])
    print("PostgreSQL: ", end="")
    report.print_facts(results["postgresql"])
    server.drop_left_over()
    logs = report.RESULTS / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    print(f"\nSingle leads, {singles.CLIENTS} connections, {options.rounds} rounds of {options.seconds:g} s:")
    results["singles"] = singles.compare(
        server, options.only, rounds=options.rounds, seconds=options.seconds, logs=logs
    )
    report.print_singles(results["singles"])
    print(f"\nWritten to {report.write(results)}")


if __name__ == "__main__":
    sys.exit(main())
