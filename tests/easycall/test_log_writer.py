import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from easycall import log_writer
from easycall.log_writer import BackgroundHandler


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Its two ends, the one to read from first."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


@contextmanager
def logger_to(fd: int) -> Iterator[logging.Logger]:
    """What is lost is said there too."""
    handler = BackgroundHandler(fd)
    logger = logging.getLogger("easycall.log_writer")
    logger.addHandler(handler)
    try:
        yield logger
    finally:
        logger.removeHandler(handler)


@pytest.fixture
def logger(pipe: tuple[int, int]) -> Iterator[logging.Logger]:
    with logger_to(pipe[1]) as logger:
        yield logger


def flush(logger: logging.Logger) -> float:
    begun = time.monotonic()
    logger.handlers[0].flush()
    return time.monotonic() - begun


def test_lines_are_written_in_their_order(pipe: tuple[int, int], logger: logging.Logger) -> None:
    for number in range(100):
        logger.info("line %d ñ", number)
    flush(logger)
    assert os.read(pipe[0], 65536).decode() == "".join(f"line {number} ñ\n" for number in range(100))


def test_reader_that_is_blocked_holds_up_nobody_and_hears_what_it_missed(
    pipe: tuple[int, int], logger: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_writer, "WAITING", 100)
    monkeypatch.setattr(log_writer, "PATIENCE", 0.1)
    for number in range(3_000):
        logger.info("%d %s", number, "x" * 1_000)
    assert flush(logger) > 0.05
    assert flush(logger) < 0.05, "who ends waits once"
    heard = b""
    while b"were lost" not in heard:
        heard += os.read(pipe[0], 65536)
    assert heard.startswith(b"0 xxx")


def test_full_disk_holds_up_nobody() -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    with logger_to(full) as logger:
        logger.info("nowhere")
        assert flush(logger) < log_writer.PATIENCE
    os.close(full)


def test_process_that_is_forked_writes_its_own_lines_only(pipe: tuple[int, int], logger: logging.Logger) -> None:
    logger.info("parent")
    if not (child := os.fork()):
        logger.info("child")
        flush(logger)
        os._exit(0)
    os.waitpid(child, 0)
    flush(logger)
    assert sorted(os.read(pipe[0], 65536).splitlines()) == [b"child", b"parent"]
