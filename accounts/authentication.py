"""Who sends: the token of the Authorization header, and nothing else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs, unquote

from django.conf import settings
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import refusals, tokens
from accounts.enums import Scope
from accounts.models import Credential, User
from accounts.throttle import Throttle
from easycall.errors import (
    AddressNotAllowed,
    InsufficientScope,
    InvalidToken,
    MalformedRequest,
    MissingCredentials,
    Problem,
    TooManyRequests,
)
from easycall.lookups import Lookup, Remembered

# How old “last used” may grow before it is written again: a row a minute, not a row a request.
_LAST_USE_STEP = timedelta(minutes=1)

_NAMES_OF_TOKENS = frozenset({"token", "access_token", "authorization", "api_key", "apikey"})

guesses = Throttle(settings.GUESSES_PER_MINUTE)

_COLUMNS = [field.attname for field in Credential._meta.concrete_fields if field.attname != "key"]
_rows = Lookup[str](
    lambda keys: Credential.objects.filter(key__in=keys).order_by().values_list("key", *_COLUMNS, "user__is_active")
)
_credentials = Remembered[str, Credential | None](
    lambda key: Credential.objects.select_related("user").filter(key=key).first()
)


@dataclass(frozen=True, slots=True)
class Bearer:
    """What of a request says who sends it: its Authorization header, query string and address."""

    authorization: str
    query: str
    address: str


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`, for the views of REST framework."""

    def authenticate(self, request: Request) -> tuple[User, Credential]:
        names = ("HTTP_AUTHORIZATION", "QUERY_STRING", "REMOTE_ADDR")
        [credential] = identify([Bearer(*(request.META.get(name, "") for name in names))])
        if isinstance(credential, Problem):
            raise credential
        return credential.user, credential

    def authenticate_header(self, request: Request) -> str:
        return MissingCredentials.challenge


def identify(requests: Sequence[Bearer]) -> list[Credential | Problem]:
    """Whose each request is, or why nobody's. One query for all, and one look at what many of them say."""
    said = {(each.authorization, each.query): _token(each.authorization, each.query) for each in set(requests)}
    keys = sorted({token.key for token in said.values() if isinstance(token, tokens.Token)})
    rows = {row[0]: row for row in _rows.rows(keys)} if keys else {}
    found = {
        words: token if isinstance(token, Problem) else _verify(token, rows.get(token.key))
        for words, token in said.items()
    }
    _note_use({each.pk: each for each in found.values() if isinstance(each, Credential)}.values())
    each_found = [(each, found[each.authorization, each.query]) for each in requests]
    return [_counted(who, each) if isinstance(who, Problem) else who for each, who in each_found]


def check_address(credential: Credential, address: str | None) -> None:
    """Raise AddressNotAllowed when the credential is limited to networks and `address` is in none of them."""
    if credential.networks and not (address and credential.allows(ip_address(address))):
        raise AddressNotAllowed("The token is limited to networks, and the request comes from none of them.")


def check_scope(credential: Credential, scope: Scope) -> None:
    """Raise InsufficientScope when the credential was not made for this."""
    if not credential.has_scope(scope):
        raise InsufficientScope(f"The token has not the scope “{scope}”.", scope=scope)


def token_in_url(query: str) -> bool:
    """Whether the query string carries a token, in any parameter, or a parameter that is meant for one."""
    names = {name.lower() for name in parse_qs(query, keep_blank_values=True)}
    return bool(names & _NAMES_OF_TOKENS) or tokens.found_in(unquote(query))


def _counted(problem: Problem, request: Bearer) -> Problem:
    """The same problem, or that there were too many of them from this address.

    Only what fails is asked for: the owner of a token may share the address with one who guesses.
    """
    wait = guesses.fail(request.address) if isinstance(problem, InvalidToken | MissingCredentials) else 0
    if wait:
        problem = TooManyRequests("Too many requests without a valid token came from this address.", wait=wait)
    refusals.count(problem.type)
    return problem


def _token(header: str, query: str) -> tokens.Token | Problem:
    # A server joins headers of one name with a comma, and no token has one.
    if "," in header:
        return MalformedRequest("There is more than one Authorization header.")
    scheme, _, text = header.partition(" ")
    if scheme.lower() == "bearer" and text.strip(" "):
        return tokens.parse(text.strip(" ")) or InvalidToken("The token is not valid.")
    if token_in_url(query):
        return MissingCredentials("A token in the URL is not accepted; send it as “Authorization: Bearer <token>”.")
    return MissingCredentials("Send the header “Authorization: Bearer <token>”.")


def _verify(token: tokens.Token, row: tuple[Any, ...] | None) -> Credential | Problem:
    credential = _credentials.get(token.key, (row,)) if row else None
    is_good = credential and tokens.verify(token, credential.digest, peppers=settings.TOKEN_PEPPERS)
    return credential if credential and is_good and credential.is_live() else InvalidToken("The token is not valid.")


def _note_use(credentials: Iterable[Credential]) -> None:
    now = timezone.now()
    for credential in credentials:
        if credential.last_used_at is None or now - credential.last_used_at > _LAST_USE_STEP:
            Credential.objects.filter(pk=credential.pk).update(last_used_at=now)
