"""A request that is sent again with its key is answered again, and nothing is written twice."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from easycall.errors import IdempotencyKeyInUse, IdempotencyKeyInvalid, IdempotencyKeyReused
from easycall.text import nfc
from leads.intake.body import Body, Pairs
from leads.models import IdempotencyKey, Submission

KEPT = timedelta(hours=72)
LONGEST = 255

_QUOTED = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
# A server joins two headers of one name with a comma, so a bare key has none.
_BARE = re.compile(r'[^",]+')


def parse_key(header: str | None) -> str:
    """The key of an Idempotency-Key header, quoted or bare, "" without one. Raises IdempotencyKeyInvalid."""
    if header is None:
        return ""
    header = header.strip(" \t")
    quoted = _QUOTED.fullmatch(header)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else header
    well_formed = bool(quoted or _BARE.fullmatch(header)) and all("!" <= c <= "~" for c in key)
    if not key or len(key) > LONGEST or not well_formed:
        raise IdempotencyKeyInvalid(f"The key is one header of 1 to {LONGEST} visible ASCII characters.")
    return key


def key_or_none(header: str | None) -> str:
    """The key of a header, "" without one and when it is no key."""
    try:
        return parse_key(header)
    except IdempotencyKeyInvalid:
        return ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A request's claim to its key. `fingerprint` is equal for bodies that say the same in another order or spacing."""

    user_id: int
    key: str
    fingerprint: str

    @classmethod
    def of(cls, user_id: int, key: str, content: Body, url_code: str, raw: bytes) -> "Claim":
        # What could not be read of a batch is compared by its bytes.
        bytes_said = hashlib.sha256(raw).hexdigest()
        said = [_said(item.content) if isinstance(item.content, list) else bytes_said for item in content.items]
        text = json.dumps([nfc(url_code), content.batch, said])
        return cls(user_id, key, hashlib.sha256(text.encode()).hexdigest())

    def first(self) -> Submission | None:
        """The submission that was answered under this key. Raises IdempotencyKeyReused when it said something else."""
        since = timezone.now() - KEPT
        rows = IdempotencyKey.objects.filter(user_id=self.user_id, key=self.key, created_at__gt=since)
        row = rows.select_related("submission").first()
        if row and row.fingerprint != self.fingerprint:
            raise IdempotencyKeyReused("This key was used in the last 72 hours for a request with other data.")
        return row.submission if row else None

    def lock(self) -> None:
        """Hold the key until the transaction ends. Raises IdempotencyKeyInUse when a twin holds it.

        SQLite needs none: its transactions take the write lock of the whole database when they begin.
        """
        if connection.vendor != "postgresql":
            return
        digest = hashlib.sha256(f"{self.user_id} {self.key}".encode()).digest()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], "big", signed=True)])
            if not cursor.fetchone()[0]:
                raise IdempotencyKeyInUse("The first request with this key is still being processed.")

    def keep(self, submission: Submission) -> None:
        """Remember the key in the transaction of its leads; one that was kept long enough makes room."""
        IdempotencyKey.objects.filter(user_id=self.user_id, key=self.key).delete()
        IdempotencyKey.objects.create(
            user_id=self.user_id, key=self.key, fingerprint=self.fingerprint, submission=submission
        )


def _said(pairs: Pairs) -> list[str]:
    return sorted(json.dumps([pair.key, pair.value, pair.reason], sort_keys=True) for pair in pairs)
