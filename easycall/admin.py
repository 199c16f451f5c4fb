"""The base classes of the admin's pages. The site and its menu are in easycall.site."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst

from easycall.history import Change, Words, changes_of
from easycall.paginator import BoundedChangeList, BoundedPaginator
from easycall.theme import ModelAdmin

_Model = TypeVar("_Model", bound=models.Model)
_FormField = TypeVar("_FormField", bound=forms.Field)

# In the address of a form that the first steps led to: it leads back to them.
FIRST_STEPS = "first_steps"

# How the filters of a list ask for a column, or for the row that it points to.
_FILTER_LOOKUPS = ("exact", "isnull", "gte", "lt", "id__exact")


class RowsField(forms.ModelMultipleChoiceField[Any]):
    """Rows to choose from. Django's own asks SQLite for a key that is no number of its, and fails."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except OverflowError:
            raise ValidationError(self.error_messages["invalid_list"], code="invalid_list") from None


class PageAdmin(ModelAdmin[_Model]):
    """A list and its pages, with titles in whole words: a language can't make “New user” of “New” and “user”."""

    add_title: str | Promise = ""
    change_title: str | Promise = ""
    add_button: str | Promise = ""
    # Counting every row of a big table, only to say how many a filter left out, is not worth the wait.
    show_full_result_count = False
    paginator = BoundedPaginator
    list_per_page = 50
    object_history_template = "admin/changes.html"
    history_words: ClassVar[Words] = {}
    # The columns of a list need the width of the window.
    list_fullwidth = True

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BoundedChangeList]:
        return BoundedChangeList

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """What the filters ask, and nothing else of a column. Django takes any lookup of the row's own columns: a
        regular expression that never ends, or a text that no index finds."""
        column, of_django, _ = lookup.partition("__")
        # No database takes a NUL, and PostgreSQL says so with an exception; filters of our own leave it out.
        has_nul = bool(of_django) and "\0" in str(value)
        if column in {"pk", *(field.name for field in self.opts.get_fields())}:
            is_asked = lookup in self._lookups_of_filters() and not has_nul
            return is_asked and super().lookup_allowed(lookup, value, request)
        return super().lookup_allowed(lookup, value, request)

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Django's own fails on the name of a relation that points here, which is no column."""
        is_column = to_field in {field.name for field in self.opts.concrete_fields}
        return is_column and super().to_field_allowed(request, to_field)

    def _lookups_of_filters(self) -> set[str]:
        lookups: set[str] = set()
        for each in self.list_filter:
            match each:
                case type():
                    lookups |= {*getattr(each, "parameters", ()), getattr(each, "parameter_name", "")}
                case str(name) | (str(name), _):
                    lookups |= {f"{name}__{lookup}" for lookup in _FILTER_LOOKUPS}
        return lookups

    def formfield_for_manytomany(
        self, db_field: "models.ManyToManyField[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> "forms.ModelMultipleChoiceField[Any] | None":
        return super().formfield_for_manytomany(db_field, request, **{"form_class": RowsField, **kwargs})

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        changes = self.changes(request, obj) if obj and self.has_view_permission(request, obj) else []
        return super().history_view(request, object_id, {"changes": changes, **(extra_context or {})})

    def changes(self, request: HttpRequest, obj: _Model) -> list[Change]:
        """What was changed of `obj`, the latest first; nothing of what is no set-up."""
        history = getattr(obj, "history", None)
        return changes_of(history.all(), words=self.history_words) if history is not None else []

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        title = capfirst(self.opts.verbose_name_plural)
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # “Save” and “Save and add another” are choice enough.
        context["show_save_and_continue"] = False
        if kwargs.get("add") and self.add_title:
            context |= {"title": self.add_title, "save_label": self.add_button}
        elif kwargs.get("change") and self.change_title and self.has_change_permission(request, kwargs.get("obj")):
            context["title"] = self.change_title
        return super().render_change_form(request, context, *args, **kwargs)

    def get_form(
        self, request: HttpRequest, obj: _Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[_Model]]:
        # What to type, or to untick, is for who can: beside a value that is only shown it would mislead.
        only_shown = self._only_shown(request, obj)
        if only_shown:
            meta = getattr(kwargs.get("form", self.form), "Meta", None)
            kwargs["help_texts"] = {**getattr(meta, "help_texts", {}), **dict.fromkeys(only_shown, "")}
        return super().get_form(request, obj, change=change, **kwargs)

    def _only_shown(self, request: HttpRequest, obj: _Model | None) -> list[str]:
        if obj is None:
            return []
        if not self.has_change_permission(request, obj):
            return [field.name for field in self.opts.get_fields()]
        return [name for name in self.get_readonly_fields(request, obj) if isinstance(name, str)]


class ViewOnlyAdmin(PageAdmin[_Model]):
    """Rows that the platform writes and people only read."""

    actions: Sequence[str] | None = None

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # Nobody changes it here, so the history of such changes would be empty.
        return super().render_change_form(request, {**context, "show_history": False}, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Whoever knows the address is led to the page of the row, which says what there is to say."""
        obj = self.get_object(request, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        if obj is None:
            return super().history_view(request, object_id, extra_context)
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])
        return HttpResponseRedirect(url)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: _Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: _Model | None = None) -> bool:
        return False


class SetupAdmin(PageAdmin[_Model]):
    """Rows that an administrator writes. What other rows hang from can't be deleted, and `in_use_note` says why."""

    actions = None
    in_use_note: str | Promise = ""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        view = super().changeform_view
        return twice_when_overtaken(lambda: view(request, object_id, form_url, extra_context))

    def response_post_save_add(self, request: HttpRequest, obj: _Model) -> HttpResponseRedirect:
        if FIRST_STEPS in request.GET:
            return HttpResponseRedirect(reverse("admin:index"))
        return super().response_post_save_add(request, obj)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        view = super().delete_view
        return twice_when_overtaken(lambda: view(request, object_id, extra_context))

    def get_deleted_objects(
        self, objs: Sequence[Any] | models.QuerySet[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[Any, int], set[Any], list[Any]]:
        # Django would read every row that hangs from these, to list them: a campaign may have a million leads.
        if any(is_in_use(obj) for obj in objs):
            return [], {}, set(), [self.in_use_note]
        return super().get_deleted_objects(objs, request)


def form_field(db_field: "models.Field[Any, Any]", form_class: type[_FormField], **options: Any) -> _FormField:
    """A form field of another kind than the column's own, with the column's words."""
    return form_class(
        label=capfirst(db_field.verbose_name),
        help_text=db_field.help_text,
        required=not db_field.blank,
        initial=db_field.get_default,
        **options,
    )


def is_in_use(obj: models.Model) -> bool:
    """Whether a row that may not lose `obj` points to it."""
    relations = (field for field in obj._meta.get_fields(include_hidden=True) if isinstance(field, models.ManyToOneRel))
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: obj}).exists()
        for relation in relations
        if relation.on_delete is models.PROTECT
    )


def twice_when_overtaken(view: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer again when the database refused what the form had found right.

    Another request came between the look and the write; the second look sees what it wrote, and says so.
    """
    try:
        return view()
    except (IntegrityError, ProtectedError):
        return view()
