"""What each role may do, as the data says and as the database has it."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from accounts import services
from accounts.grants import grant
from accounts.models import User
from accounts.roles import PERMISSIONS, PURPOSES, STAFF, Role, permissions_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

APPS = ("accounts", "campaigns", "leads")


def names(permissions: object) -> set[str]:
    return {f"{p.content_type.app_label}.{p.codename}" for p in permissions}  # type: ignore[attr-defined]


def granted(role: Role) -> set[str]:
    return names(Group.objects.get(name=role).permissions.select_related("content_type"))


def test_every_permission_of_ours_is_decided_about() -> None:
    ours = Permission.objects.filter(content_type__app_label__in=APPS).select_related("content_type")
    assert names(ours) == {*PERMISSIONS}


def test_migrate_has_made_the_groups() -> None:
    assert {group.name for group in Group.objects.all()} == {*Role}
    assert {role: granted(role) for role in Role} == {role: permissions_of(role) for role in Role}


def test_migrate_mends_a_role_that_was_changed_by_hand() -> None:
    support = Group.objects.get(name=Role.SUPPORT)
    support.permissions.set(Permission.objects.filter(codename="delete_campaign"))
    Group.objects.get(name=Role.OPERATOR).delete()
    call_command("migrate", verbosity=0)
    assert (granted(Role.SUPPORT), granted(Role.OPERATOR)) == (
        permissions_of(Role.SUPPORT),
        permissions_of(Role.OPERATOR),
    )


def test_a_table_that_is_not_there_yet_is_left_for_the_next_migrate() -> None:
    Permission.objects.filter(codename="replay_submission").delete()
    grant()
    assert "leads.replay_submission" not in granted(Role.SUPPORT)


def test_an_administrator_may_do_all_that_anybody_may() -> None:
    everybody = set().union(*(permissions_of(role) for role in Role))
    assert permissions_of(Role.ADMINISTRATOR) == everybody
    assert permissions_of(Role.INTEGRATOR) == frozenset()
    assert permissions_of(Role.OPERATOR) < permissions_of(Role.SUPPORT) < permissions_of(Role.ADMINISTRATOR)
    assert {*PURPOSES} == {*Role}


@pytest.mark.parametrize("role", Role)
def test_a_role_replaces_the_one_before_and_says_who_signs_in(role: Role) -> None:
    user = UserFactory(role=Role.SUPPORT)
    services.set_role(user=user, role=role, by=None)
    user = User.objects.get(pk=user.pk)
    assert (user.role, user.is_staff, user.groups.count()) == (role, role in STAFF, 1)
    assert user.get_group_permissions() == permissions_of(role)


def test_an_administrator_of_the_command_line_loses_all_with_the_role() -> None:
    root = UserFactory(admin=True)
    assert root.role is Role.ADMINISTRATOR
    services.set_role(user=root, role=Role.ADMINISTRATOR, by=None)
    assert root.is_superuser
    services.set_role(user=root, role=Role.OPERATOR, by=None)
    assert (root.is_superuser, root.role) == (False, Role.OPERATOR)


def test_a_user_without_a_group_has_no_role() -> None:
    assert UserFactory(staff=True).role is None
