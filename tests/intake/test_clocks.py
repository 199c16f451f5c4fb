"""The clock is wrong by an hour and put right, or goes back an hour for the winter: what has to be remembered is."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.utils import timezone

from campaigns.models import Campaign
from leads.models import Lead, LeadEvent
from tests.intake.world import World, send

HOUR = timedelta(hours=1)
# In Madrid the clocks go back in the night after the first of these, and forward in that after the second.
EVENINGS = [datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2027, 3, 27, 12, tzinfo=UTC)]


def post(world: World, key: str = "", **fields: str) -> HttpResponse:
    lead = {"Campaign": "expo_2026", "telefono": "600111222", **fields}
    return send(json.dumps(lead), world.tokens["<token>"], headers={"Idempotency-Key": key} if key else None)


def test_clock_that_was_ahead_shortens_no_key(world: World) -> None:
    now = timezone.now()
    with time_machine.travel(now + HOUR, tick=False):
        first = post(world, "k")
    for later in (timedelta(0), timedelta(hours=71, minutes=59)):
        with time_machine.travel(now + later, tick=False):
            assert post(world, "k").content == first.content


@pytest.mark.parametrize("evening", EVENINGS)
@pytest.mark.parametrize(("minutes", "leads"), [(-1, 1), (1, 2)])
def test_key_is_kept_for_72_hours_in_any_night(evening: datetime, minutes: int, leads: int, world: World) -> None:
    for moment in (evening, evening + timedelta(hours=72, minutes=minutes)):
        with time_machine.travel(moment, tick=False):
            assert post(world, "k").status_code == 201
    assert Lead.objects.count() == leads


@pytest.mark.parametrize("evening", EVENINGS)
@pytest.mark.parametrize(("minutes", "status"), [(-1, "duplicate"), (1, "created")])
def test_lead_is_looked_for_24_hours_in_any_night(evening: datetime, minutes: int, status: str, world: World) -> None:
    Campaign.objects.update(duplicate_days=1)
    with time_machine.travel(evening, tick=False):
        post(world)
    with time_machine.travel(evening + timedelta(days=1, minutes=minutes), tick=False):
        assert json.loads(post(world).content)["status"] == status


def test_lead_that_a_clock_puts_in_the_future_is_found(world: World) -> None:
    Campaign.objects.update(duplicate_days=1)
    with time_machine.travel(timezone.now() + HOUR, tick=False):
        post(world)
    assert json.loads(post(world).content)["status"] == "duplicate"


def test_history_is_in_the_order_in_which_it_was_written(world: World) -> None:
    now = timezone.now()
    for hours, name in ((0, "Ana"), (1, "Berta"), (-1, "Carla")):
        with time_machine.travel(now + timedelta(hours=hours), tick=False):
            post(world, ID="crm-7", nombre=name)
    moments = list(LeadEvent.objects.values_list("at", flat=True))
    assert moments == [now, now + HOUR, now - HOUR]
    assert Lead.objects.get().nome == "Carla"
