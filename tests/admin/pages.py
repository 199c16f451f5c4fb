"""What a page shows, for tests."""

import re
from collections.abc import Callable
from html import unescape

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext


def text_of(response: HttpResponse) -> str:
    """The words of a page, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.content.decode())).split())


def errors_of(response: HttpResponse) -> list[str]:
    """What a form says is wrong."""
    lists = re.findall(r'<ul class="errorlist.*?</ul>', response.content.decode(), re.DOTALL)
    return [unescape(item).strip() for found in lists for item in re.findall(r"<li>(.*?)</li>", found, re.DOTALL)]


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        response = client.get(url)
    assert response.status_code == 200
    return len(captured)


def grows(client: Client, url: str, more: Callable[[], object]) -> bool:
    """Whether the page needs more queries after `more` has added to what it lists."""
    client.get(url)  # what a process remembers is read once
    before = queries_of(client, url)
    more()
    return queries_of(client, url) != before
