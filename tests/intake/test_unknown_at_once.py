"""Unknown keys of many requests at the same time, each with a connection and a transaction of its own."""

import json
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from leads.models import UnknownKey
from tests.intake.world import make_world, send

LEAD = {"Campaign": "expo_2026", "telefono": "600 11 12 22"}


def test_50_requests_at_once_count_50(transactional_db: None) -> None:
    world = make_world()
    lead = json.dumps({**LEAD, "b?": "x", "a?": "x"})

    def one(number: int) -> int:
        try:
            return send(lead, world.tokens["<token>"]).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(one, range(50))) == {201}
    assert list(UnknownKey.objects.order_by("key").values_list("key", "count")) == [("a?", 50), ("b?", 50)]
