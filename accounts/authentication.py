"""Who sends: the token of the Authorization header, and nothing else."""

from datetime import timedelta
from ipaddress import ip_address
from typing import NoReturn
from urllib.parse import parse_qs, unquote

from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import refusals, tokens
from accounts.models import Credential, User
from accounts.throttle import Throttle
from easycall.errors import (
    AddressNotAllowed,
    InvalidToken,
    MalformedRequest,
    MissingCredentials,
    Problem,
    TooManyRequests,
)

# How old “last used” may grow before it is written again: a row a minute, not a row a request.
_LAST_USE_STEP = timedelta(minutes=1)

_NAMES_OF_TOKENS = frozenset({"token", "access_token", "authorization", "api_key", "apikey"})

guesses = Throttle(settings.GUESSES_PER_MINUTE)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`, checked with one query."""

    def authenticate(self, request: Request) -> tuple[User, Credential]:
        try:
            credential = _identify(request)
        except Problem as problem:
            refusal = _throttled(problem, request.META.get("REMOTE_ADDR", ""))
            refusals.count(refusal.type)
            raise refusal from None
        return credential.user, credential

    def authenticate_header(self, request: Request) -> str:
        return MissingCredentials.challenge


def check_address(credential: Credential, address: str | None) -> None:
    """Raise AddressNotAllowed when the credential is limited to networks and `address` is in none of them."""
    if credential.networks and not (address and credential.allows(ip_address(address))):
        raise AddressNotAllowed("The token is limited to networks, and the request comes from none of them.")


def token_in_url(query: str) -> bool:
    """Whether the query string carries a token, in any parameter, or a parameter that is meant for one."""
    names = {name.lower() for name in parse_qs(query, keep_blank_values=True)}
    return bool(names & _NAMES_OF_TOKENS) or tokens.found_in(unquote(query))


def _identify(request: Request) -> Credential:
    header = request.META.get("HTTP_AUTHORIZATION", "")
    # A server joins headers of one name with a comma, and no token has one.
    if "," in header:
        raise MalformedRequest("There is more than one Authorization header.")
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "bearer" or not text.strip(" "):
        _missing(request)
    token = tokens.parse(text.strip(" "))
    credential = token and Credential.objects.select_related("user").filter(key=token.key).first()
    if not token or not credential or not tokens.verify(token, credential.digest, peppers=settings.TOKEN_PEPPERS):
        raise InvalidToken("The token is not valid.")
    if not credential.is_live():
        raise InvalidToken("The token is not valid.")
    _note_use(credential)
    return credential


def _throttled(problem: Problem, address: str) -> Problem:
    """The same problem, or that there were too many of them from this address.

    Only what fails is asked for: the owner of a token may share the address with one who guesses.
    """
    wait = guesses.fail(address) if isinstance(problem, InvalidToken | MissingCredentials) else 0
    return (
        TooManyRequests("Too many requests without a valid token came from this address.", wait=wait)
        if wait
        else problem
    )


def _missing(request: Request) -> NoReturn:
    if token_in_url(request.META.get("QUERY_STRING", "")):
        raise MissingCredentials("A token in the URL is not accepted; send it as “Authorization: Bearer <token>”.")
    raise MissingCredentials("Send the header “Authorization: Bearer <token>”.")


def _note_use(credential: Credential) -> None:
    now = timezone.now()
    if credential.last_used_at is None or now - credential.last_used_at > _LAST_USE_STEP:
        Credential.objects.filter(pk=credential.pk).update(last_used_at=now)
