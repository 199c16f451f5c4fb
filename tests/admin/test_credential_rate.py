import pytest
from django.test import Client

from accounts.models import User
from tests.admin.pages import errors_of, text_of
from tests.admin.test_credential_admin import add, page_of
from tests.factories import CredentialFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return UserFactory(username="landing")


def test_a_rate_is_set_with_the_token_and_shown(admin_client: Client, user: User) -> None:
    add(admin_client, user, requests_per_minute="120")

    assert user.credentials.get().requests_per_minute == 120
    assert "from anywhere 120" in text_of(admin_client.get(page_of(user)))


def test_a_credential_without_a_rate_says_so(admin_client: Client, user: User) -> None:
    CredentialFactory(user=user)

    assert "from anywhere no limit" in text_of(admin_client.get(page_of(user)))


@pytest.mark.parametrize("rate", ["0", "-1", "60001", "1.5", "many"])
def test_what_is_no_rate_is_refused(admin_client: Client, user: User, rate: str) -> None:
    response = add(admin_client, user, requests_per_minute=rate)

    assert len(errors_of(response)) == 1
    assert not user.credentials.exists()
