"""What a worker had in hand when it was killed for memory: sent again, it shall not kill the next one.

Linux counts whom it kills for memory, and nobody else's death is taken for that. The notes are files in memory, made by
the arbiter before it forks its workers; without it nothing is noted.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

# What is smaller takes no memory worth speaking of.
LARGE = 16 * 1024

COUNTER = Path("/proc/vmstat")
_MEMORY = Path("/dev/shm")  # noqa: S108  the folder in it has a name that nobody can guess


@dataclass(slots=True)
class _Notes:
    folder: Path | None = None
    killed: int = 0


_notes = _Notes()


def watch() -> None:
    """For the arbiter, before there are workers."""
    parent = _MEMORY if _MEMORY.is_dir() else Path(tempfile.gettempdir())
    _sweep(parent)
    _notes.folder = Path(tempfile.mkdtemp(prefix=f"easycall-{os.getpid()}-", dir=parent))
    (_notes.folder / "deadly").mkdir()
    _notes.killed = _count()


def end() -> None:
    """For the arbiter, when it stops."""
    if _notes.folder:
        shutil.rmtree(_notes.folder, ignore_errors=True)
        _notes.folder = None


def _sweep(parent: Path) -> None:
    """Remove what an arbiter left that was killed itself."""
    for left in parent.glob("easycall-*-*"):
        pid = left.name.split("-")[1]
        if pid.isdigit() and Path("/proc/self").exists() and not Path("/proc", pid).exists():
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def in_hand(body: bytes) -> Iterator[None]:
    """While a worker reads `body`."""
    if _notes.folder is None or len(body) < LARGE:
        yield
        return
    note = _notes.folder / f"{os.getpid()}.{_digest(body)}"
    with suppress(OSError):  # a note that can't be made is no reason to refuse anybody
        note.touch()
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def is_deadly(body: bytes) -> bool:
    """Whether a worker was killed for memory when it had the same bytes in hand."""
    if _notes.folder is None or len(body) < LARGE:
        return False
    try:
        deadly = {path.name for path in (_notes.folder / "deadly").iterdir()}
    except OSError:
        return False
    return bool(deadly) and _digest(body) in deadly


def bury(pid: int) -> None:
    """For the arbiter: this worker is dead."""
    if _notes.folder is None:
        return
    before, _notes.killed = _notes.killed, _count()
    for note in _notes.folder.glob(f"{pid}.*"):
        with suppress(OSError):
            if _notes.killed > before:
                note.rename(_notes.folder / "deadly" / note.suffix[1:])
            else:
                note.unlink()


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _count() -> int:
    """How many processes were killed for memory since the machine was started; 0 where nobody counts."""
    try:
        found = re.search(r"^oom_kill (\d+)$", COUNTER.read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) if found else 0
