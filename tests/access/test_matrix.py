"""Every role, and nobody, at every URL with every method."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import DjangoDbBlocker

from accounts.enums import Scope
from accounts.services import create_token
from tests.access.matrix import ROLES, ROWS, Row
from tests.access.things import make_things
from tests.factories import UserFactory

METHODS = ("get", "head", "options", "put", "patch", "delete", "post")


def _patterns(resolver: URLResolver, route: str = "", namespace: str = "") -> Iterator[str]:
    """The name of each URL, or its route where it has none."""
    for pattern in resolver.url_patterns:
        here = f"{route}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}" if pattern.name else here
        else:
            yield from _patterns(pattern, here, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)


def test_every_url_has_a_row_and_every_row_a_url() -> None:
    assert {*_patterns(get_resolver())} == {*ROWS}


@dataclass(frozen=True)
class Installation:
    things: Mapping[str, Any]
    clients: Mapping[str, Client]


@pytest.fixture(scope="module")
def installation(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Installation]:
    """Made once for all rows: each request is undone when it is answered."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Installation(make_things(), {letter: _client(letter) for letter in ("-", *ROLES)})
        transaction.set_rollback(True)


def _client(letter: str) -> Client:
    if letter == "-":
        return Client()
    user = UserFactory(role=ROLES[letter])
    _, token = create_token(user=user, by=None, scopes=Scope)
    client = Client(headers={"authorization": f"Bearer {token}"})
    client.force_login(user)
    return client


def _is_let_in(response: HttpResponse) -> bool:
    assert response.status_code < 500
    to_login = response.status_code == 302 and "/login" in response["Location"]
    return response.status_code not in (401, 403, 404) and not to_login


@pytest.mark.django_db
@pytest.mark.parametrize("name", ROWS)
def test_who_is_let_in(name: str, installation: Installation) -> None:
    row: Row = ROWS[name]
    url = row.url.format(**installation.things)
    let_in = dict.fromkeys(METHODS, "")
    for letter, client in deepcopy(installation.clients).items():
        for method in METHODS:
            with transaction.atomic():
                response = getattr(client, method)(url)
                transaction.set_rollback(True)
            let_in[method] += letter if _is_let_in(response) else ""
    assert let_in == {method: row.allowed(method) for method in METHODS}
