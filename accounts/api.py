"""Who may read with a token, and how much."""

from typing import cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.authentication import check_address, check_scope
from accounts.enums import Scope
from accounts.models import Credential, User
from accounts.rates import check_rate


class ReadToken(BasePermission):
    """A token with the scope `read`, from one of its networks and within its rate. Raises the Problem otherwise."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        credential = cast(Credential, request.auth)
        check_address(credential, request.META["REMOTE_ADDR"].partition("%")[0] or None)
        check_scope(credential, Scope.READ)
        check_rate(credential)
        return True


def reader(request: Request) -> User:
    """The user of the request's token, with the permissions of this moment: the one that came with the token may have
    been read long before."""
    return User.objects.get(pk=cast(Credential, request.auth).user_id)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # the library has no types
    """How the OpenAPI document names the token."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
