"""Leads of the last days, by campaign."""

import json
import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from leads.admin.front.report import DAYS, SHOWN, leads_report
from leads.models import Lead
from tests.factories import CampaignFactory, ImportMappingFactory, LeadFactory

pytestmark = pytest.mark.django_db


def numbers() -> dict[str, list[int]]:
    return {row.name: row.numbers for row in leads_report()["rows"]}


def midnight(days_ago: int = 0) -> datetime:
    """The start of a day where the installation is."""
    now = timezone.localtime() - timedelta(days=days_ago)
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def leads(days_ago: int, count: int, **kwargs: Any) -> None:
    for _ in range(count):
        LeadFactory(created_at=midnight(days_ago), **kwargs)


def test_leads_are_counted_by_campaign_and_day_and_empty_days_are_there() -> None:
    expo, fair = (ImportMappingFactory(campaign__name=name) for name in ("Expo", "Fair"))
    leads(0, 2, mapping=expo)
    leads(3, 1, mapping=expo)
    leads(DAYS - 1, 1, mapping=fair)

    assert numbers() == {"Expo": [*[0] * 10, 1, 0, 0, 2], "Fair": [1, *[0] * 13]}
    total = leads_report()["total"]
    assert (total.today, total.total) == (2, 4)


def test_a_day_begins_at_midnight_of_the_installation() -> None:
    mapping = ImportMappingFactory()
    LeadFactory(mapping=mapping, created_at=midnight() - timedelta(seconds=1))
    LeadFactory(mapping=mapping, created_at=midnight() + timedelta(seconds=1))

    [found] = numbers().values()
    assert found[-2:] == [1, 1]


def test_what_is_older_is_not_counted() -> None:
    leads(DAYS, 1)
    assert numbers() == {}


def test_test_leads_are_left_out() -> None:
    mapping = ImportMappingFactory()
    leads(0, 2, mapping=mapping)
    leads(0, 1, mapping=mapping, is_test=True)
    leads(1, 1, mapping=mapping, is_test=True)

    [found] = numbers().values()
    assert found[-2:] == [0, 2]
    leads(0, 3, is_test=True)
    assert len(numbers()) == 1


def test_the_smallest_campaigns_are_one_row() -> None:
    for count in range(1, SHOWN + 3):
        leads(0, count, mapping=ImportMappingFactory(campaign__name=f"Campaign {count}"))

    rows = leads_report()["rows"]

    assert [row.today for row in rows] == [8, 7, 6, 5, 4, 3, 3]
    assert rows[-1].name.endswith("(2)")
    assert rows[-1].address == ""
    assert len({row.colour for row in rows}) == SHOWN + 1


def test_numbers_lead_to_the_lists_of_so_many_leads(admin_client: Client) -> None:
    mapping = ImportMappingFactory(campaign__name="Expo")
    leads(0, 2, mapping=mapping)
    leads(5, 1, mapping=mapping)
    leads(0, 1, mapping=mapping, is_test=True)
    leads(DAYS, 1, mapping=mapping)
    LeadFactory(created_at=midnight())

    page = admin_client.get("/admin/").content.decode()

    links = re.findall(r'<td class="number"><a href="([^"]+)">(\d+)</a>', page)
    assert [number for _address, number in links] == ["2", "3", "1", "1", "3", "4"]
    for address, number in links:
        assert admin_client.get(unescape(address)).context["cl"].result_count == int(number), address


def test_chart_has_the_numbers_of_the_table(admin_client: Client) -> None:
    leads(0, 2, mapping=ImportMappingFactory(campaign__name="Expo"))

    page = admin_client.get("/admin/").content.decode()

    [value] = re.findall(r'data-value="([^"]+)"', page)
    chart = json.loads(unescape(value))
    assert chart["labels"][-1] == timezone.localtime().strftime("%d/%m")
    assert [(each["label"], each["data"]) for each in chart["datasets"]] == [("Expo", [*[0] * 13, 2])]
    assert len(re.findall(r'<th scope="row">\w{3} \d\d/\d\d</th>', page)) == DAYS


def test_page_says_that_none_came(admin_client: Client) -> None:
    CampaignFactory()
    leads(DAYS + 1, 1)
    assert Lead.objects.count() == 1
    assert "None came. Test leads are not counted." in admin_client.get("/admin/").content.decode()
