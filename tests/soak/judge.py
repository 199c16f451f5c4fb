"""Compares what the senders were told with what the database holds."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tests.soak.history import Reply, Request
from tests.soak.installation import Database

STORED = """
    SELECT lead.nome, lead.id, submission.id, submission.body
    FROM leads_lead lead JOIN leads_submission submission ON submission.id = lead.submission_id
    WHERE lead.nome LIKE ?
"""
# In an answer to a fault none of these may be.
TRACES = (b"Traceback", b"psycopg", b"sqlite", b"SELECT", b"INSERT", b"127.0.0.1", b"easycall_")


@dataclass
class Verdict:
    """What is wrong, by what it is; nothing in any list is what a test asks for."""

    attempted: int = 0
    acknowledged: int = 0
    unknown: int = 0
    repeated: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    improper: list[str] = field(default_factory=list)
    longest_outage: float = 0.0

    @property
    def faults(self) -> dict[str, list[str]]:
        names = ("lost", "doubled", "invented", "altered", "unanswered", "improper")
        return {name: getattr(self, name)[:10] for name in names if getattr(self, name)}

    def __str__(self) -> str:
        counted = ("attempted", "acknowledged", "unknown", "repeated")
        listed = ("lost", "doubled", "altered", "improper")
        figures = [f"{getattr(self, name)} {name}" for name in counted]
        figures += [f"{len(getattr(self, name))} {name}" for name in listed]
        return f"{', '.join(figures)}; longest outage {self.longest_outage:.1f} s"


def judge(history: Sequence[Request], database: Database, name: str) -> Verdict:
    """`history` is all that was sent with marks that start with `name`."""
    verdict = Verdict(longest_outage=_longest_outage(history))
    stored: dict[str, list[tuple[str, str, bytes]]] = {}
    for mark, lead, submission, body in database.rows(STORED, f"{name}-%"):
        stored.setdefault(mark, []).append((_uuid(lead), _uuid(submission), bytes(body)))
    for request in history:
        _judge_one(request, stored, verdict)
    sent = {mark for request in history for mark in request.marks}
    verdict.invented += sorted(set(stored) - sent)
    return verdict


def _judge_one(request: Request, stored: dict[str, list[tuple[str, str, bytes]]], verdict: Verdict) -> None:
    verdict.attempted += len(request.marks)
    verdict.repeated += len(request.attempts) > 1
    verdict.improper += [
        f"{request.marks[0]}: {fault}"
        for attempt in request.attempts
        if attempt.reply and (fault := _impropriety(attempt.reply))
    ]
    if request.is_acknowledged:
        verdict.acknowledged += len(request.marks)
    elif request.key:
        verdict.unanswered.append(request.marks[0])
    else:
        verdict.unknown += len(request.marks)
    told = _ids(request.last) if request.is_acknowledged and request.last else [None] * len(request.marks)
    for mark, identity in zip(request.marks, told, strict=True):
        found = stored.get(mark, [])
        if identity and identity not in [(lead, submission) for lead, submission, _ in found]:
            verdict.lost.append(mark)
        if len(found) > 1:
            verdict.doubled.append(mark)
        if any(body != request.body for *_, body in found):
            verdict.altered.append(mark)


def _ids(reply: Reply) -> list[tuple[str, str] | None]:
    """The lead and the submission of each receipt."""
    document = json.loads(reply.body)
    return [(_uuid(each["id"]), _uuid(each["submission"])) for each in document.get("results", [document])]


def _impropriety(reply: Reply) -> str:
    """What is wrong with an answer in a fault, "" for nothing."""
    if reply.is_acknowledged:
        return ""
    if reply.status not in (409, 503):
        return f"status {reply.status}"
    if "Retry-After" not in reply.headers:
        return f"{reply.status} without Retry-After"
    if reply.headers.get("Content-Type") != "application/problem+json":
        return f"{reply.status} as {reply.headers.get('Content-Type')}"
    return next((f"{reply.status} that says {trace!r}" for trace in TRACES if trace in reply.body), "")


def _longest_outage(history: Sequence[Request]) -> float:
    """The longest time, in seconds, in which nobody was told that a lead is stored."""
    told = sorted(attempt.ended for request in history if request.is_acknowledged for attempt in request.attempts[-1:])
    return max((later - earlier for earlier, later in pairwise(told)), default=0.0)


def _uuid(value: object) -> str:
    return str(value).replace("-", "")
