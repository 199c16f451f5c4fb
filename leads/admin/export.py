from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin import site
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from easycall.admin import ViewOnlyAdmin
from leads.admin.filter_words import MODELS, FilterWords
from leads.admin.labels import short_moment
from leads.admin.list_tools import ListTools
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
    fields = ("at", "by", "list_name", "filtered", "format", "columns_in_words", "how_many", "finished_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Export]:
        return super().get_queryset(request).select_related("by")

    def get_readonly_fields(self, request: HttpRequest, obj: Export | None = None) -> Any:
        return self.fields

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changelist = super().get_changelist_instance(request)
        _say_filters(request, changelist.result_list)
        return changelist

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Export | None:
        export = super().get_object(request, object_id, from_field)
        if export:
            _say_filters(request, [export])
        return export

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
        return format_html('<a href="{}">{}</a>', url, getattr(export, "said", "") or gettext("everything"))

    @admin.display(description=_("columns"))
    def columns_in_words(self, export: Export) -> str:
        """Those that there are by now; the name of one that is gone."""
        columns = cast("ListTools[Any]", site.get_model_admin(MODELS[export.list_name])).all_columns()
        labels = {column.name: capfirst(str(column.label)) for column in columns}
        return ", ".join(labels.get(name, name) for name in export.columns)


def _say_filters(request: HttpRequest, exports: Sequence[Export] | QuerySet[Export]) -> None:
    words = FilterWords(request, [export.query for export in exports])
    for export in exports:
        export.said = words.of(export.list_name, export.query)  # type: ignore[attr-defined]  # for the page only
