"""System checks of what holds the leads: would it keep them when the machine loses its power?

They run with `migrate` and `check --database default`, and before gunicorn starts its workers. Each connects by
itself, because a pool made here would be shared by the workers.
"""

import os
from collections.abc import Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core import checks
from django.db import connections

MOUNTS = Path("/proc/mounts")
# Between machines SQLite's locks and its write-ahead log are not kept apart as it needs them to be.
NETWORK_DISKS = frozenset(
    ("9p", "afs", "ceph", "cifs", "davfs", "glusterfs", "lustre", "nfs", "nfs4", "rclone", "s3fs", "smb3", "sshfs")
)

_SETTINGS = "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')"


@checks.register(checks.Tags.database)
def postgresql_keeps_what_it_committed(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Look at every PostgreSQL of `databases`."""
    messages = []
    for alias in databases or ():
        if connections[alias].vendor == "postgresql":
            parameters = dict(connections[alias].get_connection_params())
            messages += _about_postgresql(parameters)
    return messages


@checks.register(checks.Tags.database)
def sqlite_is_on_a_disk_of_this_machine(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Look at the file of every SQLite of `databases`."""
    files = [connections[alias].settings_dict["NAME"] for alias in databases or () if _is_sqlite(alias)]
    return [
        _unsafe(
            f"SQLite's file is on a network disk ({kind}), where its locks and its log can't be relied on.",
            hint="Keep it on a disk of this machine, or use PostgreSQL: see DATABASE_URL in docs/settings.md.",
            number="easycall.E008",
        )
        for kind in map(file_system, files)
        if kind.removeprefix("fuse.") in NETWORK_DISKS
    ]


def file_system(file: str | os.PathLike[str]) -> str:
    """The type of the file system that holds `file`, such as ext4 or nfs4; "" where it can't be known."""
    try:
        mounts = [line.split() for line in MOUNTS.read_text().splitlines()]
    except OSError:
        return ""
    place = Path(file).resolve()
    # A blank in a mount point is written as \040. The deepest mount above the file holds it, of equal ones the last.
    above = [(len(point), kind) for _, point, kind, *_ in mounts if place.is_relative_to(point.replace(r"\040", " "))]
    return max(reversed(above), key=itemgetter(0), default=(0, ""))[1]


def _is_sqlite(alias: str) -> bool:
    return connections[alias].vendor == "sqlite"


def _about_postgresql(parameters: dict[str, Any]) -> list[checks.CheckMessage]:
    try:
        ours = _ask(parameters)
        theirs = _ask({name: value for name, value in parameters.items() if name != "options"})
    except psycopg.Error as error:
        return [
            checks.Warning(
                f"PostgreSQL could not be asked whether it is safe to use ({type(error).__name__}).",
                hint="Until it answers, leads get 503. Then run: manage.py check --database default",
                id="easycall.W003",
            )
        ]
    return [*_lasting(ours), *_default(theirs, ours)]


def _ask(parameters: Mapping[str, Any]) -> dict[str, str]:
    with psycopg.connect(**parameters) as connection:
        return dict(connection.execute(_SETTINGS).fetchall())


def _lasting(said: Mapping[str, str]) -> list[checks.CheckMessage]:
    what_it_costs = {
        "fsync": ("easycall.E005", "a power failure can lose leads and ruin the database"),
        "full_page_writes": ("easycall.E006", "a power failure can ruin the database"),
        "synchronous_commit": ("easycall.E007", "leads are acknowledged before they are on disk"),
    }
    return [
        _unsafe(f"PostgreSQL runs with {name} off: {cost}.", hint=_how_to_turn_on(name), number=number)
        for name, (number, cost) in what_it_costs.items()
        if said[name] == "off"
    ]


def _how_to_turn_on(name: str) -> str:
    if name == "synchronous_commit":
        return "A pooler in between drops what easycall asks for: have PostgreSQL default to synchronous_commit = on."
    return f"Set {name} = on in postgresql.conf and reload PostgreSQL."


def _default(theirs: Mapping[str, str], ours: Mapping[str, str]) -> list[checks.CheckMessage]:
    if theirs["synchronous_commit"] != "off" or ours["synchronous_commit"] == "off":
        return []
    return [
        checks.Warning(
            "PostgreSQL's synchronous_commit is off for this server, database or role. easycall turns it on for "
            "itself; a pooler that drops connection options would leave it off.",
            hint="Set synchronous_commit = on in postgresql.conf, and look for it in pg_db_role_setting.",
            id="easycall.W002",
        )
    ]


def _unsafe(text: str, *, hint: str, number: str) -> checks.CheckMessage:
    if settings.ALLOW_UNSAFE_DATABASE:
        return checks.Warning(text, hint=hint, id=number)
    return checks.Error(text, hint=f"{hint} For a trial only: ALLOW_UNSAFE_DATABASE=1.", id=number)
