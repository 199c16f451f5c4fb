"""A planted bug: settings with which a line that can't be logged is a fault of the request that it is about."""

import logging

from easycall.settings import *  # noqa: F403
from easycall.settings import LOGGING


class Handler(logging.StreamHandler):  # type: ignore[type-arg]
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's own name
        raise  # noqa: PLE0704  what emit is handling


LOGGING["handlers"]["requests"]["class"] = f"{__name__}.Handler"
