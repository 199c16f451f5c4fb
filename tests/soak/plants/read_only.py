"""Settings of a database that takes nothing."""

from easycall.settings import *  # noqa: F403
from easycall.settings import DATABASES

DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA query_only=1;"
