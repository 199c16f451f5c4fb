"""Each key to a field, a question, the envelope, or aside. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from campaigns.fields import ENVELOPE_BY_KEY, FIELD_BY_KEY, Envelope, Field
from campaigns.queries import AskedQuestion
from easycall.text import fold
from leads.intake.body import Pair

# Where two keys are closer than this, in per cent, one may be a slip of the other.
_RESEMBLANCE = 80
# So many unknown keys of one request are compared with the known ones; no honest request comes near it.
_MOST_COMPARED = 1_000


@dataclass(frozen=True, slots=True)
class Aside:
    """Why a key goes nowhere, and the key that it resembles, "" for none."""

    reason: str
    did_you_mean: str = ""


Target = Field | AskedQuestion | Envelope | Aside


class KeyTable:
    """What the keys of one request mean. Made once a request; remembers what it has looked up."""

    def __init__(self, questions: Mapping[str, AskedQuestion]) -> None:
        self.questions = questions
        self._targets: dict[tuple[str, int], Target] = {}
        self._compared = 0
        self._known_in: dict[int, Sequence[str]] = {}

    def target(self, pair: Pair, campaign_id: int) -> Target:
        """What the pair is, before its value is looked at any closer than whether it is a text."""
        if pair.reason:
            return Aside(pair.reason)
        target = self._targets.get((pair.key, campaign_id))
        if target is None:
            target = self._targets[pair.key, campaign_id] = self._look_up(pair.key, campaign_id)
        if isinstance(pair.value, str) or isinstance(target, Aside):
            return target
        return Aside("not_a_scalar")

    def _look_up(self, key: str, campaign_id: int) -> Target:
        question = self.questions.get(key)
        if question:
            return question if question.is_asked_in(campaign_id) else Aside("other_campaign")
        folded = fold(key)
        known = FIELD_BY_KEY.get(folded) or ENVELOPE_BY_KEY.get(folded)
        return known or Aside("unknown_key", self._resembled(folded, campaign_id))

    def _resembled(self, folded: str, campaign_id: int) -> str:
        self._compared += 1
        if self._compared > _MOST_COMPARED:
            return ""
        nearest = process.extractOne(folded, self._known(campaign_id), scorer=fuzz.ratio, score_cutoff=_RESEMBLANCE)
        return nearest[0] if nearest else ""

    def _known(self, campaign_id: int) -> Sequence[str]:
        """Questions first: among equals, the near miss is of the key that had to be exact."""
        if campaign_id not in self._known_in:
            asked = [key for key, question in self.questions.items() if question.is_asked_in(campaign_id)]
            self._known_in[campaign_id] = [*asked, *FIELD_BY_KEY, *ENVELOPE_BY_KEY]
        return self._known_in[campaign_id]
