"""What a request is read with: its sender's Import API rows, the questions of their campaigns, other names of keys.

It is read for every request, and made anew only when the rows are others: see easycall.lookups.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from campaigns.models import Campaign, Question
from campaigns.queries import AskedQuestion, all_questions
from easycall.lookups import Lookup, Remembered, Rows
from leads.intake.keys import Aliases, KeyTable, Meanings, aliases_of
from leads.intake.route import active_mappings
from leads.models import ImportMapping, KeyAlias

_MAPPING = [f.attname for f in ImportMapping._meta.concrete_fields if f.attname not in ("id", "user_id", "has_aliases")]
_CAMPAIGN = [f"campaign__{each.attname}" for each in Campaign._meta.concrete_fields]

_mappings = Lookup[int](
    lambda users: (
        ImportMapping.objects.filter(user__in=users, active=True)
        .order_by("id")
        .values_list("user", "has_aliases", "id", *_MAPPING, *_CAMPAIGN)
    )
)
_questions = Lookup[int](
    lambda _: Question.objects.order_by("key").values_list("key", "type", "choices", "required", "campaigns")
)
_aliases = Lookup[int](
    lambda mappings: (
        KeyAlias.objects.filter(mapping__in=mappings)
        .order_by("id")
        .values_list("mapping", "key", "field", "question__key")
    )
)


@dataclass(frozen=True, slots=True)
class SetUp:
    """`mappings` are the active rows by their code."""

    mappings: Mapping[str, ImportMapping]
    questions: Mapping[str, AskedQuestion]
    aliases: Aliases
    meanings: Meanings = field(default_factory=dict)

    def key_table(self) -> KeyTable:
        return KeyTable(self.questions, self.aliases, self.meanings)


def set_up(user_ids: Collection[int]) -> dict[int, SetUp]:
    """Of each of these users, in two queries, and a third where keys have other names."""
    if not user_ids:
        return {}
    rows, questions = _mappings.rows(sorted(user_ids)), _questions.rows(())
    with_aliases = [row[2] for row in rows if row[1]]
    aliases = _aliases.rows(with_aliases) if with_aliases else ()
    return {user_id: _set_ups.get(user_id, _of(user_id, rows, aliases) + questions) for user_id in user_ids}


def _of(user_id: int, mappings: Rows, aliases: Rows) -> Rows:
    own = tuple(row for row in mappings if row[0] == user_id)
    ids = {row[2] for row in own}
    return own + tuple(row for row in aliases if row[0] in ids)


def _make(user_id: int) -> SetUp:
    mappings = active_mappings(user_id)
    campaigns = {mapping.campaign_id for mapping in mappings.values()}
    # A question of campaigns that this user sends nothing to is not the sender's to know of.
    questions = {key: asked for key, asked in all_questions().items() if asked.is_asked_in_any(campaigns)}
    return SetUp(mappings, questions, aliases_of(mappings.values()))


_set_ups = Remembered[int, SetUp](_make)
