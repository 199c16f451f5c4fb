from datetime import UTC, datetime, timedelta
from uuid import UUID

from easycall.ids import lowest_id, new_id


def test_ids_are_version_7() -> None:
    assert new_id().version == 7


def test_ids_made_later_sort_later() -> None:
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1000


def test_lowest_id_of_a_moment_is_between_those_made_before_and_after() -> None:
    made, now = new_id(), datetime.now(UTC)
    assert lowest_id(now - timedelta(seconds=1)) < made < lowest_id(now + timedelta(seconds=1))


def test_moment_before_all_ids_has_a_lowest_id_too() -> None:
    assert lowest_id(datetime(1900, 1, 1, tzinfo=UTC)) == UUID(int=0)
