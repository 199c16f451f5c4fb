"""A token reads what its user may see: nobody gets hold of more with somebody else's."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts import tokens
from accounts.models import Credential, User
from accounts.roles import Role
from tests.factories import CredentialFactory, UserFactory

pytestmark = pytest.mark.django_db

PERMISSIONS = ["accounts.view_user", "accounts.add_credential", "accounts.change_credential"]


@pytest.fixture
def helper(sign_in: Callable[[User], Client]) -> Client:
    """Somebody who was given the credentials one by one, and sees no lead."""
    return sign_in(UserFactory(staff=True, permissions=PERMISSIONS))


def urls_of(credential: Credential) -> list[str]:
    args = [credential.user_id, credential.pk]
    return [
        reverse("admin:accounts_credential_add", args=args[:1]),
        reverse("admin:accounts_credential_change", args=args),
    ]


@pytest.mark.parametrize(
    "more",
    [{"staff": True, "role": Role.SUPPORT}, {"admin": True}, {"staff": True}, {"permissions": ["leads.view_lead"]}],
)
def test_token_of_somebody_who_may_more_is_neither_made_nor_changed(more: dict[str, object], helper: Client) -> None:
    credential = CredentialFactory(user=UserFactory(**more))
    data = {"type": "token", "scopes": ["intake", "read"], "key": tokens.new_key()}
    for url in urls_of(credential):
        assert helper.get(url).status_code == helper.post(url, data).status_code == 403
        page = reverse("admin:accounts_user_change", args=[credential.user_id])
        assert url not in helper.get(page).content.decode()
    credential.refresh_from_db()
    assert (Credential.objects.count(), credential.scopes) == (1, "intake")


def test_token_of_a_technical_account_is(helper: Client) -> None:
    credential = CredentialFactory(user=UserFactory(role=Role.INTEGRATOR))
    for url in urls_of(credential):
        assert helper.get(url).status_code == 200


def test_what_leaks_is_revoked_whosever_it_is(helper: Client) -> None:
    credential = CredentialFactory(user=UserFactory(admin=True))
    helper.post(reverse("admin:accounts_credential_revoke", args=[credential.user_id, credential.pk]))
    assert not Credential.objects.live().exists()
