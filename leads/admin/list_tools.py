"""What stands above a list: saved filters, columns by choice, and the export of what is filtered."""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from easycall.admin import ViewOnlyAdmin
from leads import exports, lists
from leads.admin.columns import ANSWER, Column
from leads.admin.links import actor
from leads.admin.list_forms import ColumnsForm, ExportForm, FilterForm
from leads.enums import ColumnUse, ExportFormat, ListName
from leads.models import SavedFilter

_Row = TypeVar("_Row", bound=Model)

CELL_LENGTH = 40
_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class ListTools(ViewOnlyAdmin[_Row]):
    """A list with columns by choice. Its own columns are those of `list_display`, and stand first."""

    list_name: ClassVar[ListName]
    list_before_template = "admin/leads/list_tools.html"
    # Those of an export until somebody chooses others, beside the answers to questions.
    export_columns: ClassVar[Sequence[str]]
    # What one of the list's own columns says already, by its name: it is not offered beside it.
    told_by: ClassVar[Mapping[str, str]]

    def all_columns(self) -> list[Column[_Row]]:
        """One query at most."""
        raise NotImplementedError

    def complete(self, rows: QuerySet[_Row]) -> QuerySet[_Row]:
        """The rows with everything that a column may need."""
        return rows

    def get_urls(self) -> list[URLPattern]:
        views: dict[str, Callable[..., HttpResponseBase]] = {
            "columns": self.columns_view,
            "filters": self.filters_view,
            "export": self.export_view,
        }
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            *(
                path(f"{tool}/", self.admin_site.admin_view(view), name=f"{name}_{tool}")
                for tool, view in views.items()
            ),
            *super().get_urls(),
        ]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(f"leads.export_{self.list_name}") and self.has_view_permission(request)

    # The list

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        query = _query(request)
        tools = {
            "filters": lists.filters_for(actor(request), self.list_name),
            "here": query,
            "may_export": self.has_export_permission(request),
            "urls": {tool: self._url(tool, query) for tool in ("columns", "filters", "export")},
        }
        return super().changelist_view(request, {"tools": tools, **(extra_context or {})})

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        names = self._chosen(request)
        own = [name for name in self.list_display if name in names] if names else list(self.list_display)
        others = set(names) - set(own)
        return [*own, *(_shown(column) for column in self.all_columns() if column.name in others)] if others else own

    def get_list_display_links(self, request: HttpRequest, list_display: Sequence[Any]) -> list[Any]:
        links = self.list_display_links or ()
        return [name for name in links if name in list_display] or list(list_display)[:1]

    def _chosen(self, request: HttpRequest) -> list[str]:
        """The names of the columns that the reader chose, asked once a request; none for the list's own."""
        known: list[str] | None = request.__dict__.get("chosen_columns")
        if known is None:
            names = lists.chosen_columns(actor(request), self.list_name, ColumnUse.LIST)
            known = list(dict.fromkeys(self.told_by.get(name, name) for name in names))
            request.__dict__["chosen_columns"] = known
        return known

    def _url(self, tool: str, query: str = "") -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{tool}"
        return f"{reverse(name)}?{query}" if query else reverse(name)

    # The pages behind it

    def columns_view(self, request: HttpRequest) -> HttpResponse:
        self._check_view(request)
        chosen = self._chosen(request) or [str(name) for name in self.list_display]
        form = ColumnsForm(_sent(request), choices=self._choices(), initial=chosen)
        if request.method == "POST" and form.is_valid():
            names = form.cleaned_data["columns"]
            lists.choose_columns(list_name=self.list_name, use=ColumnUse.LIST, names=names, by=actor(request))
            return self._back(_query(request))
        return self._tool_page(request, "columns", form=form, title=_("Columns of the list"))

    def _choices(self) -> list[tuple[str, str]]:
        own = ((str(name), label_for_field(str(name), self.model, self)) for name in self.list_display)
        others = ((column.name, column.label) for column in self.all_columns() if column.name not in self.told_by)
        return [(name, capfirst(str(label))) for name, label in (*own, *others)]

    def filters_view(self, request: HttpRequest) -> HttpResponse:
        """Save the filter that the list has, or delete one."""
        self._check_view(request)
        user = actor(request)
        if "delete" in request.POST:
            saved = self._filter(request.POST["delete"])
            lists.delete_filter(saved=saved, by=user)
            messages.success(request, gettext("The filter “%(name)s” is deleted.") % {"name": saved})
            return HttpResponseRedirect(request.get_full_path())
        form = FilterForm(_sent(request), may_share=user.has_perm("leads.share_savedfilter"))
        if request.method == "POST" and form.is_valid():
            try:
                query = self.known_query(request, _query(request))
                lists.save_filter(list_name=self.list_name, query=query, by=user, **form.cleaned_data)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(
                    request, gettext("The filter “%(name)s” is saved.") % {"name": form.cleaned_data["name"]}
                )
                return self._back(query)
        rows = [(saved, lists.may_delete(saved, user)) for saved in lists.filters_for(user, self.list_name)]
        return self._tool_page(request, "filters", form=form, title=_("Saved filters"), rows=rows)

    def _filter(self, pk: str) -> SavedFilter:
        """Raises Http404."""
        if not pk.isdecimal() or len(pk) > 18:
            raise Http404
        return get_object_or_404(SavedFilter, pk=int(pk), list_name=self.list_name)

    def known_query(self, request: HttpRequest, query: str) -> str:
        """The query, when each of its parameters is one of the list's own. Raises ValidationError."""
        self._list_of(request, query)
        return query

    def _list_of(self, request: HttpRequest, query: str) -> ChangeList:
        """The list as it is with this query. Raises ValidationError."""
        other = copy.copy(request)
        other.GET = QueryDict(query)
        wrong = ValidationError(_("The list does not know this filter."))
        try:
            changelist = self.get_changelist_instance(other)
        except (IncorrectLookupParameters, SuspiciousOperation):
            raise wrong from None
        remaining = changelist.get_filters(other)[2]
        if remaining:
            raise wrong
        return changelist

    def export_query(self, query: str) -> str:
        """What is exported of the list with this query."""
        return query

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Ask for columns and format; then send what is filtered, row by row."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        columns = self.all_columns()
        chosen = lists.chosen_columns(actor(request), self.list_name, ColumnUse.EXPORT) or [
            column.name for column in columns if column.name in self.export_columns or column.name.startswith(ANSWER)
        ]
        choices = [(column.name, capfirst(str(column.label))) for column in columns]
        form = ExportForm(_sent(request), choices=choices, initial=chosen)
        query = self.export_query(_query(request))
        try:
            changelist = self._list_of(request, query)
            if request.method == "POST" and form.is_valid():
                names, form_of_file = form.cleaned_data["columns"], ExportFormat(form.cleaned_data["format"])
                wanted = [column for column in columns if column.name in names]
                return self._file(request, changelist, query, wanted, form_of_file)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return self._back("")
        total = changelist.paginator.total
        words = {"total": total, "separator": _separator(), "leaves_out": query != _query(request)}
        return self._tool_page(request, "export", form=form, title=_("Export"), **words)

    def _rows(self, request: HttpRequest, changelist: ChangeList, form: ExportFormat) -> tuple[QuerySet[_Row], bool]:
        """What the list has on all its pages and beyond, and whether it is few.

        Raises ValidationError where a sheet is too short for it.
        """
        rows: QuerySet[_Row] = changelist.queryset.order_by("-pk")
        paginator = changelist.paginator
        few = paginator.is_filtered and paginator.is_whole
        if few:
            rows = self.get_queryset(request).filter(pk__in=paginator.found).order_by("-pk")
        elif form is ExportFormat.XLSX and rows.order_by()[: exports.XLSX_ROWS + 1].count() > exports.XLSX_ROWS:
            text = _("A sheet has %(rows)d rows, and these are more: choose CSV, or filter them.")
            raise ValidationError(text % {"rows": exports.XLSX_ROWS})
        return self.complete(rows), few

    def _file(
        self,
        request: HttpRequest,
        changelist: ChangeList,
        query: str,
        columns: Sequence[Column[_Row]],
        form: ExportFormat,
    ) -> HttpResponseBase:
        rows, few = self._rows(request, changelist, form)
        names = [column.name for column in columns]
        user = actor(request)
        export = lists.begin_export(list_name=self.list_name, query=query, form=form, columns=names, by=user)
        lists.choose_columns(list_name=self.list_name, use=ColumnUse.EXPORT, names=names, by=user)
        pieces = lists.exported(export, rows, lambda row: [column.text(row) for column in columns], few=few)
        headers = [capfirst(str(column.label)) for column in columns]
        title = capfirst(str(self.opts.verbose_name_plural))
        content = (
            exports.as_xlsx(title, headers, pieces)
            if form is ExportFormat.XLSX
            else exports.as_csv(headers, pieces, language=get_language() or "")
        )
        file = f"{self.list_name}s-{timezone.localdate():%Y-%m-%d}.{form}"
        return StreamingHttpResponse(
            content,
            content_type=_TYPES[form],
            headers={"Content-Disposition": f'attachment; filename="{file}"'},
        )

    def _check_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _back(self, query: str) -> HttpResponse:
        return HttpResponseRedirect(self._url("changelist", query))

    def _tool_page(self, request: HttpRequest, tool: str, **words: Any) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "back": self._url("changelist", _query(request)),
            **words,
        }
        return TemplateResponse(request, f"admin/leads/lists/{tool}.html", context)


def _query(request: HttpRequest) -> str:
    """The filters, the search and the order of a list, without the page that is open."""
    params = request.GET.copy()
    for name in (PAGE_VAR, "all", "e"):
        params.pop(name, None)
    return params.urlencode()


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _separator() -> str:
    return exports.separator(get_language() or "")


def _shown(column: Column[Any]) -> Callable[[Any], str]:
    """A column of an export as one of the list."""

    @admin.display(description=column.label)
    def cell(row: Any) -> str:
        text = column.text(row)
        return (text if len(text) <= CELL_LENGTH else f"{text[: CELL_LENGTH - 1]}…") or "–"

    cell.__name__ = column.name.replace(".", "_")
    return cell
