"""The steps of a request, and how its database sees them."""

import re
from dataclasses import dataclass, field
from enum import StrEnum


class Step(StrEnum):
    """Where a process is killed: up to BEFORE_COMMIT nothing is stored, from AFTER_COMMIT on the lead is."""

    HEAD_READ = "head_read"
    BODY_READ = "body_read"
    BEFORE_RAW = "before_raw"
    AFTER_RAW = "after_raw"
    AFTER_KEY = "after_key"
    BEFORE_COMMIT = "before_commit"
    AFTER_COMMIT = "after_commit"
    HALF_ANSWERED = "half_answered"

    @property
    def is_stored(self) -> bool:
        return self in (Step.AFTER_COMMIT, Step.HALF_ANSWERED)


_COMMITS = re.compile(r"\s*(COMMIT|END)\b", re.IGNORECASE)
_INSERTS = {
    "raw": re.compile(r"\s*(INSERT INTO|COPY) \"?leads_submission\b"),
    "key": re.compile(r"\s*(INSERT INTO|COPY) \"?leads_idempotencykey\b"),
}


@dataclass
class Statements:
    """The statements of one connection, each seen before it is run."""

    written: set[str] = field(default_factory=set)

    def is_reached(self, step: Step, statement: str) -> bool:
        """Whether `statement` is the first one after `step`, or that before which the step is."""
        before = set(self.written)
        is_commit = bool(_COMMITS.match(statement))
        now = {name for name, insert in _INSERTS.items() if insert.match(statement)}
        self.written = set() if is_commit else before | now
        match step:
            case Step.BEFORE_RAW:
                return "raw" in now
            case Step.AFTER_RAW:
                return "raw" in before
            case Step.AFTER_KEY:
                return "key" in before
            case _:
                return step is Step.BEFORE_COMMIT and is_commit and "raw" in before
