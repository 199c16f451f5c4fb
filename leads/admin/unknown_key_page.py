"""What the page of an unknown key shows, as plain values."""

from dataclasses import replace
from typing import Any

from campaigns.fields import FIELDS
from campaigns.models import Question
from leads import fills, unknown_keys
from leads.admin.labels import target_label
from leads.admin.raw import visible
from leads.admin.receipts import as_text
from leads.models import UnknownKey

SHOWN_LEADS = 10
SHOWN_FILLS = 20


def unknown_key_page(unknown: UnknownKey) -> dict[str, Any]:
    """The context of the page. A fixed number of queries, whatever came in."""
    target = unknown_keys.target_of(unknown) if unknown.key else ""
    preview = fills.preview(unknown, samples=SHOWN_LEADS) if target else None
    done = list(unknown.fills.select_related("by", "undone_by")[:SHOWN_FILLS])
    return {
        "key": visible(str(unknown)),
        "samples": [visible(sample) for sample in unknown.samples.splitlines()],
        "target": _label(target),
        "preview": preview,
        "examples": [_visible(sample) for sample in preview.samples] if preview else [],
        "fills": done,
        "running": next((fill for fill in done if fill.is_running), None),
    }


def _label(target: str) -> str:
    if not target or target in FIELDS:
        return target and target_label(target, None)
    question = Question.objects.filter(key=target).first()
    return target_label("", question) if question else target


def _visible(sample: fills.Sample) -> fills.Sample:
    return replace(sample, aside=as_text(sample.aside), now=visible(sample.now), then=visible(sample.then))
