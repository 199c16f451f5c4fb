"""A planted bug: settings with which a line of the log is waited for until it is written."""

from easycall.settings import *  # noqa: F403
from easycall.settings import LOGGING

for handler in LOGGING["handlers"].values():
    handler["class"] = "logging.StreamHandler"
