"""A planted bug: settings with which a commit is answered before it is on disk."""

from easycall.settings import *  # noqa: F403
from easycall.settings import DATABASES

options = DATABASES["default"]["OPTIONS"]
if "init_command" in options:
    options["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
else:
    options["options"] = "-c synchronous_commit=off"
