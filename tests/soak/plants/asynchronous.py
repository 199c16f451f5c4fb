"""A planted bug: settings with which a commit is answered before it is on disk."""

from easycall.settings import *  # noqa: F403
from easycall.settings import DATABASES

DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"
