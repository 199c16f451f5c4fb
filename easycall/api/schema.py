"""The OpenAPI document, as JSON or YAML, for whoever asks: it says nothing of this installation's data."""

from functools import cache
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

from easycall.api.problems import problem_response
from easycall.errors import MethodNotAllowed, NotAcceptable

_RENDERERS = {"json": OpenApiJsonRenderer, "yaml": OpenApiYamlRenderer}
_FORMATS = {
    "application/json": "json",
    "application/vnd.oai.openapi+json": "json",
    "application/yaml": "yaml",
    "application/vnd.oai.openapi": "yaml",
    "application/x-yaml": "yaml",
    "text/yaml": "yaml",
}


@csrf_exempt  # nothing is changed here, and what is no GET is told so
def schema(request: HttpRequest, suffix: str = "") -> HttpResponse:
    """The document in the format that the path or else the Accept header asks for; JSON if neither says."""
    if request.method not in ("GET", "HEAD"):
        return problem_response(MethodNotAllowed("Only GET is taken here.", headers={"Allow": "GET, HEAD"}))
    media_type = f"application/{suffix}" if suffix else _preferred(request)
    if media_type is None:
        return problem_response(NotAcceptable("The document is there as JSON and as YAML."))
    headers = {"Vary": "Accept", "Content-Language": "en"}
    return HttpResponse(_rendered(_FORMATS[media_type]), content_type=media_type, headers=headers)


def _preferred(request: HttpRequest) -> str | None:
    if not request.headers.get("Accept", "").strip():
        return "application/json"
    return request.get_preferred_type(list(_FORMATS))


@cache
def _rendered(format_name: str) -> bytes:
    # It is kept for everybody, whatever the language of who asks first.
    with translation.override("en"):
        document = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # the library has no types
    return render(document, format_name)


def render(document: dict[str, Any], format_name: str) -> bytes:
    """An OpenAPI document as `json` or `yaml`."""
    return cast(bytes, _RENDERERS[format_name]().render(document, renderer_context={}))
