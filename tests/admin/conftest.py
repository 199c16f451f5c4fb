from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tests.factories import UserFactory


@pytest.fixture
def sign_in(db: None) -> Callable[[User], Client]:
    """A browser in English, because that is the language of the tests' own words."""

    def client_of(user: User) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        return client

    return client_of


@pytest.fixture
def admin(db: None) -> User:
    return UserFactory(admin=True)


@pytest.fixture
def admin_client(admin: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(admin)
