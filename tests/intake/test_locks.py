import pytest
from django.db import connection

from leads.intake.locks import MOST_LOCKS
from tests.intake.test_duplicates import LEAD, post
from tests.intake.world import World


@pytest.mark.postgresql
@pytest.mark.parametrize(("leads", "locks"), [(1, 1), (MOST_LOCKS, MOST_LOCKS), (MOST_LOCKS + 1, 0)])
def test_a_batch_of_many_values_takes_one_lock_for_all(leads: int, locks: int, world: World) -> None:
    batch = [{**LEAD, "telefono": f"60011{number:04}"} for number in range(leads)]
    post(world, batch, 200)
    with connection.cursor() as cursor:
        # The transaction of the test is still there, and so are its locks.
        cursor.execute(
            "SELECT mode, count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() GROUP BY mode"
        )
        modes = dict(cursor.fetchall())
    shared = {"ShareLock": 1} if locks else {}
    assert modes == {**shared, "ExclusiveLock": locks or 1}
