from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from leads.admin.front.cards import cards
from leads.admin.front.first_steps import may_set_up, steps_context
from leads.admin.front.report import leads_report
from leads.models import Lead


def front_page(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the theme's front page is to show: see DASHBOARD_CALLBACK of its settings."""
    if may_set_up(request) and not Lead.objects.exists():
        return {**context, **_titled(_("First steps")), "first_steps": steps_context(request)}
    report = leads_report() if request.user.has_perm("leads.view_lead") else None
    return {**context, **_titled(_("Start")), "report": report, "cards": cards(request)}


def _titled(title: str) -> dict[str, str]:
    return {"title": title, "content_title": title}
