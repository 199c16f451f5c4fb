"""One lead sent many times at once, to a real server."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from campaigns.models import Campaign
from leads.models import Lead, LeadEvent
from tests.api.server import Reply, Server, database_url, serving
from tests.intake.world import World, make_world, send


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(database_url(), tmp_path_factory.mktemp("server") / "log") as running:
        yield running


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


def _post(server: Server, world: World, document: object) -> Reply:
    body = json.dumps(document).encode()
    bearer = f"Authorization: Bearer {world.tokens['<token>']}"
    return server.post(body, "Content-Type: application/json", bearer, f"Content-Length: {len(body)}")


def _at_once(server: Server, world: World, documents: list[object]) -> list[Reply]:
    with ThreadPoolExecutor(25) as pool:
        return list(pool.map(lambda document: _post(server, world, document), documents))


@pytest.mark.parametrize(
    ("action", "statuses"),
    [
        ("mark", {"created": 1, "duplicate": 49}),
        ("merge", {"created": 1, "repeated": 49}),
        ("refuse", {"created": 1, 422: 49}),
    ],
)
def test_fifty_equal_leads_at_once(action: str, statuses: dict[object, int], server: Server, world: World) -> None:
    Campaign.objects.update(duplicate_action=action)
    lead = {"Campaign": "expo_2026", "telefono": "600111222", "email": "lucia@example.com"}
    replies = _at_once(server, world, [lead] * 50)
    assert Counter(reply.document["status"] for reply in replies) == statuses
    assert Lead.objects.filter(duplicate_of=None).count() == 1
    assert Lead.objects.count() == (50 if action == "mark" else 1)


def test_leads_that_share_one_value_each_are_merged_without_losing_any(server: Server, world: World) -> None:
    Campaign.objects.update(duplicate_action="merge")
    _post(server, world, {"Campaign": "expo_2026", "telefono": "600111222", "email": "lucia@example.com"})
    contacts = [{"telefono": "600111222"}, {"email": "lucia@example.com"}]
    keys = ["nombre", "apellido", "ciudad", "cp", "calle", "pais", "zona", "distrito", "otro", "personalizado1"]
    leads: list[object] = [
        {"Campaign": "expo_2026", **contacts[number % 2], key: "x"} for number, key in enumerate(keys)
    ]
    assert {reply.status for reply in _at_once(server, world, leads)} == {200}
    lead = Lead.objects.get()
    columns = ("nome", "cognome", "comune", "cap", "strada", "nazione", "regione", "provincia", "otro")
    assert {getattr(lead, column) for column in (*columns, "personalizzato1")} == {"x"}
    assert LeadEvent.objects.count() == 11


@pytest.mark.parametrize("size", [30, 200])
@pytest.mark.parametrize("action", ["mark", "merge", "refuse"])
def test_batches_that_overlap_make_each_person_once(action: str, size: int, server: Server, world: World) -> None:
    Campaign.objects.update(duplicate_action=action)
    leads = [{"Campaign": "expo_2026", "telefono": f"600111{number:03}"} for number in range(size)]
    half = size // 2
    replies = _at_once(server, world, [leads, leads[::-1], leads[half:], leads[:half], leads[::-2], leads[::2]])
    assert [reply.status for reply in replies] == [200] * 6
    assert sum(reply.document["created"] for reply in replies) == size
    assert Lead.objects.filter(duplicate_of=None).count() == size


def test_the_second_of_two_waits_until_the_first_is_stored(world: World) -> None:
    lead = json.dumps({"Campaign": "expo_2026", "telefono": "600111222"})

    def post() -> str:
        try:
            status: str = send(lead, world.tokens["<token>"]).json()["status"]
        finally:
            connection.close()
        return status

    send("{}", world.tokens["<token>"])  # “last used” is written once a minute, and would hold up the second
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert send(lead, world.tokens["<token>"]).json()["status"] == "created"
            second = pool.submit(post)
            with pytest.raises(TimeoutError):
                second.result(timeout=1)
        assert second.result() == "duplicate"
