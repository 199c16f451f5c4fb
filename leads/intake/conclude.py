"""What became of a submission, filled into its row: outcome, counts, and the answer as it is sent and journalled."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.utils import translation

from easycall.errors import Problem
from easycall.json_text import dumps
from leads.enums import Outcome, Verdict
from leads.intake.draft import Draft
from leads.intake.matching import Match
from leads.intake.merge import account_for
from leads.models import Submission

Draftlike = Draft | Problem
Result = dict[str, Any]

_PROBLEMS = "/problems/"


def refused(
    submission: Submission, problem: Problem, *, outcome: Outcome = Outcome.REJECTED, explain: bool = False
) -> None:
    """It becomes no lead."""
    with translation.override("en"):
        document = problem.document(None if explain else submission.id)
    submission.outcome, submission.status, submission.problem = outcome, problem.status, problem.type
    submission.rejected_count = 1
    submission.mapping_id = problem.import_api
    submission.answer = dumps(document)


def repeated(submission: Submission, first: Submission) -> None:
    """It is answered as the first one was, byte for byte."""
    submission.outcome, submission.status, submission.answer = Outcome.ACCEPTED, first.status, first.answer
    submission.repeats, submission.mapping_id = first, first.mapping_id
    submission.problem, submission.rejected_count = "", 0


def taken(
    submission: Submission,
    drafts: Mapping[int, Draftlike],
    matches: Mapping[int, Match],
    *,
    batch: bool,
    explain: bool = False,
    earlier: Mapping[int, Result] = MappingProxyType({}),
) -> None:
    """Its items, by their place, are leads or problems, and the answer says which. The `earlier` results stay."""
    submission_id = None if explain else submission.id
    by_place = dict(earlier)
    for index, each in drafts.items():
        if isinstance(each, Problem):
            by_place[index] = each.document(submission_id)
        else:
            by_place[index] = _receipt(each, matches[index], submission_id)
    results = [result for _, result in sorted(by_place.items())]
    mappings = {each.mapping.id if isinstance(each, Draft) else each.import_api for each in drafts.values()} - {None}
    if earlier:
        mappings.add(submission.mapping_id)
    submission.mapping_id = mappings.pop() if len(mappings) == 1 else None
    _count(submission, results)
    submission.status = 200 if batch else _status(results[0])
    submission.answer = dumps(_batch_document(submission, results) if batch else results[0])


def _count(submission: Submission, results: Sequence[Result]) -> None:
    problems = [result["type"].removeprefix(_PROBLEMS) for result in results if is_problem(result)]
    verdicts = Counter(result["status"] for result in results if not is_problem(result))
    submission.created_count, submission.rejected_count = verdicts[Verdict.CREATED], len(problems)
    submission.duplicate_count = verdicts[Verdict.DUPLICATE]
    submission.updated_count, submission.repeated_count = verdicts[Verdict.UPDATED], verdicts[Verdict.REPEATED]
    submission.problem = " ".join(sorted(set(problems)))
    if problems:
        submission.outcome = Outcome.PARTIAL if verdicts else Outcome.REJECTED
    else:
        submission.outcome = Outcome.ACCEPTED


def _status(result: Result) -> int:
    if is_problem(result):
        return int(result["status"])
    return 201 if result["status"] in (Verdict.CREATED, Verdict.DUPLICATE) else 200


def is_problem(result: Result) -> bool:
    """Whether an item's part of an answer is a problem rather than a receipt."""
    return "type" in result


def _receipt(each: Draft, found: Match, submission_id: UUID | None) -> Result:
    document = each.receipt(found.lead_id, submission_id, found.verdict)
    if found.duplicate_of:
        document["duplicate_of"] = found.duplicate_of
    if found.not_taken:
        account_for(document, found.not_taken)
    return document


def _batch_document(submission: Submission, results: list[Result]) -> Result:
    return {
        "results": results,
        "created": submission.created_count,
        "duplicate": submission.duplicate_count,
        "updated": submission.updated_count,
        "repeated": submission.repeated_count,
        "rejected": submission.rejected_count,
    }
