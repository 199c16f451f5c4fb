from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone

from accounts import services, tokens
from accounts.models import Credential
from tests.factories import CredentialFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_new_token_proves_itself_against_its_row() -> None:
    credential, text = services.create_token(user=UserFactory(), by=None)

    token = tokens.parse(text)
    assert token
    assert token.key == credential.key
    assert tokens.verify(token, credential.digest, peppers=settings.TOKEN_PEPPERS)


def test_a_new_token_is_as_it_was_asked_for() -> None:
    user, by, tomorrow = UserFactory(), UserFactory(admin=True), timezone.now() + timedelta(days=1)

    made, _ = services.create_token(user=user, by=by, label="web", expires_at=tomorrow, networks=["203.0.113.0/24"])

    credential = Credential.objects.get()
    assert credential == made
    assert (credential.user, credential.created_by, credential.label) == (user, by, "web")
    assert (credential.expires_at, credential.networks) == (tomorrow, ["203.0.113.0/24"])
    assert credential.is_live()


def test_the_text_of_a_token_is_in_none_of_its_columns() -> None:
    credential, text = services.create_token(user=UserFactory(), by=None)

    secret = text.split("_")[2]
    row = Credential.objects.filter(pk=credential.pk).values().get()
    assert not [name for name, value in row.items() if secret in str(value)]


def test_a_key_chosen_before_makes_one_token_at_most() -> None:
    key = tokens.new_key()
    services.create_token(user=UserFactory(), by=None, key=key)

    with pytest.raises(IntegrityError):
        services.create_token(user=UserFactory(), by=None, key=key)


def test_a_revoked_token_is_closed_at_once_and_knows_by_whom() -> None:
    credential, by = CredentialFactory(), UserFactory(admin=True)

    services.revoke(credential=credential, by=by)

    assert not credential.is_live()
    assert credential.revoked_by == by
    assert not Credential.objects.live().exists()


def test_revoking_again_changes_nothing() -> None:
    credential, first = CredentialFactory(), UserFactory(admin=True)
    services.revoke(credential=credential, by=first)
    revoked_at = credential.revoked_at

    services.revoke(credential=credential, by=UserFactory(admin=True))

    assert (credential.revoked_at, credential.revoked_by) == (revoked_at, first)
