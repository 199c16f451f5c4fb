"""Groups for the roles, with the permissions of `accounts.roles`: made and mended by every `migrate`."""

from typing import Any

from django.contrib.auth.models import Group, Permission

from accounts.roles import PERMISSIONS, Role, permissions_of


def grant(*, using: str = "default", **kwargs: Any) -> None:
    """Let every role have its permissions, no more and no less. A receiver of `post_migrate`.

    Not a migration, because the permissions are only there when all migrations have run, and because a release that
    changes a role then needs none.
    """
    apps = {name.partition(".")[0] for name in PERMISSIONS}
    found = Permission.objects.using(using).filter(content_type__app_label__in=apps).select_related("content_type")
    rows = {f"{row.content_type.app_label}.{row.codename}": row for row in found}
    for role in Role:
        group, _ = Group.objects.using(using).get_or_create(name=role.value)
        group.permissions.set([rows[name] for name in sorted(permissions_of(role)) if name in rows])
