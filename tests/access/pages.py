"""The pages that people look at: every URL of the matrix that answers somebody with a page."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.test import Client

from accounts.models import User
from tests.access.matrix import ROWS
from tests.admin.signing_in import add_app

MODEL_PAGE = re.compile(r"(?:accounts|campaigns|leads)_(?P<model>[a-z]+)_(?P<page>\w+)")
PAGES_OF_A_MODEL = {"changelist": "-list", "add": "-new", "change": ""}


@dataclass(frozen=True, slots=True)
class Seen:
    """A page, with the session of somebody who may see it: "" is nobody's."""

    url: str
    session: str


def page_name(route: str) -> str:
    """What a page's picture is called by: `lead-list`, `user-new`, `campaign`, `share-page`."""
    route = route.removeprefix("admin:")
    if found := MODEL_PAGE.fullmatch(route):
        page = found["page"].replace("_", "-")
        return found["model"] + PAGES_OF_A_MODEL.get(page, f"-{page}")
    return re.sub(r"[:_/]", "-", route)


def pages(things: Mapping[str, Any], visitors: Sequence[Client]) -> dict[str, Seen]:
    """The pages by name, each with the session of the first visitor that it is shown to."""
    found = {}
    for route, row in ROWS.items():
        url = row.url.format(**things)
        for visitor in visitors:
            answer = visitor.get(url)
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
                session = visitor.cookies.get("sessionid")
                found[page_name(route)] = Seen(url, session.value if session else "")
                break
    return found


def visitors(administrator: User, without_app: User, with_app: User) -> list[Client]:
    """Nobody, an administrator, and two who still have a second step before them: to set up an app, and to use it."""
    without_app.second_factor_required = True
    without_app.save()
    add_app(with_app)
    clients = [Client() for _ in range(4)]
    for client, user in zip(clients[1:], (administrator, without_app, with_app), strict=True):
        client.force_login(user)
    return clients
