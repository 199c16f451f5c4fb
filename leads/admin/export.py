from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from easycall.admin import ViewOnlyAdmin
from leads.admin.labels import short_moment
from leads.models import Export


@admin.register(Export)
class ExportAdmin(ViewOnlyAdmin[Export]):
    """Who took what out of the lists."""

    list_display = ("when", "by", "list_name", "format", "how_many", "filtered")
    list_display_links = ("when",)
    sortable_by = ("when",)
    list_select_related = ("by",)
    list_filter = ("list_name", "format")
    show_facets = admin.ShowFacets.NEVER
    fields = ("at", "by", "list_name", "query", "format", "columns", "rows", "finished_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Export]:
        return super().get_queryset(request).select_related("by")

    def get_readonly_fields(self, request: HttpRequest, obj: Export | None = None) -> Any:
        return self.fields

    @admin.display(description=_("when"), ordering="pk")
    def when(self, export: Export) -> str:
        return short_moment(export.at)

    @admin.display(description=_("rows"))
    def how_many(self, export: Export) -> str:
        if export.finished_at:
            return str(export.rows)
        return format_html('{}<div class="note">{}</div>', export.rows, gettext("not to the end"))

    @admin.display(description=_("filter"))
    def filtered(self, export: Export) -> str:
        """With the list as it was exported behind it."""
        url = f"{reverse(f'admin:leads_{export.list_name}_changelist')}?{export.query}"
        return format_html('<a href="{}">{}</a>', url, export.query or gettext("everything"))
