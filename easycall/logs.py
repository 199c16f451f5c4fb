import logging
import traceback
from types import TracebackType


class PrivateFormatter(logging.Formatter):
    """Says where a fault happened and of what kind it was, and leaves its message out.

    Messages of databases and parsers quote the values that they stumbled on, and those are somebody's personal data.
    """

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        exc = ei[1]
        lines: list[str] = []
        while exc is not None:
            kind = f"{type(exc).__module__}.{type(exc).__qualname__}"
            lines = ["Traceback (most recent call last):\n", *traceback.format_tb(exc.__traceback__), kind, "\n", *lines]
            exc = exc.__cause__ or exc.__context__
        return "".join(lines).rstrip()
