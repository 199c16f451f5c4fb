from datetime import date, timedelta
from ipaddress import ip_address

import pytest
import time_machine
from django.db import DataError, IntegrityError
from django.db.models import F, ProtectedError
from django.utils import timezone

from accounts import tokens
from accounts.enums import CredentialState
from accounts.models import Credential, Refusal, User
from tests.factories import CredentialFactory

pytestmark = pytest.mark.django_db


def change(credential: Credential, **columns: object) -> int:
    return Credential.objects.filter(pk=credential.pk).update(**columns)


def test_the_database_refuses_an_unknown_type_of_credential() -> None:
    with pytest.raises(IntegrityError, match="credential_type_is_known"):
        change(CredentialFactory(), type="password")


@pytest.mark.parametrize("scopes", ["", "write", "read intake", "intake,read"])
def test_the_database_refuses_unknown_scopes(scopes: str) -> None:
    with pytest.raises(IntegrityError, match="credential_scopes_are_known"):
        change(CredentialFactory(), scopes=scopes)


@pytest.mark.parametrize("digest", ["", "0" * 63])
def test_the_database_refuses_what_is_no_digest(digest: str) -> None:
    with pytest.raises(IntegrityError, match="credential_digest_is_64"):
        change(CredentialFactory(), digest=digest)


def test_the_database_refuses_a_token_in_clear_in_place_of_its_digest() -> None:
    # PostgreSQL finds it too long before it comes to the constraint.
    with pytest.raises((IntegrityError, DataError)):
        change(CredentialFactory(), digest=tokens.make().text)


@pytest.mark.parametrize("key", ["", "0123456789a"])
def test_the_database_refuses_a_key_of_another_length(key: str) -> None:
    with pytest.raises(IntegrityError, match="credential_key_is_12"):
        change(CredentialFactory(), key=key)


def test_the_database_refuses_a_key_twice() -> None:
    first, second = CredentialFactory(), CredentialFactory()

    with pytest.raises(IntegrityError):
        change(first, key=second.key)


def test_the_database_refuses_an_expiry_before_the_creation() -> None:
    credential = CredentialFactory()

    with pytest.raises(IntegrityError, match="credential_expires_after_creation"):
        change(credential, expires_at=F("created_at") - timedelta(seconds=1))


def test_the_database_refuses_two_counters_of_a_day_and_reason() -> None:
    today = date(2026, 5, 4)

    with pytest.raises(IntegrityError):
        Refusal.objects.bulk_create([Refusal(day=today, reason="invalid-token") for _ in range(2)])


def test_the_database_refuses_a_user_name_twice() -> None:
    with pytest.raises(IntegrityError):
        User.objects.bulk_create([User(username="landing"), User(username="landing")])


def test_a_user_with_a_credential_can_not_be_deleted() -> None:
    credential = CredentialFactory()

    with pytest.raises(ProtectedError):
        credential.user.delete()


@pytest.mark.parametrize(
    ("traits", "state"),
    [
        ({}, CredentialState.LIVE),
        ({"expired": True}, CredentialState.EXPIRED),
        ({"revoked": True}, CredentialState.REVOKED),
        ({"revoked": True, "expired": True}, CredentialState.REVOKED),
        ({"user__is_active": False}, CredentialState.USER_INACTIVE),
    ],
)
def test_only_a_live_credential_is_among_the_live_ones(traits: dict[str, bool], state: CredentialState) -> None:
    credential = CredentialFactory(**traits)

    assert credential.state() is state
    assert credential.is_live() is (state is CredentialState.LIVE)
    assert Credential.objects.live().exists() is (state is CredentialState.LIVE)


def test_a_credential_is_live_until_the_moment_of_its_expiry() -> None:
    expiry = timezone.now() + timedelta(days=1)
    credential = CredentialFactory(expires_at=expiry)

    with time_machine.travel(expiry - timedelta(milliseconds=1), tick=False):
        assert credential.is_live()
        assert Credential.objects.live().exists()
    with time_machine.travel(expiry, tick=False):
        assert not credential.is_live()
        assert not Credential.objects.live().exists()


@pytest.mark.parametrize(
    ("networks", "address", "allowed"),
    [
        ([], "198.51.100.9", True),
        (["203.0.113.7"], "203.0.113.7", True),
        (["203.0.113.7"], "203.0.113.8", False),
        (["198.51.100.0/24", "2001:db8::/32"], "2001:db8::5", True),
        (["198.51.100.0/24"], "2001:db8::5", False),
        (["198.51.100.0/24"], "::ffff:198.51.100.7", True),
    ],
)
def test_a_credential_is_accepted_from_its_networks_only(networks: list[str], address: str, allowed: bool) -> None:
    assert Credential(networks=networks).allows(ip_address(address)) is allowed


def test_a_credential_is_shown_by_the_start_of_its_token() -> None:
    credential = CredentialFactory(label="web")

    assert str(credential) == f"TOKEN easycall_{credential.key}…"
