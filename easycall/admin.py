"""The admin site, its menu, and the base classes of its pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

# The menu's sections in the order in which an installation is set up, and each section's rows in that order too.
MENU = {
    "accounts": ["User"],
    "campaigns": ["Campaign", "Question"],
    "leads": ["Lead", "ImportMapping", "Submission", "Refusal"],
}


class EasycallAdminSite(admin.AdminSite):
    site_title = site_header = "easycall"
    index_title = _("Administration")
    enable_nav_sidebar = True

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        sections = super().get_app_list(request, app_label)
        sections.sort(key=lambda section: list(MENU).index(section["app_label"]))
        for section in sections:
            order = MENU[section["app_label"]]
            section["models"].sort(key=lambda row: order.index(row["object_name"]))
        return sections
