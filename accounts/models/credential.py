from collections.abc import Iterable
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import CredentialState, CredentialType, Scope
from easycall.history import History

models.CharField.register_lookup(Length)

EXPIRES_SOON = timedelta(days=14)
HIGHEST_RATE = 60_000  # a request a millisecond


def join_scopes(scopes: Iterable[str]) -> str:
    """As the column has them: each once, in one order, joined with blanks."""
    return " ".join(scope.value for scope in Scope if scope in set(scopes))


def scopes_in_words(scopes: str) -> list[str]:
    return [str(Scope(scope).label) for scope in scopes.split()]


SCOPES = tuple(join_scopes(scopes) for scopes in ([Scope.INTAKE], [Scope.READ], [*Scope]))


class CredentialQuerySet(models.QuerySet["Credential"]):
    def live(self, now: datetime | None = None) -> "CredentialQuerySet":
        """Those that open the door now: not revoked, not expired, of an active user."""
        now = now or timezone.now()
        return self.filter(
            models.Q(expires_at=None) | models.Q(expires_at__gt=now), revoked_at=None, user__is_active=True
        )

    def expiring(self, now: datetime | None = None) -> "CredentialQuerySet":
        """Those of them that will soon open it no more, the first one first."""
        now = now or timezone.now()
        return self.live(now).filter(expires_at__lte=now + EXPIRES_SOON).order_by("expires_at")


class Credential(models.Model):
    """What a user proves itself with. Of a token only its public key and a keyed digest are here."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="credentials", verbose_name=_("user")
    )
    type = models.CharField(
        _("type"), max_length=10, choices=CredentialType.choices, default=CredentialType.TOKEN, db_default="token"
    )
    label = models.CharField(
        _("label"), max_length=100, blank=True, help_text=_("What it is for, such as “landing page May”.")
    )
    key = models.CharField(_("prefix"), max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    scopes = models.CharField(_("good for"), max_length=20, default=Scope.INTAKE, db_default="intake")
    networks = models.JSONField(
        _("networks"), default=list, blank=True, help_text=_("Addresses it is accepted from; none = from anywhere.")
    )
    requests_per_minute = models.PositiveIntegerField(
        _("requests per minute"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(HIGHEST_RATE)],
    )
    # Ahead of the clock by the part of the minute that is spent: see accounts.rates.
    rate_spent_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("by")
    )
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("revoked by"),
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)

    objects = CredentialQuerySet.as_manager()
    # Nothing that opens a door, and nothing that its use changes.
    history = History(excluded_fields=["digest", "rate_spent_until", "last_used_at"])

    class Meta:
        verbose_name = _("advanced credential")
        verbose_name_plural = _("advanced credentials")
        ordering = ("-created_at",)
        constraints = (
            models.CheckConstraint(name="credential_type_is_known", condition=models.Q(type__in=CredentialType.values)),
            models.CheckConstraint(name="credential_scopes_are_known", condition=models.Q(scopes__in=SCOPES)),
            # A token in clear is longer than its digest: this is what keeps one from being stored by mistake.
            models.CheckConstraint(name="credential_digest_is_64", condition=models.Q(digest__length=64)),
            models.CheckConstraint(name="credential_key_is_12", condition=models.Q(key__length=12)),
            models.CheckConstraint(
                name="credential_expires_after_creation",
                condition=models.Q(expires_at=None) | models.Q(expires_at__gt=models.F("created_at")),
            ),
            models.CheckConstraint(
                name="credential_rate_is_possible",
                condition=models.Q(requests_per_minute=None) | models.Q(requests_per_minute__range=(1, HIGHEST_RATE)),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.prefix}…"

    @property
    def prefix(self) -> str:
        """The start of the token, enough to recognise it and of no use to anyone else."""
        return f"easycall_{self.key}"

    def state(self, now: datetime | None = None) -> CredentialState:
        if self.revoked_at is not None:
            return CredentialState.REVOKED
        if self.expires_at is not None and self.expires_at <= (now or timezone.now()):
            return CredentialState.EXPIRED
        return CredentialState.LIVE if self.user.is_active else CredentialState.USER_INACTIVE

    def is_live(self, now: datetime | None = None) -> bool:
        """The same rule as `CredentialQuerySet.live`, for a row that was read with its user."""
        return self.state(now) is CredentialState.LIVE

    @property
    def scope_labels(self) -> list[str]:
        return scopes_in_words(self.scopes)

    def has_scope(self, scope: Scope) -> bool:
        return scope in self.scopes.split()

    def allows(self, address: IPv4Address | IPv6Address) -> bool:
        # A server that listens on IPv6 too sees 192.0.2.1 as ::ffff:192.0.2.1.
        known = getattr(address, "ipv4_mapped", None) or address
        return not self.networks or any(known in ip_network(network) for network in self.networks)
