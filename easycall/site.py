"""The admin site: its menu, its front page, and the pages that belong to no model."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from easycall.theme import AdminSite

# The menu's sections in the order in which an installation is set up, and each section's rows in that order too.
MENU = {
    "accounts": ["User", "Refusal"],
    "campaigns": ["Campaign", "Question"],
    "leads": ["Lead", "ImportMapping", "Submission", "UnknownKey", "Export"],
}

# Of Material Symbols, which the theme serves.
ICONS = {
    "User": "group",
    "Refusal": "block",
    "Campaign": "campaign",
    "Question": "quiz",
    "Lead": "contact_phone",
    "ImportMapping": "alt_route",
    "Submission": "inbox",
    "UnknownKey": "key_off",
    "Export": "download",
}


def everybody(request: HttpRequest) -> bool:
    """Whoever may see the admin at all."""
    return True


@dataclass(frozen=True, slots=True)
class MenuPage:
    """A page of the admin that lists no model: its address below /admin/, its view, and its row of the menu.

    `section` is a key of MENU, or "" for the rows above all sections. `allowed` says who has the row and may open it.
    What is only asked for by other pages has no row, and no title.
    """

    route: str
    name: str
    view: Callable[[HttpRequest], HttpResponseBase]
    title: str | Promise = ""
    section: str = ""
    icon: str = "article"
    allowed: Callable[[HttpRequest], bool] = everybody


class EasycallAdminSite(AdminSite):
    site_title = site_header = "easycall"
    index_title = _("Administration")
    # There is no other site to view.
    site_url = None

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.pages: list[MenuPage] = []

    def add_page(self, page: MenuPage) -> None:
        """Serve a page and show it in the menu. Call it where the admin's classes are registered."""
        self.pages.append(page)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        # The theme's own search is of the menu's words only, and its rows are in sight.
        urls = [url for url in super().get_urls() if getattr(url, "name", "") != "search"]
        pages = [path(page.route, self.admin_view(guarded(page)), name=page.name) for page in self.pages]
        return [*pages, *urls]

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not getattr(request.user, "second_factor_pending", False)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "GET" and super().has_permission(request) and not self.has_permission(request):
            return redirect(f"{reverse('second_factor')}?{request.GET.urlencode()}")
        return super().login(request, extra_context)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        return in_menu_order(super().get_app_list(request, app_label))

    def get_sidebar_list(self, request: HttpRequest) -> list[dict[str, Any]]:
        """The groups of the menu as the theme's template takes them."""
        home = _row(request, _("Start"), "home", reverse("admin:index"), is_section_start=True)
        top = {"title": "", "items": [home, *self._page_rows(request, "")]}
        return [top, *(self._section(request, section) for section in self.get_app_list(request))]

    def _section(self, request: HttpRequest, section: dict[str, Any]) -> dict[str, Any]:
        rows = [
            _row(request, row["name"], ICONS.get(row["object_name"], "list"), row["admin_url"])
            for row in section["models"]
            if row["admin_url"]
        ]
        return {"title": section["name"], "items": [*rows, *self._page_rows(request, section["app_label"])]}

    def _page_rows(self, request: HttpRequest, section: str) -> Iterable[dict[str, Any]]:
        for page in self.pages:
            if page.title and page.section == section and page.allowed(request):
                yield _row(request, page.title, page.icon, reverse(f"admin:{page.name}"))


def guarded(page: MenuPage) -> Callable[[HttpRequest], HttpResponseBase]:
    """The page's view, for those only whom it is allowed."""

    def view(request: HttpRequest) -> HttpResponseBase:
        if not page.allowed(request):
            raise PermissionDenied
        return page.view(request)

    return view


def _row(
    request: HttpRequest, title: str | Promise, icon: str, link: str, *, is_section_start: bool = False
) -> dict[str, Any]:
    is_here = request.path == link or (request.path.startswith(link) and not is_section_start)
    return {"title": title, "icon": icon, "link": link, "active": is_here, "has_permission": True}


def in_menu_order(sections: list[Any]) -> list[Any]:
    """The sections and their rows as MENU has them; what it doesn't name comes last."""
    for section in sections:
        rows = MENU.get(section["app_label"], [])
        section["models"].sort(key=lambda row: _place(row["object_name"], rows))
    return sorted(sections, key=lambda section: _place(section["app_label"], [*MENU]))


def _place(name: str, order: list[str]) -> int:
    return order.index(name) if name in order else len(order)
