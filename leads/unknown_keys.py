"""What an unknown key turns out to mean, and who said so."""

from django.db import transaction

from accounts.models import User
from campaigns.fields import FIELD_BY_KEY, FIELDS
from campaigns.models import Question
from campaigns.queries import AskedQuestion, all_questions
from easycall.text import fold
from leads.enums import KeyState
from leads.intake.keys import Aside, KeyTable, aliases_of
from leads.models import ImportMapping, KeyAlias, UnknownKey
from leads.models.alias import validate_alias_key


def key_table(mapping: ImportMapping) -> KeyTable:
    """What keys mean now in leads of this mapping: two queries at most."""
    return KeyTable(all_questions(), aliases_of([mapping]))


def target_of(unknown: UnknownKey, table: KeyTable | None = None) -> str:
    """The name of the field or the key of the question that the key means now, "" while it means nothing."""
    meaning = (table or key_table(unknown.mapping)).meaning(unknown.key, unknown.mapping)
    if isinstance(meaning, Aside):
        return ""
    return meaning.key if isinstance(meaning, AskedQuestion) else getattr(meaning, "name", str(meaning))


def resembled_target(unknown: UnknownKey) -> str:
    """The name of the field or the key of the question that the key resembles, "" for neither."""
    field = FIELD_BY_KEY.get(unknown.resembles)
    return field.name if field else unknown.resembles


def spellings(unknown: UnknownKey, table: KeyTable) -> list[str]:
    """The key first, then its other spellings that came in and mean the same as it does now."""
    folded, meaning = fold(unknown.key), table.meaning(unknown.key, unknown.mapping)
    keys = UnknownKey.objects.filter(mapping=unknown.mapping_id).order_by("key").values_list("key", flat=True)
    others = (key for key in keys if key not in ("", unknown.key) and fold(key) == folded)
    return [unknown.key, *(key for key in others if table.meaning(key, unknown.mapping) is meaning)]


def check_alias(*, unknown: UnknownKey, question_key: str) -> None:
    """Raise ValidationError unless the key can be another name of a question that is about to be made."""
    key = fold(unknown.key)
    validate_alias_key(key, question_key=question_key)
    KeyAlias(mapping=unknown.mapping, key=key).validate_constraints(exclude={"field", "question"})


@transaction.atomic
def make_alias(*, unknown: UnknownKey, target: str, by: User) -> KeyAlias:
    """Let the key, in every spelling, be another name of a field or of a question, in its Import API.

    Raises ValidationError where it can't be.
    """
    question = None if target in FIELDS else Question.objects.get(key=target)
    check_alias(unknown=unknown, question_key=question.key if question else "")
    alias = KeyAlias(
        mapping=unknown.mapping, key=fold(unknown.key), field="" if question else target, question=question
    )
    alias.full_clean(exclude=["question"])
    alias.save()
    ImportMapping.objects.filter(pk=unknown.mapping_id, has_aliases=False).update(has_aliases=True)
    unknown.mapping.has_aliases = True
    mark_known(unknown=unknown, by=by)
    return alias


def mark_known(*, unknown: UnknownKey, by: User) -> None:
    """Take the key, in every spelling that means something now, off the list."""
    _decide(unknown, spellings(unknown, key_table(unknown.mapping)), KeyState.KNOWN, by)


def dismiss(*, unknown: UnknownKey, by: User) -> None:
    """Take the key off the list though it means nothing; it goes on being counted."""
    _decide(unknown, [unknown.key], KeyState.DISMISSED, by)


def _decide(unknown: UnknownKey, keys: list[str], state: KeyState, by: User) -> None:
    # In the order of the intake, which locks these rows too.
    rows = UnknownKey.objects.filter(mapping=unknown.mapping_id, key__in=keys)
    with transaction.atomic():
        found = list(rows.select_for_update().order_by("mapping", "key"))
        for row in found:
            row.state, row.decided_by = state, by
            row.save(update_fields=["state", "decided_by"])
    unknown.state = state
