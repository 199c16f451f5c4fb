from easycall.ids import new_id


def test_ids_are_version_7() -> None:
    assert new_id().version == 7


def test_ids_made_later_sort_later() -> None:
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1000
