"""A contestant's server as a group of processes: started, asked for its CPU seconds and memory, stopped."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.contestants import ROOT, Contestant, environment

FIRST_PORT = int(os.environ.get("BENCH_PORT", "9400"))
TICK = os.sysconf("SC_CLK_TCK")
START_SECONDS = 120


class Broken(Exception):
    """A contestant does not do what it is there for."""


@contextmanager
def serve(contestant: Contestant, url: str, log: Path) -> Iterator["Server"]:
    """The contestant's server on a database; what it writes goes to `log`."""
    port = free_port()
    with log.open("ab") as output:
        process = subprocess.Popen(
            command(contestant, port),
            cwd=ROOT,
            env=environment(url, port),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield Server(contestant, process, port, log)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def command(contestant: Contestant, port: int) -> list[str]:
    if "uvicorn" in contestant.command:
        workers = environment("")["WORKERS"]
        return [*contestant.command, "--host", "127.0.0.1", "--port", str(port), "--workers", workers]
    return list(contestant.command)


def free_port() -> int:
    for port in range(FIRST_PORT, FIRST_PORT + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Broken(f"No port is free from {FIRST_PORT} on; choose others with BENCH_PORT.")


class Server:
    def __init__(self, contestant: Contestant, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.contestant, self.process, self.port, self.log = contestant, process, port, log
        self.address = f"http://127.0.0.1:{port}{contestant.path}"

    def wait_until_it_takes_leads(self, authorization: str, body: bytes) -> None:
        """Send one lead until it is answered with 201. Raises Broken when it is not in time."""
        headers = {"Content-Type": "application/json", "Authorization": authorization}
        request = urllib.request.Request(self.address, data=body, headers=headers)
        deadline = time.monotonic() + START_SECONDS
        last = "it does not listen"
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(request, timeout=10) as response:
                    if response.status == 201:
                        return
                    last = f"it answered {response.status}"
            except urllib.error.HTTPError as error:
                last = f"it answered {error.code}: {error.read()[:200]!r}"
            except OSError:
                pass
            time.sleep(0.1)
        raise Broken(f"{self.contestant.title} takes no lead: {last}. See {self.log}")

    def pids(self) -> list[int]:
        """The process that was started, and all its children's."""
        children: dict[int, list[int]] = {}
        for pid, fields in _all_stats():
            children.setdefault(int(fields[1]), []).append(pid)
        found = [self.process.pid]
        for pid in found:
            found.extend(children.get(pid, []))
        return found

    def rss_mb(self) -> float:
        """What the processes hold in memory, shared pages counted once each, in MiB."""
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.pids()]
        return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


def cpu_seconds(pids: Iterable[int]) -> dict[int, float]:
    """The CPU seconds that each process has used, in user and system mode. Those that are gone are left out."""
    wanted = set(pids)
    return {pid: (int(fields[11]) + int(fields[12])) / TICK for pid, fields in _all_stats() if pid in wanted}


def spent(before: dict[int, float], after: dict[int, float]) -> float:
    """CPU seconds between two readings."""
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


def _all_stats() -> Iterator[tuple[int, list[str]]]:
    """Each process with the fields of its stat after the name: state, parent, ..."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text()
            except OSError:
                continue
            yield int(entry.name), text.rpartition(")")[2].split()
