"""A planted bug: settings with which a lock is waited for longer than anybody waits for an answer."""

from easycall.settings import *  # noqa: F403
from easycall.settings import DATABASES

options = DATABASES["default"]["OPTIONS"]
if "timeout" in options:
    options["timeout"] = 600
else:
    options["options"] += " -c lock_timeout=0 -c statement_timeout=0"
