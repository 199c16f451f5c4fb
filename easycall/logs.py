import logging
import re
import time
import traceback
from types import TracebackType

# Whoever knows the rest of such an address may read the page, or choose somebody's password.
_SECRET = re.compile(r"(?<=/kit/)[^/\s]+|(?<=/password-reset/)[^/\s]+/[^/\s]+")


class PrivateFormatter(logging.Formatter):
    """Says where a fault happened and of what kind it was, and leaves its message out.

    Messages of databases and parsers quote the values that they stumbled on, and those are somebody's personal data.
    The addresses that are a secret are left out too.
    """

    # UTC, because Django sets the zone of its workers and not that of the process that starts them.
    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        return _SECRET.sub("…", super().format(record))

    def formatException(  # noqa: N802  the name is logging's
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        exc = ei[1]
        text = ""
        while exc is not None:
            frames = "".join(traceback.format_tb(exc.__traceback__))
            text = f"Traceback (most recent call last):\n{frames}{_kind(exc)}\n{text}"
            exc = exc.__cause__ or exc.__context__
        return text.rstrip()


def _kind(exc: BaseException) -> str:
    return f"{type(exc).__module__}.{type(exc).__qualname__}"
