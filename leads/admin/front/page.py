from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leads.admin.front.first_steps import may_set_up, steps_context
from leads.models import Lead


def front_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the theme's front page is to show: see DASHBOARD_CALLBACK of its settings."""
    if may_set_up(request) and not Lead.objects.exists():
        return {
            **context,
            "title": _("First steps"),
            "content_title": _("First steps"),
            "first_steps": steps_context(request),
        }
    return context
