"""The four roles and what each may do: the only place that says so.

`accounts.grants` gives it to the groups of these names with every `migrate`, and the page of the roles shows it. A
permission of ours that has no row here fails a test.
"""

from collections.abc import Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise


class Role(models.TextChoices):
    """What somebody is here for; the name of a group."""

    ADMINISTRATOR = "administrator", pgettext_lazy("role", "Administrator")
    SUPPORT = "support", pgettext_lazy("role", "Support")
    OPERATOR = "operator", pgettext_lazy("role", "Operator")
    INTEGRATOR = "integrator", pgettext_lazy("role", "Integrator")


# Those who sign in to the pages; an integrator only has tokens.
STAFF = frozenset({Role.ADMINISTRATOR, Role.SUPPORT, Role.OPERATOR})

PURPOSES: Mapping[Role, StrOrPromise] = {
    Role.ADMINISTRATOR: _("Sets everything up: users and their roles, tokens, campaigns, questions, Import API."),
    Role.SUPPORT: _("Finds out what became of a lead, mends the set-up, and replays what was rejected."),
    Role.OPERATOR: _("Works the leads."),
    Role.INTEGRATOR: _("A technical account that sends leads with a token. It does not sign in."),
}

_ALL = frozenset({Role.ADMINISTRATOR, Role.SUPPORT, Role.OPERATOR})
_SET_UP = frozenset({Role.ADMINISTRATOR, Role.SUPPORT})
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
# Django makes them for every model, and they open nothing.
_NOBODY: frozenset[Role] = frozenset()

PERMISSIONS: Mapping[str, frozenset[Role]] = {
    "accounts.view_user": _SET_UP,
    "accounts.add_user": _ADMINISTRATOR,
    "accounts.change_user": _ADMINISTRATOR,
    "accounts.delete_user": _NOBODY,
    "accounts.manage_user": _ADMINISTRATOR,
    "accounts.view_credential": _SET_UP,
    "accounts.add_credential": _ADMINISTRATOR,
    "accounts.change_credential": _ADMINISTRATOR,
    "accounts.delete_credential": _NOBODY,
    "accounts.view_refusal": _SET_UP,
    "accounts.add_refusal": _NOBODY,
    "accounts.change_refusal": _NOBODY,
    "accounts.delete_refusal": _NOBODY,
    "campaigns.view_campaign": _SET_UP,
    "campaigns.add_campaign": _SET_UP,
    "campaigns.change_campaign": _SET_UP,
    "campaigns.delete_campaign": _ADMINISTRATOR,
    "campaigns.view_question": _SET_UP,
    "campaigns.add_question": _SET_UP,
    "campaigns.change_question": _SET_UP,
    "campaigns.delete_question": _ADMINISTRATOR,
    "leads.view_lead": _ALL,
    "leads.add_lead": _NOBODY,
    # To correct, to close and reopen, to mark as a test.
    "leads.change_lead": _SET_UP,
    "leads.delete_lead": _NOBODY,
    "leads.export_lead": _ADMINISTRATOR,
    "leads.view_importmapping": _SET_UP,
    "leads.add_importmapping": _SET_UP,
    "leads.change_importmapping": _SET_UP,
    "leads.delete_importmapping": _ADMINISTRATOR,
    "leads.view_submission": _SET_UP,
    "leads.add_submission": _NOBODY,
    "leads.change_submission": _NOBODY,
    "leads.delete_submission": _NOBODY,
    "leads.replay_submission": _SET_UP,
    "leads.export_submission": _ADMINISTRATOR,
    "leads.view_export": _ADMINISTRATOR,
    "leads.share_savedfilter": _SET_UP,
    "leads.view_unknownkey": _SET_UP,
    "leads.add_unknownkey": _NOBODY,
    "leads.change_unknownkey": _NOBODY,
    "leads.delete_unknownkey": _NOBODY,
}


def permissions_of(role: Role) -> frozenset[str]:
    """As Django writes them: `app.codename`."""
    return frozenset(name for name, roles in PERMISSIONS.items() if role in roles)
