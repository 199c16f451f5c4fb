from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7: ids made later sort later, so rows are appended to their index and not scattered over it."""
    return uuid7()
