"""Writes the log in a thread of its own: a disk or a reader that blocks it holds up no request."""

import logging
import os
import queue
import select
import threading
from collections.abc import Iterator

log = logging.getLogger(__name__)

# So many lines wait at most, some megabytes; those that come when there are as many are lost, and counted.
WAITING = 10_000
# How long a process that ends waits for the last of its lines to be written, in seconds.
PATIENCE = 1.0


class BackgroundHandler(logging.Handler):
    """Like a StreamHandler on standard error, or on the file descriptor `fd`, but it never waits."""

    def __init__(self, fd: int = 2) -> None:
        super().__init__()
        self._writer = _standard_error if fd == 2 else _Writer(fd)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = f"{self.format(record)}\n"
        except (TypeError, ValueError, KeyError):  # its message and its values don't fit
            self.handleError(record)
        else:
            self._writer.put(line.encode(errors="backslashreplace"))

    def flush(self) -> None:
        """Wait until all is written, or for PATIENCE."""
        self._writer.flush()


class _Writer:
    """The lines of a process on their way to a file descriptor. A queue of this kind may be used in signal handlers."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        """Of a process that was forked the lines are the parent's to write, and the thread is there no more."""
        self.lines: queue.SimpleQueue[bytes | threading.Event] = queue.SimpleQueue()
        self.lost = 0
        self.lock = threading.RLock()
        self.thread: threading.Thread | None = None
        self.stuck = False

    def put(self, line: bytes) -> None:
        if self.lines.qsize() >= WAITING:
            self._lose(1)
            return
        self.lines.put(line)
        if self.thread is None:
            self._start()

    def flush(self) -> None:
        if self.thread is not None and not self.stuck:
            written = threading.Event()
            self.lines.put(written)
            # Who ends asks for each of its handlers, and need not wait for each.
            self.stuck = not written.wait(PATIENCE)

    def _start(self) -> None:
        with self.lock:
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name="log", daemon=True)
                self.thread.start()

    def _run(self) -> None:
        while True:
            came = [self.lines.get()]
            while not self.lines.empty():
                came.append(self.lines.get())
            for block in _blocks(line for line in came if isinstance(line, bytes)):
                self._write(block)
            for event in came:
                if isinstance(event, threading.Event):
                    event.set()

    def _write(self, block: bytes) -> None:
        try:
            rest = block
            while rest:
                rest = rest[os.write(self.fd, rest) :]
        except OSError:  # a full disk, or nobody who reads
            self._lose(block.count(b"\n"))
            return
        self.stuck = False
        with self.lock:
            lost, self.lost = self.lost, 0
        if lost:
            log.error("%d lines of the log were lost, for it could not be written", lost)

    def _lose(self, lines: int) -> None:
        with self.lock:
            self.lost += lines


def _blocks(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Lines together, but never more than other processes can't write into the middle of."""
    block = b""
    for line in lines:
        if block and len(block) + len(line) > select.PIPE_BUF:
            yield block
            block = b""
        block += line
    if block:
        yield block


_standard_error = _Writer(2)
