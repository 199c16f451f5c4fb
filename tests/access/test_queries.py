"""Every page, and every answer of the read API, takes as many queries for a row or two as for thirty.

The numbers are written down, so that one more is seen.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import time_machine
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.enums import Scope
from accounts.models import User
from accounts.services import create_token
from tests.access.crowd import crowd
from tests.access.matrix import ROWS
from tests.access.things import make_things
from tests.factories import UserFactory

QUERIES = {
    "admin:first_steps": 12,
    "admin:login": 0,
    "admin:roles": 2,
    "admin:security": 2,
    "second_factor_set_up": 7,
    "admin_password_reset": 2,
    "password_reset_done": 2,
    "password_reset_confirm": 3,
    "password_reset_complete": 2,
    "admin:password_change": 2,
    "admin:password_change_done": 2,
    "admin:autocomplete": 5,
    "admin:jsi18n": 2,
    "admin:app_list": 2,
    "admin:accounts_user_changelist": 5,
    "admin:accounts_user_add": 2,
    "admin:accounts_user_history": 11,
    "admin:accounts_user_change": 7,
    "admin:auth_user_password_change": 4,
    "admin:accounts_credential_change": 5,
    "admin:accounts_credential_add": 4,
    "admin:accounts_credential_revoke": 5,
    "admin:accounts_refusal_changelist": 4,
    "admin:accounts_refusal_change": 3,
    "admin:campaigns_campaign_changelist": 4,
    "admin:campaigns_campaign_add": 2,
    "admin:campaigns_campaign_history": 6,
    "admin:campaigns_campaign_delete": 4,
    "admin:campaigns_campaign_change": 3,
    "admin:campaigns_question_changelist": 5,
    "admin:campaigns_question_add": 3,
    "admin:campaigns_question_history": 9,
    "admin:campaigns_question_delete": 6,
    "admin:campaigns_question_change": 5,
    "admin:leads_lead_changelist": 9,
    "admin:leads_lead_change": 5,
    "admin:leads_lead_correct": 4,
    "admin:leads_lead_close": 3,
    "admin:leads_lead_reopen": 3,
    "admin:leads_lead_mark_test": 3,
    "admin:leads_lead_unmark_test": 3,
    "admin:leads_lead_columns": 4,
    "admin:leads_submission_columns": 3,
    "admin:leads_lead_filters": 3,
    "admin:leads_submission_filters": 3,
    "admin:leads_lead_export": 10,
    "admin:leads_submission_export": 9,
    "admin:leads_export_changelist": 5,
    "admin:leads_export_change": 6,
    "admin:leads_importmapping_changelist": 5,
    "admin:leads_importmapping_add": 6,
    "admin:leads_importmapping_history": 8,
    "admin:leads_importmapping_delete": 5,
    "admin:leads_importmapping_change": 6,
    "admin:leads_importmapping_kit": 11,
    "admin:leads_importmapping_openapi": 5,
    "admin:leads_importmapping_requests": 7,
    "admin:leads_importmapping_answer": 5,
    "admin:leads_submission_changelist": 8,
    "admin:leads_submission_change": 6,
    "admin:leads_submission_body": 3,
    "admin:leads_submission_answer": 3,
    "admin:leads_unknownkey_changelist": 6,
    "admin:leads_unknownkey_change": 5,
    "admin:leads_unknownkey_question": 5,
    "admin:leads_unknownkey_alias": 5,
    "api:leads": 3,
    "api:lead": 4,
    "api:submissions": 3,
    "api:submission": 3,
    "schema": 2,
    "docs": 2,
    "problem": 2,
    "share:page": 9,
    "share:openapi": 5,
    "share:requests": 7,
    "share:answer": 5,
    "health/live": 2,
    "health/ready": 3,
}
# With few leads the front page has less to compare.
FRONT_PAGE = "admin:index", (14, 15)


def _visitors(admin: User) -> list[Client]:
    _, token = create_token(user=admin, by=None, scopes=Scope)
    signed_in = Client()
    signed_in.force_login(admin)
    return [signed_in, Client(headers={"authorization": f"Bearer {token}"}), Client()]


def _answered(visitors: list[Client], url: str) -> Client | None:
    return next((client for client in visitors if client.get(url).status_code == 200), None)


def _count(client: Client, url: str) -> int:
    ContentType.objects.get_for_models(*(row.model_class() for row in ContentType.objects.all()))
    client.get(url)  # what a session or a token notes is noted once
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.fixture
def same_moment() -> Iterator[None]:
    """A token notes its use once a minute, and on a slow machine one passes between two requests."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("same_moment")
def test_queries_do_not_grow_with_the_rows() -> None:
    admin: User = UserFactory(admin=True)
    things: Mapping[str, Any] = make_things()
    crowd(things, admin, range(1))
    urls = {name: row.url.format(**things) for name, row in ROWS.items()}
    visitors = _visitors(admin)
    clients = {name: client for name, url in urls.items() if (client := _answered(visitors, url))}
    few = {name: _count(client, urls[name]) for name, client in clients.items()}
    crowd(things, admin, range(1, 30))
    many = {name: _count(client, urls[name]) for name, client in clients.items()}
    front, numbers = FRONT_PAGE
    assert (few.pop(front), many.pop(front)) == numbers
    assert few == QUERIES
    assert many == QUERIES
