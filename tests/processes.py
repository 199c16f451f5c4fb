"""Processes and ports, for tests that start servers."""

import socket
import time
from collections.abc import Callable
from pathlib import Path


def children(pid: int) -> list[int]:
    """The processes that `pid` started and that run now."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def wait_until(happened: Callable[[], bool], *, seconds: float, every: float = 0.05) -> float:
    """Wait until `happened()`, and return how many seconds that took. Fails after `seconds`."""
    start = time.monotonic()
    while not happened():
        assert time.monotonic() - start < seconds, "what was waited for did not happen"
        time.sleep(every)
    return time.monotonic() - start
