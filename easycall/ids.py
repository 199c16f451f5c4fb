from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7: ids made later sort later, so rows are appended to their index and not scattered over it."""
    return uuid7()


def lowest_id(moment: datetime) -> UUID:
    """What no id made at `moment` or later is below, and every id made before it is."""
    return UUID(int=max(int(moment.timestamp() * 1000), 0) << 80)
