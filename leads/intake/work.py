"""What came in, what goes out, and a delivery on its way from one to the other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from accounts.models import Credential
from easycall.errors import Problem
from easycall.ids import new_id
from easycall.rows import make
from leads.enums import Outcome
from leads.intake import body, conclude
from leads.intake.conclude import Draftlike
from leads.intake.idempotency import Claim
from leads.intake.matching import Matching
from leads.models import Submission

# The number of a delivery in its group, and the place of an item in its body.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came in, as it came: enough to do it all again."""

    credential: Credential
    raw: bytes
    content_type: str
    method: str
    path: str
    query: str
    url_code: str
    remote_address: str | None
    idempotency_key: str = ""
    explain: bool = False
    complete: bool = True
    tested_by_id: int | None = None  # whose try it is, if its leads are tests
    objection: Problem | None = None  # what is wrong with the request whatever its body says


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` is the JSON document to send, as it is journalled."""

    status: int
    text: str
    headers: Mapping[str, str]
    is_problem: bool
    # For the log: what it was about.
    submission_id: UUID | None = None
    problem: str = ""
    leads: int = 0


@dataclass(slots=True)
class Work:
    """A delivery on its way: its row of the journal, and what it says as far as it is read."""

    delivery: Delivery
    submission: Submission
    content: body.Body = field(default_factory=lambda: body.Body([]))
    claim: Claim | None = None
    drafts: dict[int, Draftlike] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    settled: bool = False  # it becomes no lead, or was one before

    @classmethod
    def of(cls, delivery: Delivery) -> "Work":
        return cls(delivery, _submission(delivery))

    def refuse(self, problem: Problem, *, outcome: Outcome = Outcome.REJECTED) -> None:
        conclude.refused(self.submission, problem, outcome=outcome, explain=self.delivery.explain)
        self.headers, self.settled = problem.headers, True

    def settle(self) -> None:
        """Refuse a single lead that has a problem: only now, for a key that was used before goes first."""
        if not self.settled and not self.content.batch and isinstance(problem := self.drafts[0], Problem):
            self.refuse(problem)

    def repeat(self, first: Submission) -> None:
        conclude.repeated(self.submission, first)
        self.headers, self.settled = {"Idempotent-Replayed": "true"}, True

    def conclude(self, found: Matching[Place], number: int) -> None:
        refused = {place: each for (work, place), each in found.refused.items() if work == number}
        matches = {place: each for (work, place), each in found.matches.items() if work == number}
        conclude.taken(
            self.submission,
            {**self.drafts, **refused},
            matches,
            batch=self.content.batch,
            explain=self.delivery.explain,
        )
        # A batch of which nothing was taken is tried afresh, as a single lead is.
        if not matches:
            self.claim = None

    def answer(self) -> Answer:
        submission = self.submission
        return Answer(
            submission.status,
            submission.answer,
            self.headers,
            is_problem=submission.status >= 400,
            submission_id=None if self.delivery.explain else submission.pk,
            problem=submission.problem,
            leads=submission.lead_count,
        )


def _submission(delivery: Delivery) -> Submission:
    return make(
        Submission,
        id=new_id(),
        received_at=timezone.now(),
        user_id=delivery.credential.user_id,
        credential_id=delivery.credential.pk,
        tested_by_id=delivery.tested_by_id,
        remote_address=delivery.remote_address,
        method=delivery.method,
        path=delivery.path,
        query=delivery.query,
        content_type=delivery.content_type,
        body=delivery.raw,
        body_complete=delivery.complete,
        idempotency_key=delivery.idempotency_key,
    )
