"""The settings of the suite: those of an installation, but quick, and with nothing left behind."""

import os
import tempfile

os.environ.setdefault("HTTPS", "0")
# Tests send more wrong tokens in a minute than anybody may; those that are about it set a limit.
os.environ.setdefault("GUESSES_PER_MINUTE", "0")
os.environ.setdefault("SECRET_KEY", "only-the-tests-know-this-key-and-it-opens-nothing-else")

from easycall.settings import *  # noqa: F403
from easycall.settings import DATABASES, LOGGING, STORAGES

# A file, because a SQLite database in memory has neither write-ahead log nor locks, and those are what needs testing.
_directory = tempfile.TemporaryDirectory(prefix="easycall-tests-")
if DATABASES["default"]["ENGINE"] == "easycall.sqlite":
    DATABASES["default"]["TEST"] = {"NAME": f"{_directory.name}/tests.sqlite3"}

# The manifest storage fails where collectstatic has not been run.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# What is written in the background would come out when pytest does not look.
for _handler in LOGGING["handlers"].values():
    _handler["class"] = "logging.StreamHandler"
