"""Is there room on the disk? A database that fills it stops in the middle of its work, so leads are refused before."""

import logging
import os
import threading
import time
from collections.abc import Iterable

from django.conf import settings

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0  # seconds

_lock = threading.Lock()
_full = False
_looked_at = float("-inf")


def is_nearly_full() -> bool:
    """Whether a file system of DISK_FOLDERS has less than DISK_FREE_PERCENT free, as it was a second ago at most."""
    global _full, _looked_at
    if time.monotonic() - _looked_at < LOOK_EVERY:
        return _full
    with _lock:
        if time.monotonic() - _looked_at >= LOOK_EVERY:
            full = free_percent(settings.DISK_FOLDERS) < settings.DISK_FREE_PERCENT
            if full != _full:
                log.error("The disk is nearly full: leads are refused" if full else "The disk has room again")
            _full, _looked_at = full, time.monotonic()
    return _full


def free_percent(folders: Iterable[str]) -> float:
    """How much of the fullest of their file systems ordinary users may still fill, in percent, as `df` counts it."""
    return min(map(_free_percent, folders), default=100.0)


def _free_percent(folder: str) -> float:
    try:
        disk = os.statvfs(folder)
    except OSError:  # a folder that is not there holds no database, and the database says so itself
        return 100.0
    size = disk.f_blocks - disk.f_bfree + disk.f_bavail
    # What stands for no disk, or does not say, has no size.
    return 100.0 * disk.f_bavail / size if size else 100.0
