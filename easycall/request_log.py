"""One line of JSON for each request to the door, for machines to read: what came of it, and nothing that was sent.

Every value is of our own making or one of a few that are known, so none can carry a lead's data, a token or a path.
"""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from easycall.json_text import dumps

log = logging.getLogger("easycall.requests")

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def record(**said: Any) -> None:
    """Write the line of one request; see `line`."""
    write([line(**said)])


def write(lines: Iterable[str]) -> None:
    """Write lines of requests that were answered together, in one go: a call of the logging costs more than a line."""
    if log.isEnabledFor(logging.INFO):
        log.info("\n".join(lines))


def line(
    *,
    method: str,
    route: str,
    status: int,
    problem: str = "",
    submission: UUID | None = None,
    credential: str = "",
    leads: int = 0,
    size: int = 0,
    seconds: float | None = None,
) -> str:
    """What the log says of a request whose answer is ready.

    `route` is the name of a route and not the path, `problem` its types, `credential` the prefix, which is public,
    `leads` how many were taken, `size` the bytes of the body, `seconds` how long the answer took.
    """
    said = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        # A method is any word that the client likes to write.
        "method": method if method in _METHODS else "other",
        "route": route,
        "status": status,
        "problem": problem or None,
        "submission": submission and str(submission),
        "credential": credential or None,
        "leads": leads,
        "ms": None if seconds is None else round(seconds * 1000, 1),
        "bytes": size,
    }
    return dumps(said)
