"""Django's cache holds nothing that the door needs: it may be flushed, or down, whenever it likes."""

import json

import pytest
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.http import HttpResponse
from pytest_django import Settings

from leads.models import Lead
from tests.intake.world import World, make_world, send


class Down(BaseCache):
    """A cache that answers nobody."""

    def __init__(self, location: str, parameters: dict[str, object]) -> None:
        super().__init__(parameters)

    def __getattribute__(self, name: str) -> object:
        if name in ("get", "set", "add", "incr", "delete", "get_many", "set_many", "clear"):
            raise ConnectionError
        return super().__getattribute__(name)


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def post(world: World) -> HttpResponse:
    lead = {"Campaign": "expo_2026", "telefono": "600111222"}
    return send(json.dumps(lead), world.tokens["<token>"], headers={"Idempotency-Key": "k"})


def test_door_stays_open_and_forgets_no_key_while_the_cache_is_down(world: World, settings: Settings) -> None:
    first = post(world)
    settings.CACHES = {"default": {"BACKEND": f"{__name__}.Down"}}
    with pytest.raises(ConnectionError):
        cache.get("anything")
    assert (first.status_code, post(world).content) == (201, first.content)
    assert Lead.objects.count() == 1


def test_key_outlives_a_cache_that_is_flushed(world: World) -> None:
    first = post(world)
    cache.clear()
    assert post(world)["Idempotent-Replayed"] == "true"
    assert first.status_code == 201
