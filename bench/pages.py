"""The pages of the admin and the read API over real HTTP, in a database that has grown: lists, searches, and rows."""

import http.client
import random
import time
from collections.abc import Callable
from statistics import median
from typing import Any
from urllib.parse import quote

import psycopg

from bench import fill, postgres, processes, singles

TIMES = 15
LIMIT_MS = 200
LEADS = "/admin/leads/lead/"
SUBMISSIONS = "/admin/leads/submission/"
MAPPINGS = "/admin/leads/importmapping/"
# A page's name -> a function that gives a path.
Pages = dict[str, Callable[[], str]]


def pages(url: str, rows: int) -> Pages:
    """What is asked for: searches for someone else each time, and lists by filters."""
    with psycopg.connect(url) as connection:
        query = "SELECT id, campaign_id, user_id FROM leads_importmapping ORDER BY id"
        senders = connection.execute(query).fetchall()
        [(question,)] = connection.execute("SELECT id FROM campaigns_question LIMIT 1")
        [(lead, submission)] = connection.execute("SELECT id, submission_id FROM leads_lead OFFSET 1000 LIMIT 1")
    (mapping, campaign, _), (_, small_campaign, small_user) = senders[0], senders[-1]

    def search(text: Callable[[int], str]) -> Callable[[], str]:
        return lambda: f"{LEADS}?q={quote(text(random.randint(1, rows)))}"

    fixed = {
        "leads": LEADS,
        "leads, page 20": f"{LEADS}?p=20",
        "leads of a big campaign": f"{LEADS}?campaign__id__exact={campaign}",
        "leads of a small campaign": f"{LEADS}?campaign__id__exact={small_campaign}",
        "leads of an Import API": f"{LEADS}?mapping__id__exact={mapping}",
        "leads of the past 7 days": f"{LEADS}?period=week",
        "leads of a channel": f"{LEADS}?channel=facebook",
        "leads with warnings": f"{LEADS}?warning=any",
        "leads without warnings": f"{LEADS}?warning=none",
        "submissions": SUBMISSIONS,
        "submissions rejected": f"{SUBMISSIONS}?outcome__exact=rejected",
        "submissions with a problem": f"{SUBMISSIONS}?problem=missing-contact",
        "submissions of an Import API": f"{SUBMISSIONS}?mapping__id__exact={mapping}",
        "submissions of a user": f"{SUBMISSIONS}?user__id__exact={small_user}",
        "submissions of the past 7 days": f"{SUBMISSIONS}?period=week",
        "front page": "/admin/",
        "a lead": f"{LEADS}{lead}/change/",
        "a lead to correct": f"{LEADS}{lead}/correct/",
        "a submission": f"{SUBMISSIONS}{submission}/change/",
        "page of an Import API": f"{MAPPINGS}{mapping}/kit/",
        "requests of an Import API": f"{MAPPINGS}{mapping}/kit/requests/",
        "an Import API": f"{MAPPINGS}{mapping}/change/",
        "an Import API to delete": f"{MAPPINGS}{mapping}/delete/",
        "history of an Import API": f"{MAPPINGS}{mapping}/history/",
        "Import APIs": MAPPINGS,
        "unknown keys": "/admin/leads/unknownkey/",
        "leads to export": f"{LEADS}export/?channel=facebook",
        "submissions to export": f"{SUBMISSIONS}export/?outcome__exact=rejected",
        "columns of the leads": f"{LEADS}columns/",
        "filters of the leads": f"{LEADS}filters/",
        "exports": "/admin/leads/export/",
        "campaigns": "/admin/campaigns/campaign/",
        "a campaign": f"/admin/campaigns/campaign/{campaign}/change/",
        "a campaign to delete": f"/admin/campaigns/campaign/{campaign}/delete/",
        "questions": "/admin/campaigns/question/",
        "a question": f"/admin/campaigns/question/{question}/change/",
        "a question to delete": f"/admin/campaigns/question/{question}/delete/",
        "users": "/admin/accounts/user/",
        "a user": f"/admin/accounts/user/{small_user}/change/",
        "refusals": "/admin/accounts/refusal/",
        "roles": "/admin/roles/",
        "security": "/admin/security/",
        "API: leads": "/api/leads/",
        "API: leads of a campaign": f"/api/leads/?campaign={small_campaign}",
        "API: a lead": f"/api/leads/{lead}/",
        "API: submissions": "/api/submissions/",
        "API: submissions rejected": "/api/submissions/?outcome=rejected",
    }
    return {
        "search: phone": search(fill.phone_as_typed),
        "search: phone of nobody": lambda: f"{LEADS}?q={quote('900 00 00 00')}",
        "search: e-mail": search(fill.email),
        "search: name": lambda: f"{LEADS}?q={quote('lucia nunez garcia')}",
        "search: external id": search(lambda number: f"crm-{number // 2 * 2}"),
        **{name: (lambda path=path: path) for name, path in fixed.items()},
    }


def measure(
    server: postgres.Server, entry: singles.Entry, running: processes.Server, keys: dict[str, str], asked: Pages
) -> dict[str, Any]:
    """Get each page a number of times, with the session and the reader's token of `keys`.

    Returns name -> median and slowest, in ms. Raises Broken at another status.
    """
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=120)
    of_pages = {"Cookie": f"sessionid={keys['session']}", "Accept-Language": "en"}
    of_api = {"Authorization": f"Bearer {keys['reader']}"}
    results = {}
    for name, path in asked.items():
        headers = of_api if path().startswith("/api/") else of_pages
        _get(connection, headers, path())
        before = singles.cpu(server, entry, running)
        times = [_get(connection, headers, path()) for _ in range(TIMES)]
        after = singles.cpu(server, entry, running)
        cpu = sum(processes.spent(*readings) for readings in zip(before, after, strict=True)) * 1000 / TIMES
        middle = median(times)
        results[name] = {"median_ms": middle, "slowest_ms": max(times), "cpu_ms": cpu, "good": middle <= LIMIT_MS}
    return results


def _get(connection: http.client.HTTPConnection, headers: dict[str, str], path: str) -> float:
    start = time.perf_counter()
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    if response.status != 200:
        raise processes.Broken(f"{path} was answered with {response.status}.")
    return (time.perf_counter() - start) * 1000
