"""A planted bug: settings with which whoever looks first when SQLite is free writes next, whoever came before."""

from easycall.settings import *  # noqa: F403
from easycall.settings import DATABASES

DATABASES["default"]["ENGINE"] = "django.db.backends.sqlite3"
