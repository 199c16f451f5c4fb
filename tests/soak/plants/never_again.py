"""A planted bug: what PostgreSQL ended for a deadlock is not tried again."""

from importlib import import_module

from easycall.asgi import application

__all__ = ["application"]

import_module("leads.intake.receive")._DEADLOCK = "none"
