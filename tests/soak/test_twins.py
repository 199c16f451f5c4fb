"""The same request at the same time: fifty times with a key, or twice without one."""

import secrets
from concurrent.futures import ThreadPoolExecutor

from tests.soak.amounts import PAIRS, TWINS
from tests.soak.history import Reply, Request
from tests.soak.installation import Installation
from tests.soak.planted import forgetting_keys, unmarking_leads
from tests.soak.senders import Sender

AT_ONCE = 50
LEADS = "SELECT count(*), count(duplicate_of_id) FROM leads_lead WHERE nome = ?"
# Of each person one that came first, and no chain of marks.
CHAINS = """
    SELECT count(*) FROM leads_lead marked JOIN leads_lead first ON first.id = marked.duplicate_of_id
    WHERE first.duplicate_of_id IS NOT NULL
"""


def at_once(sender: Sender, request: Request, times: int) -> list[Reply | None]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(lambda _: sender.post(request), range(times)))


def sent_at_once(installation: Installation) -> tuple[list[Reply | None], int]:
    """One request with a key in fifty connections, and again for a definite answer: its answers, and its leads."""
    sender = Sender(installation, secrets.token_hex(4), with_key=True)
    request = sender.next_request()
    replies = at_once(sender, request, AT_ONCE)
    sender.send(request)
    return [*replies, request.last], installation.database.rows(LEADS, request.marks[0])[0][0]


def test_fifty_twins_of_one_key_make_one_lead(shared: Installation, figures: list[str]) -> None:
    bodies = 0
    for _ in range(TWINS):
        replies, leads = sent_at_once(shared)
        assert leads == 1
        assert {reply.status if reply else 0 for reply in replies} <= {201, 409}
        answers = [reply.body for reply in replies if reply and reply.status == 201]
        assert len(set(answers)) == 1
        bodies += len(answers)
    figures.append(f"{TWINS} keys in {AT_ONCE} requests at once: {TWINS} leads, {bodies} times the same answers")


def test_twin_without_keys_is_found_out(shared: Installation) -> None:
    with forgetting_keys(shared.database):
        assert sent_at_once(shared)[1] > 1


def pair(installation: Installation) -> tuple[int, int]:
    """How many leads there are of two equal requests, and how many of them are marked."""
    sender = Sender(installation, secrets.token_hex(4), with_key=False)
    request = sender.next_request()
    replies = at_once(sender, request, 2)
    assert {reply.status if reply else 0 for reply in replies} == {201}
    leads, marked = installation.database.rows(LEADS, request.marks[0])[0]
    return leads, marked


def test_pairs_without_a_key_are_both_stored_and_one_is_marked(shared: Installation, figures: list[str]) -> None:
    with ThreadPoolExecutor(4) as pool:
        pairs = list(pool.map(lambda _: pair(shared), range(PAIRS)))
    figures.append(f"{PAIRS} equal pairs without a key: {sum(each == (2, 1) for each in pairs)} stored and marked")
    assert set(pairs) == {(2, 1)}
    assert shared.database.rows(CHAINS) == [(0,)]


def test_twin_that_does_not_mark_is_found_out(shared: Installation) -> None:
    with unmarking_leads(shared.database):
        assert pair(shared) == (2, 0)
