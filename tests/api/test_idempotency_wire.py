"""Twins: one request sent many times at once, to a real server."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from leads.models import IdempotencyKey, Lead
from tests.api.server import Reply, Server, database_url, serving
from tests.intake.world import World, make_world


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(database_url(), tmp_path_factory.mktemp("server") / "log") as running:
        yield running


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


def _post(server: Server, world: World, key: str, name: str = "Lucía") -> Reply:
    body = json.dumps({"Campaign": "expo_2026", "telefono": "600111222", "nombre": name}).encode()
    return server.post(
        body,
        "Content-Type: application/json",
        f"Authorization: Bearer {world.tokens['<token>']}",
        f"Content-Length: {len(body)}",
        f"Idempotency-Key: {key}",
    )


def test_twins_at_once_make_one_lead(server: Server, world: World) -> None:
    keys = [f"key-{number}" for number in range(5) for _ in range(10)]
    with ThreadPoolExecutor(25) as pool:
        replies = list(pool.map(lambda key: _post(server, world, key), keys))
    assert {reply.status for reply in replies} <= {201, 409}
    assert Lead.objects.count() == IdempotencyKey.objects.count() == 5
    for key in set(keys):
        answers = {reply.body for reply, its in zip(replies, keys, strict=True) if (its, reply.status) == (key, 201)}
        assert answers == {_post(server, world, key).body}


def test_twins_of_other_data_make_one_lead_of_one_of_them(server: Server, world: World) -> None:
    names = ["Ana", "Berta"] * 10
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda name: _post(server, world, "k", name), names))
    lead = Lead.objects.get()
    for name, reply in zip(names, replies, strict=True):
        assert reply.status in ({201, 409} if name == lead.nome else {422, 409})


def test_two_headers_are_no_key(server: Server, world: World) -> None:
    reply = _post(server, world, "a\r\nIdempotency-Key: b")
    assert (reply.status, reply.document["type"]) == (400, "/problems/idempotency-key-invalid")


def test_leads_of_one_id_at_once_make_one_lead(server: Server, world: World) -> None:
    body = json.dumps({"Campaign": "expo_2026", "telefono": "600111222", "ID": "crm-7"}).encode()
    headers = ("Content-Type: application/json", f"Authorization: Bearer {world.tokens['<token>']}")
    with ThreadPoolExecutor(25) as pool:
        replies = list(pool.map(lambda _: server.post(body, *headers, f"Content-Length: {len(body)}"), range(50)))
    assert Counter(reply.document["status"] for reply in replies) == {"created": 1, "repeated": 49}
    assert Lead.objects.count() == 1


def test_batches_that_overlap_make_each_lead_once_and_fail_for_nobody(server: Server, world: World) -> None:
    leads = [{"Campaign": "expo_2026", "telefono": "600111222", "ID": f"crm-{number}"} for number in range(200)]
    batches = [leads, leads[::-1], leads[50:150], leads[150:50:-1], leads[100:], leads[:100][::-1]]
    headers = ("Content-Type: application/json", f"Authorization: Bearer {world.tokens['<token>']}")

    def post(batch: list[dict[str, str]]) -> Reply:
        body = json.dumps(batch).encode()
        return server.post(body, *headers, f"Content-Length: {len(body)}")

    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(post, batches))
    assert [reply.status for reply in replies] == [200] * 6
    stored = sum(reply.document["created"] + reply.document["duplicate"] for reply in replies)
    assert stored == Lead.objects.count() == 200


def test_explaining_does_not_hold_up_the_real_request(server: Server, world: World) -> None:
    body = json.dumps({"Campaign": "expo_2026", "telefono": "600111222"}).encode()
    bearer = f"Authorization: Bearer {world.tokens['<token>']}"
    headers = ("Content-Type: application/json", bearer, f"Content-Length: {len(body)}", "Idempotency-Key: k")
    with ThreadPoolExecutor(12) as pool:
        explained = [pool.submit(server.post, body, *headers, path="/explain") for _ in range(11)]
        real = pool.submit(server.post, body, *headers)
    assert real.result().status == 201
    assert {each.result().status for each in explained} == {201}
