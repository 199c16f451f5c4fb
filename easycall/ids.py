from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A UUIDv7: ids made later sort later, so rows are appended to their index and not scattered over it."""
    return uuid7()


def lowest_id(moment: datetime) -> UUID:
    """What no id made at `moment` or later is below, and every id made before it is."""
    return UUID(int=max(int(moment.timestamp() * 1000), 0) << 80)


def moment_of(identifier: UUID) -> datetime:
    """When an id was made, to the millisecond."""
    return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)
