"""Links that let an integrator without an account read the page of one Import API row."""

import hashlib
import secrets
from datetime import timedelta

from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from leads.models import ImportMapping, ShareLink

# How long a link can be good for, in days.
DAYS = (7, 30, 90)

_SECRET_BYTES = 32
# Any but a letter of the secret's own alphabet.
_signer = Signer(sep=".", salt="leads.share_links")


def make(*, mapping: ImportMapping, days: int, by: User) -> tuple[ShareLink, str]:
    """A link for `days`. Returns its row and its text, which exists nowhere else and can't be read again."""
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    now = timezone.now()
    link = ShareLink.objects.create(
        mapping=mapping, digest=_digest(secret), created_at=now, created_by=by, expires_at=now + timedelta(days=days)
    )
    return link, _signer.sign(secret)


def revoke(*, link: ShareLink, by: User) -> None:
    """Close it at once and for good. Revoking it again changes nothing."""
    ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now(), revoked_by=by)
    link.refresh_from_db(fields=["revoked_at", "revoked_by"])


def revoke_all(*, mapping: ImportMapping, by: User) -> int:
    """Close those that open the page of a row now. Returns how many."""
    return live(mapping).order_by().update(revoked_at=timezone.now(), revoked_by=by)


def live(mapping: ImportMapping) -> QuerySet[ShareLink]:
    """Those that can be used now, the newest first."""
    links = ShareLink.objects.filter(mapping=mapping, revoked_at=None, expires_at__gt=timezone.now())
    return links.select_related("created_by").order_by("-pk")


def find(text: str) -> ShareLink | None:
    """The link with this text, if it can be used now. A text that was not signed here asks no database.

    That of a user who is not active opens nothing, like the user's tokens, until the user is active again.
    """
    try:
        secret = _signer.unsign(text)
    except BadSignature:
        return None
    links = ShareLink.objects.filter(mapping__user__is_active=True).select_related("mapping__campaign", "mapping__user")
    return links.filter(digest=_digest(secret), revoked_at=None, expires_at__gt=timezone.now()).first()


def _digest(secret: str) -> str:
    """Of 256 random bits, which no list of guesses reaches: it needs no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
