"""What other sections read of the campaigns."""

from collections.abc import Set
from dataclasses import dataclass
from functools import cached_property

from campaigns.models import Question
from campaigns.values import ANSWERS, Answer


@dataclass(frozen=True)
class AskedQuestion:
    """A question as the intake needs it; `campaigns` are ids, none = all."""

    key: str
    type: str
    choices: tuple[str, ...]
    required: bool
    campaigns: frozenset[int]

    def is_asked_in(self, campaign_id: int) -> bool:
        return not self.campaigns or campaign_id in self.campaigns

    def is_asked_in_any(self, campaign_ids: Set[int]) -> bool:
        return not self.campaigns or bool(self.campaigns & campaign_ids)

    @cached_property
    def answer(self) -> Answer:
        return ANSWERS[self.type](self.choices)


def all_questions() -> dict[str, AskedQuestion]:
    """Every question by its key, in one query."""
    rows = Question.objects.order_by("key").values_list("key", "type", "choices", "required", "campaigns")
    campaigns: dict[str, set[int]] = {}
    for key, *_, campaign in rows:
        campaigns.setdefault(key, set()).update([campaign] if campaign else [])
    return {
        key: AskedQuestion(key, kind, tuple(choices), required, frozenset(campaigns[key]))
        for key, kind, choices, required, _ in rows
    }
