"""Stored answers read back. An answer is text that an older or a newer release wrote: anything may be missing in it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from easycall.errors import PROBLEMS
from leads.admin.labels import POLICY_LABELS, problem_title, rules_in_words
from leads.admin.raw import visible
from leads.texts import ASIDE_REASONS, WARNING_TEXTS

Document = Mapping[str, Any]

LINE_LENGTH = 60


class Fate(StrEnum):
    STORED = "stored"
    KEPT_ASIDE = "kept_aside"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning in words; `key` is "" for one of the whole body."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Aside:
    key: str
    value: str
    reason: str
    did_you_mean: str


@dataclass(frozen=True, slots=True)
class SentKey:
    """A key of the request and what became of it. `target` is a field, a question or part of the envelope."""

    key: str
    sent: str
    fate: Fate
    kind: str = ""
    target: str = ""
    stored: str = ""
    aside: Aside | None = None
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Refused:
    """A problem in words, once for all the leads of a batch that have it; `numbers` are theirs, counted from one."""

    title: str
    remedy: str
    detail: str
    numbers: list[int] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """What a receipt says of a lead that was here already. `lead` is its id, "" where the sender was not told."""

    policy: str
    same: str
    lead: str
    numbers: list[int] = field(default_factory=list)


def parse(answer: str) -> Document:
    try:
        document = json.loads(answer)
    except (ValueError, RecursionError):
        return {}
    return _mapping(document)


def pretty(answer: str) -> str:
    """`answer` with a line for each value, or as it is when it is no JSON."""
    try:
        return json.dumps(json.loads(answer), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return answer


def is_batch(answer: Document) -> bool:
    return isinstance(answer.get("results"), list)


def receipt_of(answer: Document, item: int) -> Document:
    """The receipt of one lead; empty when there is none."""
    if not is_batch(answer):
        return answer
    results = answer["results"]
    return _mapping(results[item]) if item < len(results) else {}


def _results(answer: Document) -> list[Document]:
    return [_mapping(result) for result in answer["results"]] if is_batch(answer) else [answer]


def refusals(answer: Document) -> list[Refused]:
    """The problem of a whole request, or those of a batch."""
    results = _results(answer)
    problems: dict[tuple[str, str], Refused] = {}
    for number, result in enumerate(results, start=1):
        if "type" in result:
            slug, detail = str(result["type"]).removeprefix("/problems/"), as_text(result.get("detail", ""))
            problem = problems.setdefault((slug, detail), refused(slug, detail))
            problem.errors.extend(_errors(result))
            if is_batch(answer):
                problem.numbers.append(number)
    return [*problems.values()]


def duplicates(answer: Document) -> list[Duplicate]:
    """The leads of a request that were here already, once for all those of a batch that have the same one."""
    results = _results(answer)
    found: dict[tuple[str, str, str], Duplicate] = {}
    for number, result in enumerate(results, start=1):
        if entry := _mapping(result.get("duplicate_of")):
            duplicate = _duplicate(entry)
            duplicate = found.setdefault((duplicate.policy, duplicate.same, duplicate.lead), duplicate)
            if is_batch(answer):
                duplicate.numbers.append(number)
    return [*found.values()]


def _duplicate(entry: Document) -> Duplicate:
    policy = as_text(entry.get("policy", ""))
    same = rules_in_words(as_text(rule) for rule in _list(entry.get("matched")))
    return Duplicate(str(POLICY_LABELS.get(policy, policy)), same, as_text(entry.get("lead") or ""))


def refused(slug: str, detail: str = "") -> Refused:
    return Refused(problem_title(slug), str(PROBLEMS[slug].remedy) if slug in PROBLEMS else "", detail)


def _errors(problem: Document) -> Iterator[tuple[str, str]]:
    for error in map(_mapping, _list(problem.get("errors"))):
        # Where there is one thing wrong, the detail of the problem says it already.
        if error.get("detail") not in (None, problem.get("detail")):
            yield as_text(error.get("pointer", "")), as_text(error["detail"])


def warnings(entries: Any) -> list[Warned]:
    """The `warnings` of a receipt or of a lead."""
    return [_warned(_mapping(entry)) for entry in _list(entries)]


def all_warnings(answer: Document) -> list[Warned]:
    """Those of all the leads of a request, each once."""
    return [*dict.fromkeys(each for result in _results(answer) for each in warnings(result.get("warnings")))]


def _warned(entry: Document) -> Warned:
    code = str(entry.get("code", ""))
    return Warned(as_text(entry.get("key") or ""), str(WARNING_TEXTS.get(code, as_text(entry.get("detail") or code))))


def asides(entries: Any) -> list[Aside]:
    """The `kept_aside` of a receipt or of a lead."""
    return [_aside(key, _mapping(entry)) for key, entry in _mapping(entries).items()]


def all_asides(answer: Document) -> list[Aside]:
    """Those of all the leads of a request: each key once, with the first of its values."""
    found: dict[tuple[str, str], Aside] = {}
    for result in _results(answer):
        for aside in asides(result.get("kept_aside")):
            found.setdefault((aside.key, aside.reason), aside)
    return [*found.values()]


def _aside(key: str, entry: Document) -> Aside:
    reason = str(entry.get("reason", ""))
    return Aside(
        key=visible(key),
        value=as_text(entry.get("value")),
        reason=str(ASIDE_REASONS.get(reason, reason)),
        did_you_mean=as_text(entry.get("did_you_mean", "")),
    )


def sent_keys(receipt: Document) -> list[SentKey]:
    """Every key that came in, each once."""
    texts: dict[str, list[str]] = {}
    for warned in warnings(receipt.get("warnings")):
        texts.setdefault(warned.key, []).append(warned.text)
    return [*_stored(receipt, texts), *_kept_aside(receipt, texts), *_empty(receipt)]


def _stored(receipt: Document, texts: Mapping[str, list[str]]) -> Iterator[SentKey]:
    for name, value in _mapping(receipt.get("stored")).items():
        key, entry = visible(name), _mapping(value)
        kind = next((kind for kind in ("field", "question", "envelope") if kind in entry), "")
        yield SentKey(
            key=key,
            sent=as_text(entry.get("from", entry.get("value", ""))),
            fate=Fate.STORED,
            kind=kind,
            target=as_text(entry.get(kind, "")),
            stored=as_text(entry.get("value", "")) if "from" in entry else "",
            warnings=texts.get(key, []),
        )


def _kept_aside(receipt: Document, texts: Mapping[str, list[str]]) -> Iterator[SentKey]:
    for aside in asides(receipt.get("kept_aside")):
        yield SentKey(aside.key, aside.value, Fate.KEPT_ASIDE, aside=aside, warnings=texts.get(aside.key, []))


def _empty(receipt: Document) -> Iterable[SentKey]:
    return (SentKey(as_text(key), "", Fate.EMPTY) for key in _list(receipt.get("empty")))


def as_text(value: Any) -> str:
    """A value of a JSON document as a person reads it: a text as it is, the rest as JSON, on one line if it fits."""
    if isinstance(value, str):
        return visible(value)
    line = json.dumps(value, ensure_ascii=False)
    return visible(line if len(line) <= LINE_LENGTH else json.dumps(value, ensure_ascii=False, indent=2))


def _mapping(value: Any) -> Document:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
