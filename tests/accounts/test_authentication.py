from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_address

import pytest
import time_machine
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.request import Request

from accounts import services
from accounts.authentication import TokenAuthentication, check_address, token_in_url
from accounts.models import Credential, User
from easycall.errors import AddressNotAllowed, InvalidToken, MalformedRequest, MissingCredentials
from tests.factories import CredentialFactory, UserFactory

pytestmark = pytest.mark.django_db


def _authenticate(header: str | None, query: str = "") -> tuple[User, Credential]:
    request = HttpRequest()
    request.META = {"QUERY_STRING": query} | ({} if header is None else {"HTTP_AUTHORIZATION": header})
    return TokenAuthentication().authenticate(Request(request))


@pytest.fixture
def token() -> str:
    return services.create_token(user=UserFactory(username="sender"), by=None)[1]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_token_is_its_user(scheme: str, token: str) -> None:
    user, credential = _authenticate(f"{scheme} {token}")
    assert (user.username, credential.user) == ("sender", user)


def test_blanks_around_the_token_do_not_matter(token: str) -> None:
    assert _authenticate(f"Bearer   {token} ")


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Basic dTpw", "Token x", "easycall_x"])
def test_no_bearer_token_is_missing_credentials(header: str | None) -> None:
    with pytest.raises(MissingCredentials):
        _authenticate(header)


@pytest.mark.parametrize("change", [str.lower, str.upper, lambda text: text[:-1], lambda text: text + "x"])
def test_token_that_is_not_whole_is_invalid(change: Callable[[str], str], token: str) -> None:
    with pytest.raises(InvalidToken):
        _authenticate(f"Bearer {change(token)}")


def test_secret_of_another_token_is_invalid(token: str) -> None:
    other = CredentialFactory()
    Credential.objects.filter(key=token.split("_")[1]).update(digest=other.digest)
    with pytest.raises(InvalidToken):
        _authenticate(f"Bearer {token}")


def test_revoked_token_is_closed_at_once(token: str) -> None:
    _, credential = _authenticate(f"Bearer {token}")
    services.revoke(credential=credential, by=None)
    with pytest.raises(InvalidToken):
        _authenticate(f"Bearer {token}")


def test_token_expires_to_the_second() -> None:
    now = timezone.now()
    _, token = services.create_token(user=UserFactory(), by=None, expires_at=now + timedelta(days=1))
    with time_machine.travel(now + timedelta(hours=23, minutes=59), tick=False):
        assert _authenticate(f"Bearer {token}")
    with time_machine.travel(now + timedelta(days=1), tick=False), pytest.raises(InvalidToken):
        _authenticate(f"Bearer {token}")


def test_token_of_a_user_that_was_switched_off_is_invalid(token: str) -> None:
    User.objects.update(is_active=False)
    with pytest.raises(InvalidToken):
        _authenticate(f"Bearer {token}")


@pytest.mark.parametrize("second", ["Bearer x", "Basic eA==", "", "Bearer"])
def test_second_header_is_malformed(second: str, token: str) -> None:
    with pytest.raises(MalformedRequest):
        _authenticate(f"Bearer {token},{second}")


def test_last_use_is_written_once_a_minute(token: str) -> None:
    start = timezone.now()
    for seconds, written in ((0, 0), (59, 0), (61, 61)):
        with time_machine.travel(start + timedelta(seconds=seconds), tick=False):
            _authenticate(f"Bearer {token}")
        assert Credential.objects.get().last_used_at == start + timedelta(seconds=written)


@pytest.mark.parametrize(
    ("networks", "address"),
    [([], "203.0.113.9"), ([], None), (["192.0.2.0/24"], "192.0.2.7"), (["2001:db8::/32"], "2001:db8::1")],
)
def test_address_is_allowed(networks: list[str], address: str | None) -> None:
    check_address(Credential(networks=networks), address)


@pytest.mark.parametrize("address", ["192.0.3.1", "2001:db8::1", None, ""])
def test_address_is_not_allowed(address: str | None) -> None:
    credential = Credential(networks=["192.0.2.0/24"])
    with pytest.raises(AddressNotAllowed):
        check_address(credential, address)
    assert not credential.allows(ip_address("192.0.3.1"))


@pytest.mark.parametrize("query", ["token=", "a=1&ACCESS_TOKEN=x", "x=easycall_{}", "easycall_{}", "x=%65asycall_{}"])
def test_token_is_found_in_a_url(query: str, token: str) -> None:
    assert token_in_url(query.format(token.removeprefix("easycall_")))


@pytest.mark.parametrize("query", ["", "campaign=expo_2026", "x=token", "campaign=easycall_2026", "tokens=1"])
def test_other_urls_carry_no_token(query: str) -> None:
    assert not token_in_url(query)


def test_token_in_the_url_without_a_header_says_what_to_do(token: str) -> None:
    with pytest.raises(MissingCredentials, match="in the URL"):
        _authenticate(None, f"token={token}")
