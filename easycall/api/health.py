"""Two questions that a supervisor asks: is the process there, and can it do its work."""

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from easycall import disk


@csrf_exempt  # nothing is changed here, and what is no GET is told so
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@csrf_exempt
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """200 when leads can be taken, or 503 and what is in the way: the disk or the database."""
    if disk.is_nearly_full():
        return _not_ready("disk")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return _not_ready("database")
    return HttpResponse("ok\n", content_type="text/plain")


def _not_ready(reason: str) -> HttpResponse:
    return HttpResponse(f"{reason}\n", status=503, content_type="text/plain", headers={"Retry-After": "5"})
