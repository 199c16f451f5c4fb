"""What the filters of a list say in words, from the address that the list has with them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin import site
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from accounts.models import User
from campaigns.models import Campaign
from leads.admin.columns import yes_or_no
from leads.admin.filters import mapping_label
from leads.admin.raw import visible
from leads.admin.typed_filters import FormFilter
from leads.enums import ListName
from leads.models import ImportMapping, Lead, Submission, UnknownKey

MODELS: Mapping[str, type[Model]] = {ListName.LEADS: Lead, ListName.SUBMISSIONS: Submission}

# The parameters that name a row: what it is called, and where it is read.
_Row = tuple[StrOrPromise, Callable[[], QuerySet[Any]], Callable[[Any], str]]
_ROWS: Mapping[str, _Row] = {
    "campaign__id__exact": (_("campaign"), Campaign.objects.all, str),
    "mapping__id__exact": (_("Import API"), lambda: ImportMapping.objects.select_related("user"), mapping_label),
    "user__id__exact": (_("user"), User.objects.all, str),
    "carries": (_("unknown key"), UnknownKey.objects.all, str),
}


class FilterWords:
    """The words of several queries of lists. One query for each kind of row that they name, however many they are."""

    def __init__(self, request: HttpRequest, queries: Iterable[str]) -> None:
        self._request = request
        wanted: defaultdict[str, set[int]] = defaultdict(set)
        for params in map(_params, queries):
            for name in _ROWS.keys() & params.keys():
                if params[name].isdecimal() and len(params[name]) < 19:
                    wanted[name].add(int(params[name]))
        self._names = {name: _names(name, keys) for name, keys in wanted.items()}

    def of(self, list_name: str, query: str) -> str:
        """`Campaign: Expo; State: open`; "" where nothing is filtered."""
        params = _params(query)
        model_admin = site.get_model_admin(MODELS[list_name])
        said = [(gettext("text searched for"), f"“{visible(params[SEARCH_VAR])}”")] if params.get(SEARCH_VAR) else []
        for each in model_admin.list_filter:
            said += [(str(title), words) for title, words in self._said(each, params, model_admin) if words]
        return "; ".join(f"{capfirst(title)}: {words}" for title, words in said)

    def _said(
        self, each: Any, params: Mapping[str, str], model_admin: admin.ModelAdmin[Any]
    ) -> Iterator[tuple[StrOrPromise, str]]:
        """The title of a filter and what is chosen of it, where something is."""
        parameter = _parameter(each)
        if isinstance(each, type) and issubclass(each, FormFilter):
            typed = each(self._request, _only(params, each.parameters), model_admin.model, model_admin)
            yield typed.title or "", visible(typed.words())
        elif parameter not in params:
            return
        elif parameter in _ROWS:
            yield _ROWS[parameter][0], self._names.get(parameter, {}).get(params[parameter], "–")
        elif isinstance(each, str):
            field = model_admin.model._meta.get_field(each)
            yield getattr(field, "verbose_name", each), _value(field, params[parameter])
        else:
            chosen = each(self._request, _only(params, [parameter]), model_admin.model, model_admin)
            yield chosen.title, _label(chosen.lookup_choices, params[parameter])


def _params(query: str) -> dict[str, str]:
    return {name: str(values[-1]) for name, values in QueryDict(query).lists()}


def _parameter(each: Any) -> str:
    """What an entry of `list_filter` asks for in the address."""
    match each:
        case type():
            return getattr(each, "parameter_name", None) or ""
        case (str(name), _):
            return f"{name}__id__exact"
    return f"{each}__id__exact" if f"{each}__id__exact" in _ROWS else f"{each}__exact"


def _names(name: str, keys: set[int]) -> dict[str, str]:
    __, rows, label = _ROWS[name]
    return {str(row.pk): visible(label(row)) for row in rows().filter(pk__in=keys)}


def _only(params: Mapping[str, str], names: Iterable[str]) -> dict[str, list[str]]:
    """As Django gives them to a filter, which takes out what is its own."""
    return {name: [params[name]] for name in names if name in params}


def _value(field: Any, text: str) -> str:
    if field.choices:
        return _label(field.choices, text)
    return yes_or_no(text == "1")


def _label(choices: Iterable[tuple[Any, Any]], value: str) -> str:
    return next((str(label) for choice, label in choices if str(choice) == value), visible(value))
