"""A planted bug: transactions of SQLite that read first and ask for the lock when somebody else may have written."""

from easycall.settings import *  # noqa: F403
from easycall.settings import DATABASES

DATABASES["default"]["OPTIONS"]["transaction_mode"] = "DEFERRED"
