"""What can be done with users' credentials."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from accounts import tokens
from accounts.enums import Scope
from accounts.models import Credential, User
from accounts.models.credential import join_scopes
from accounts.roles import STAFF, Role


def create_token(
    *,
    user: User,
    by: User | None,
    label: str = "",
    expires_at: datetime | None = None,
    scopes: Sequence[str] = (Scope.INTAKE,),
    networks: Sequence[str] = (),
    requests_per_minute: int | None = None,
    key: str | None = None,
) -> tuple[Credential, str]:
    """Make a token for `user`. Returns its row and its text, which exists nowhere else and can't be read again.

    A `key` that was chosen before (`tokens.new_key`) makes one token at most: the second one is an IntegrityError.
    """
    token = tokens.make(key)
    credential = Credential.objects.create(
        user=user,
        label=label,
        key=token.key,
        digest=tokens.digest(token, pepper=settings.TOKEN_PEPPERS[0]),
        scopes=join_scopes(scopes),
        networks=list(networks),
        requests_per_minute=requests_per_minute,
        expires_at=expires_at,
        created_by=by,
    )
    return credential, token.text


@transaction.atomic
def set_role(*, user: User, role: Role, by: User | None) -> None:
    """Give `user` this role and no other. Whether it signs in to the pages follows from it.

    Administrators that were made on the command line stay what they are, beyond every permission, while they are
    administrators.
    """
    # The history gets one line of it, with the save, and not one for each group that goes and comes.
    user.skip_history_when_saving = True  # type: ignore[attr-defined]  # read by simple_history
    user.groups.set([Group.objects.get(name=role.value)])
    del user.skip_history_when_saving  # type: ignore[attr-defined]  # read by simple_history
    user.is_staff = role in STAFF
    user.is_superuser = user.is_superuser and role is Role.ADMINISTRATOR
    user.save(update_fields=["is_staff", "is_superuser"])


def choose_language(*, user: User, language: str, by: User) -> None:
    """Show the pages to `user` in `language`, one of `Language`; "" is as the browser asks.

    Raises ValidationError for another one.
    """
    user.language = language
    user.clean_fields(exclude={field.name for field in User._meta.fields} - {"language"})
    user.save(update_fields=["language"])


def change_credential(
    *,
    credential: Credential,
    label: str,
    scopes: Sequence[str],
    networks: Sequence[str],
    requests_per_minute: int | None,
    by: User | None,
) -> None:
    """Change what a token is good for, from where, and how often; from the next request on."""
    credential.label, credential.scopes, credential.networks = label, join_scopes(scopes), list(networks)
    credential.requests_per_minute = requests_per_minute
    credential.save(update_fields=["label", "scopes", "networks", "requests_per_minute"])


def revoke_leaked(*, text: str, by: User | None) -> list[Credential]:
    """Revoke every live token that stands in `text`, such as a log or a public page. Returns the revoked ones.

    The secret has to be right as well: a key alone, which is no secret, revokes nothing.
    """
    found = {token.key: token for token in tokens.find_all(text)}
    leaked = [
        credential
        for credential in Credential.objects.filter(key__in=found, revoked_at=None).select_related("user")
        if tokens.verify(found[credential.key], credential.digest, peppers=settings.TOKEN_PEPPERS)
    ]
    for credential in leaked:
        revoke(credential=credential, by=by)
    return leaked


def revoke(*, credential: Credential, by: User | None) -> None:
    """Close the door to a token at once and for good. Revoking it again changes nothing."""
    with transaction.atomic():
        live = Credential.objects.select_for_update().filter(pk=credential.pk, revoked_at=None).first()
        if live:
            live.revoked_at, live.revoked_by = timezone.now(), by
            live.save(update_fields=["revoked_at", "revoked_by"])
    credential.refresh_from_db(fields=["revoked_at", "revoked_by"])
