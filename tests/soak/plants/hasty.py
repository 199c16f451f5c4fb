"""A planted bug: settings with which a lock is not waited for."""

from easycall.settings import *  # noqa: F403
from easycall.settings import DATABASES

options = DATABASES["default"]["OPTIONS"]
if "timeout" in options:
    options["timeout"] = 0
else:
    options["options"] += " -c lock_timeout=10"
