"""How leads and submissions are found. A search reads from the look of the text what the text can be."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Set
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, TypeVar
from uuid import UUID

import phonenumbers
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Lookup, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat, Left, Lower, Substr
from django.db.models.lookups import Contains, In
from django.db.models.sql.compiler import SQLCompiler

from campaigns.fields import PHONE_FIELDS
from campaigns.models import Campaign
from easycall.errors import (
    IdempotencyKeyInvalid,
    MalformedBody,
    MalformedRequest,
    MethodNotAllowed,
    NotAcceptable,
    UnsupportedMediaType,
)
from easycall.ids import lowest_id
from leads.enums import EventKind, Outcome
from leads.models import Lead, LeadEvent, Submission
from leads.models.folded import folded
from leads.models.lead import INDEXED_CHANNEL_LENGTH, INDEXED_EMAIL_LENGTH
from leads.models.names import HasWords, name_words
from leads.models.submission import QUERY_WITHHELD

_Row = TypeVar("_Row", bound=Model)

HOME_REGIONS = ("ES", "IT")
# More tell no name from another, and every one costs a comparison.
NAME_WORDS = 10

# Tests are sent one by one, by hand.
NEWEST_TESTS = 200

# No set-up mends what was wrong with these: the bytes, or how they were put, which the journal's bytes do not tell.
FAULTS_OF_THE_REQUEST = tuple(
    problem.type
    for problem in (
        MalformedBody,
        MalformedRequest,
        IdempotencyKeyInvalid,
        MethodNotAllowed,
        NotAcceptable,
        UnsupportedMediaType,
    )
)

# An id is made a little before or after the moment that its row came, and somebody may have set the clock in between.
_CLOCK = timedelta(days=1)

_LETTER = re.compile(r"[^\W\d_]")
_ADDRESS = re.compile(r"[^\s<>()\"',;:]+@[^\s<>()\"',;:]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
# What comes along, unseen, when a number is copied from an address book.
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"


class _Number(Value):
    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[str | int, ...]]:
        return str(int(self.value)), ()


class _Start(Left):
    """Left with its numbers in the SQL itself: SQLite knows an index by its expression, and parameters are none."""

    def get_substr(self) -> Substr:
        column, length = self.source_expressions
        return Substr(column, _Number(1), length)


def search(leads: QuerySet[Lead], text: str) -> QuerySet[Lead]:
    """Those that `text` can mean: a phone in any spelling, an e-mail, words of a name, an external id, or an id.

    Each guess repeats the expression and the condition of an index, so that none of them reads the whole table; on
    SQLite, which has no index for it, a name does.
    """
    text = _clean(text)
    if not text:
        return leads
    guess = Q(external_id=text) & ~Q(external_id="")
    if identifier := as_uuid(text):
        return leads.filter(guess | Q(pk=identifier) | Q(submission=identifier))
    if "@" in text:
        return leads.filter(guess | _email(text))
    if _LETTER.search(text):
        return leads.filter(guess | _any_of(PHONE_FIELDS, {text}) | _email(text) | _name(text))
    return leads.filter(guess | _any_of(PHONE_FIELDS, {text, *phone_readings(text, _regions())}))


def search_submissions(submissions: QuerySet[Submission], text: str) -> QuerySet[Submission]:
    """The one with this id, or that of the lead with this id."""
    text = _clean(text)
    if not text:
        return submissions
    if identifier := as_uuid(text):
        of_lead = Lead.objects.filter(pk=identifier).values_list("submission", flat=True)
        return submissions.filter(pk__in=[identifier, *of_lead])
    return submissions.none()


def of_submission(leads: QuerySet[Lead], submission: UUID) -> QuerySet[Lead]:
    """Those that a submission made or changed."""
    made = Lead.objects.order_by().filter(submission=submission).values("pk")
    touched = LeadEvent.objects.order_by().filter(submission=submission).exclude(kind=EventKind.REFUSED).values("lead")
    # Together, because no index answers to “this, or one of those”.
    return leads.filter(pk__in=made.union(touched))


def came_between(rows: QuerySet[_Row], column: str, first: datetime | None, end: datetime | None) -> QuerySet[_Row]:
    """Those that came at `first` or later and before `end`, as `column` says.

    Their ids say so too, roughly: which makes the period a stretch of every index that ends in the id.
    """
    if first:
        rows = rows.filter(**{f"{column}__gte": first}, pk__gte=lowest_id(first - _CLOCK))
    if end:
        rows = rows.filter(**{f"{column}__lt": end}, pk__lt=lowest_id(end + _CLOCK))
    return rows


def newest_tests(column: str) -> list[UUID]:
    """The ids in a column of the newest test leads, by their own small index.

    Left out one by one they cost nothing: to ask each lead whether it is a test would take its row.
    """
    return [*Lead.objects.filter(is_test=True).order_by("-pk").values_list(column, flat=True)[:NEWEST_TESTS]]


class _HasOneOf(Lookup[Any]):
    """Whether a JSON object has one of the keys. Django's own has_any_keys makes paths of them, which SQLite misreads
    where a key has quotes or letters beyond ASCII."""

    lookup_name = "has_one_of"
    prepare_rhs = False
    sqlite = "EXISTS (SELECT 1 FROM json_each({column}) WHERE key IN (SELECT value FROM json_each(%s)))"
    # The function behind the operator “?|”.
    postgresql = "jsonb_exists_any({column}, %s)"

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return self.postgresql.format(column=column), (*parameters, self.rhs)
        return self.sqlite.format(column=column), (*parameters, json.dumps(self.rhs))


def carries(*keys: str, column: str = "kept_aside") -> Q:
    """Leads with one of these among what was kept aside, or in another column of keys and values."""
    return Q(_HasOneOf(F(column), list(keys)))


def refused_for(leads: QuerySet[Lead], submission: UUID) -> QuerySet[Lead]:
    """Those for which a submission, or a part of it, was refused as a duplicate."""
    refusals = LeadEvent.objects.filter(submission=submission, kind=EventKind.REFUSED)
    return leads.filter(pk__in=refusals.values("lead"))


def from_channel(leads: QuerySet[Lead], channel: str) -> QuerySet[Lead]:
    """Those of a channel, whatever its case."""
    return leads.filter(channel_key=folded(channel, INDEXED_CHANNEL_LENGTH))


def with_warning(leads: QuerySet[Lead], code: str) -> QuerySet[Lead]:
    return leads.filter(_has_word("warning_codes", code))


def with_problem(submissions: QuerySet[Submission], slug: str) -> QuerySet[Submission]:
    """Those of which anything was refused for this reason, one item of a batch even."""
    return submissions.filter(_has_word("problem", slug))


def waiting(submissions: QuerySet[Submission]) -> QuerySet[Submission]:
    """Those of which something is not a lead yet."""
    return submissions.exclude(outcome=Outcome.ACCEPTED)


def replayable(submissions: QuerySet[Submission]) -> QuerySet[Submission]:
    """Those of them that another set-up could make leads of: with all their bytes, and well put."""
    whole = waiting(submissions).filter(body_complete=True, pruned_at=None)
    # The last two may have been refused for something else, which came first.
    return whole.filter(method="POST").exclude(problem__in=FAULTS_OF_THE_REQUEST).exclude(query=QUERY_WITHHELD)


def in_chunks(submissions: QuerySet[Submission], size: int) -> Iterator[list[UUID]]:
    """The ids of all, `size` at a time, the oldest first. What changes in between is seen as it then is."""
    rows = submissions.order_by("pk").values_list("pk", flat=True)
    ids = list(rows[:size])
    while ids:
        yield ids
        ids = list(rows.filter(pk__gt=ids[-1])[:size])


def _has_word(column: str, word: str) -> Q:
    """Rows with `word` in a column of words, by the condition of the index that leaves out the many without any."""
    words = Concat(Value(" "), column, Value(" "), output_field=TextField())
    return ~Q(**{column: ""}) & Q(Contains(words, f" {word} "))


def as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def phone_readings(text: str, regions: Iterable[str]) -> set[str]:
    """The E.164 numbers that `text` can be in these regions, or with a plus that was left out."""
    digits = text.replace("(0)", "")
    readings = (_e164(digits, region) for region in regions)
    return {reading for reading in (*readings, _e164(f"+{digits}", None)) if reading}


def _e164(text: str, region: str | None) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _regions() -> set[str]:
    return {*HOME_REGIONS, *Campaign.objects.order_by("country").values_list("country", flat=True).distinct()}


def _any_of(columns: Iterable[str], values: Set[str]) -> Q:
    guesses = (~Q(**{name: ""}) & Q(**{f"{name}__in": sorted(values)}) for name in columns)
    return reduce(or_, guesses)


def _email(text: str) -> Q:
    address = _ADDRESS.search(text)
    spellings = {start for known in {text, address[0] if address else text} for start in lowered(known)}
    return Q(In(Lower(_Start("email", _Number(INDEXED_EMAIL_LENGTH))), sorted(spellings)))


def lowered(text: str) -> set[str]:
    """`text` in lower case as each database has it: one that only knows ASCII leaves the É of a capital CAFÉ."""
    if text.isascii():
        return {text.lower()[:INDEXED_EMAIL_LENGTH]}
    spellings = (text.lower(), text, text.upper())
    return {"".join(c.lower() if c.isascii() else c for c in spelling)[:INDEXED_EMAIL_LENGTH] for spelling in spellings}


def _name(text: str) -> Q:
    words = name_words(text)[:NAME_WORDS]
    return Q(HasWords("name_words", words)) if words else Q(pk__in=())


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", _CONTROLS.sub(" ", text)).strip(_UNSEEN + " \u00a0").strip()
