"""The page of the roles: what each may do, from the table that gives it to them."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from accounts.roles import PERMISSIONS, PURPOSES, Role
from easycall.site import EasycallAdminSite, MenuPage

# Permissions in the words of the menu; their own names are in English only.
ACTIONS: Mapping[str, StrOrPromise] = {
    "view": pgettext_lazy("permission", "see"),
    "add": pgettext_lazy("permission", "add"),
    "change": pgettext_lazy("permission", "change"),
    "delete": pgettext_lazy("permission", "delete"),
    "replay": pgettext_lazy("permission", "replay"),
    "export": pgettext_lazy("permission", "export"),
    "share": pgettext_lazy("permission", "share"),
    "manage": pgettext_lazy("permission", "let in, and give roles"),
}


def roles(request: HttpRequest) -> HttpResponseBase:
    context = {
        **admin.site.each_context(request),
        "title": _("Roles"),
        "roles": [{"label": role.label, "purpose": PURPOSES[role]} for role in Role],
        "rows": list(_rows()),
        "reading": [_reading(role) for role in Role],
    }
    return TemplateResponse(request, "admin/accounts/roles.html", context)


def _rows() -> Iterator[dict[str, Any]]:
    """A row for each thing that anybody may do something with, in the order of the table."""
    for model in dict.fromkeys(_model(name) for name in PERMISSIONS):
        cells = [[ACTIONS[_action(name)] for name in _granted(role) if _model(name) == model] for role in Role]
        if any(cells):
            label = apps.get_model(model)._meta.verbose_name_plural
            yield {"label": capfirst(label), "cells": [", ".join(map(str, cell)) for cell in cells]}


def _reading(role: Role) -> str:
    """What a token with the scope for it reads."""
    if role in PERMISSIONS["leads.view_submission"]:
        return str(_("all leads and submissions"))
    if role in PERMISSIONS["leads.view_lead"]:
        return str(_("all leads, its own submissions"))
    return str(_("its own submissions and their receipts"))


def _granted(role: Role) -> Iterator[str]:
    return (name for name, allowed in PERMISSIONS.items() if role in allowed)


def _model(permission: str) -> str:
    app, __, codename = permission.partition(".")
    return f"{app}.{codename.partition('_')[2]}"


def _action(permission: str) -> str:
    return permission.partition(".")[2].partition("_")[0]


def _may_see(request: HttpRequest) -> bool:
    return request.user.has_perm("accounts.view_user")


if isinstance(admin.site, EasycallAdminSite):
    admin.site.add_page(
        MenuPage("roles/", "roles", roles, title=_("Roles"), section="accounts", icon="badge", allowed=_may_see)
    )
