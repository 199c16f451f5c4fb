"""The door as a view of Django, for servers without an event loop and for Django's own test client."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from leads.api import door, wire


@csrf_exempt
def intake(request: HttpRequest, *, explain: bool = False) -> HttpResponse:
    [reply] = door.answer([_arrival(request.META, request.path, explain=explain)])
    headers = {"Content-Language": "en", **reply.headers}
    return HttpResponse(reply.text, status=reply.status, content_type=reply.content_type, headers=headers)


def _arrival(meta: dict[str, Any], path: str, *, explain: bool) -> wire.Arrival:
    headers = {name[5:].replace("_", "-").lower(): value for name, value in meta.items() if name.startswith("HTTP_")}
    is_chunked = "chunked" in headers.get("transfer-encoding", "").lower()
    announced = None if is_chunked else int(meta.get("CONTENT_LENGTH") or 0)
    return wire.Arrival(
        method=meta["REQUEST_METHOD"],
        path=path,
        query=meta.get("QUERY_STRING", ""),
        address=meta.get("REMOTE_ADDR", ""),
        headers={"host": meta.get("SERVER_NAME", "")} | headers | {"content-type": meta.get("CONTENT_TYPE", "")},
        body=wire.read_stream(meta["wsgi.input"], announced),
        explain=explain,
    )
