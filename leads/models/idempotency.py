from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.utils import timezone

models.CharField.register_lookup(Length)


class IdempotencyKey(models.Model):
    """A key that a sender gave to a request which was answered with 2xx, written in the transaction of its leads."""

    # Without an index of its own: the constraint's starts with it.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    submission = models.ForeignKey("leads.Submission", models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        # Nobody sees these.
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(name="idempotency_key_once_a_user", fields=("user", "key")),
            models.CheckConstraint(name="idempotency_key_is_not_empty", condition=~models.Q(key="")),
            models.CheckConstraint(name="idempotency_fingerprint_is_64", condition=models.Q(fingerprint__length=64)),
        )

    def __str__(self) -> str:
        return self.key
