"""Each key to a field, a question, the envelope, or aside. Pure but for the reading of aliases."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from campaigns.fields import ENVELOPE_BY_KEY, FIELD_BY_KEY, FIELDS, Envelope, Field, FieldType
from campaigns.queries import AskedQuestion
from easycall.text import fold
from leads.intake.body import Pair
from leads.models import ImportMapping, KeyAlias

# Where two keys are closer than this, in per cent, one may be a slip of the other.
_RESEMBLANCE = 80
# A key of so many letters may be the beginning of others, if these are all of one kind: `tel`, but not `data`.
_SHORTEST_BEGINNING = 3
# So many unknown keys of one request are compared with the known ones; no honest request comes near it.
_MOST_COMPARED = 1_000


@dataclass(frozen=True, slots=True)
class Aside:
    """Why a key goes nowhere, and the key that it resembles, "" for none."""

    reason: str
    did_you_mean: str = ""


UNKNOWN = "unknown_key"

Target = Field | AskedQuestion | Envelope | Aside
# The name of a field or the key of a question, by the id of a mapping and the folded key.
Aliases = Mapping[tuple[int, str], str]


def aliases_of(mappings: Iterable[ImportMapping]) -> Aliases:
    """The other names of keys in these mappings: one query, none when no mapping has any."""
    ids = [mapping.pk for mapping in mappings if mapping.has_aliases]
    if not ids:
        return {}
    rows = KeyAlias.objects.filter(mapping__in=ids).order_by().values_list("mapping", "key", "field", "question__key")
    return {(mapping, key): field or question for mapping, key, field, question in rows}


# What a key is, by the mapping and its campaign.
Meanings = dict[tuple[int, int], dict[str, Target]]
# So many spellings of known keys are remembered of each mapping; no honest sender comes near it.
_MOST_MEANINGS = 1_000


class KeyTable:
    """What the keys of one request mean. Made once a request; remembers what it has looked up.

    `meanings` is what earlier requests have looked up with the same questions and aliases, and is added to.
    """

    def __init__(
        self,
        questions: Mapping[str, AskedQuestion],
        aliases: Aliases | None = None,
        meanings: Meanings | None = None,
    ) -> None:
        self.questions = questions
        self._aliases = aliases or {}
        self._meanings: Meanings = {} if meanings is None else meanings
        self._unknown: Meanings = {}
        self._compared = 0
        self._known_in: dict[int, Sequence[str]] = {}

    def target(self, pair: Pair, mapping: ImportMapping) -> Target:
        """What the pair is, before its value is looked at any closer than whether it is a text."""
        if pair.reason:
            return Aside(pair.reason)
        target = self.meaning(pair.key, mapping)
        if isinstance(pair.value, str) or isinstance(target, Aside):
            return target
        return Aside("not_a_scalar")

    def meaning(self, key: str, mapping: ImportMapping) -> Target:
        """What a key is in a lead of this mapping."""
        meanings = self.meanings(mapping)
        unknown = self._unknown.setdefault((mapping.id, mapping.campaign_id), {})
        if target := meanings.get(key) or unknown.get(key):
            return target
        target = self._look_up(key, mapping)
        # Keys that mean nothing are as many as a sender invents, and are remembered for this request only.
        remembered = unknown if isinstance(target, Aside) or len(meanings) >= _MOST_MEANINGS else meanings
        remembered[key] = target
        return target

    def meanings(self, mapping: ImportMapping) -> dict[str, Target]:
        """What has been looked up so far of the keys that mean something in a lead of this mapping."""
        return self._meanings.setdefault((mapping.id, mapping.campaign_id), {})

    def _look_up(self, key: str, mapping: ImportMapping) -> Target:
        if question := self.questions.get(key):
            return _asked(question, mapping)
        folded = fold(key)
        if known := FIELD_BY_KEY.get(folded) or ENVELOPE_BY_KEY.get(folded):
            return known
        other_name = self._aliases.get((mapping.pk, folded), "")
        if field := FIELDS.get(other_name):
            return field
        if question := self.questions.get(other_name):
            return _asked(question, mapping)
        return Aside(UNKNOWN, self._resembled(folded, mapping.campaign_id))

    def _resembled(self, folded: str, campaign_id: int) -> str:
        self._compared += 1
        if self._compared > _MOST_COMPARED:
            return ""
        known = self._known(campaign_id)
        if nearest := process.extractOne(folded, known, scorer=fuzz.ratio, score_cutoff=_RESEMBLANCE):
            return str(nearest[0])
        if len(folded) < _SHORTEST_BEGINNING:
            return ""
        begun = [key for key in known if key.startswith(folded)]
        return min(begun, key=len) if len({_kind(key) for key in begun}) == 1 else ""

    def _known(self, campaign_id: int) -> Sequence[str]:
        """Questions first: among equals, the near miss is of the key that had to be exact."""
        if campaign_id not in self._known_in:
            asked = [key for key, question in self.questions.items() if question.is_asked_in(campaign_id)]
            self._known_in[campaign_id] = [*asked, *FIELD_BY_KEY, *ENVELOPE_BY_KEY]
        return self._known_in[campaign_id]


def _kind(key: str) -> object:
    """What a known key is: its field, any phone alike, or its part of the envelope; the key itself of a question."""
    if field := FIELD_BY_KEY.get(key):
        return field.type if field.type is FieldType.PHONE else field
    return ENVELOPE_BY_KEY.get(key, key)


def _asked(question: AskedQuestion, mapping: ImportMapping) -> Target:
    return question if question.is_asked_in(mapping.campaign_id) else Aside("other_campaign")
