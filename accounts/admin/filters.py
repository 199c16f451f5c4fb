from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import Credential, User


class TokensFilter(admin.SimpleListFilter):
    """Of users: those with a token that will soon open the door no more."""

    title = _("tokens")
    parameter_name = "tokens"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, StrOrPromise]]:
        return [("expiring", _("About to expire"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() != "expiring":
            return queryset
        return queryset.filter(pk__in=Credential.objects.expiring().order_by().values("user"))
