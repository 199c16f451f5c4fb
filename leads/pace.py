"""How fast a long piece of work may go while leads come in."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from django.db import connection

_T = TypeVar("_T")


def giving_way(work: Iterable[_T]) -> Iterator[_T]:
    """The pieces of `work`, on SQLite with a pause after each, as long as it took.

    SQLite has one writer at a time and no queue: one that never pauses keeps the door waiting until it gives up.
    """
    begun = time.monotonic()
    for piece in work:
        yield piece
        if connection.vendor == "sqlite":
            time.sleep(time.monotonic() - begun)
        begun = time.monotonic()
