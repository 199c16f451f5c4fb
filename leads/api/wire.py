"""The body of a request off the wire: whole, bounded, and honest about what is missing."""

from dataclasses import dataclass

from django.http import HttpRequest
from gunicorn.http.errors import ParseException

from easycall.errors import ContentTooLarge, FieldError, MalformedBody, Problem
from leads.intake.body import BATCH_BYTES

_BLOCK = 64 * 1024
# Of a body that is too large this much is kept, to show what came.
_EVIDENCE = _BLOCK
# And this much is read on, so that a client which sends first and listens later hears the answer.
_DRAINED = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Wire:
    """`raw` is what came; `problem` says why it is not the whole body, if it is not."""

    raw: bytes
    problem: Problem | None = None


def read(request: HttpRequest) -> Wire:
    """Read the body past Django, which takes a chunked body for an empty one and a cut one for a whole one."""
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        return _read_chunked(request)
    announced = int(request.META.get("CONTENT_LENGTH") or 0)
    if announced > BATCH_BYTES:
        return _too_large(request, b"", announced)
    raw = _read_up_to(request, announced)
    if len(raw) == announced:
        return Wire(raw)
    return Wire(raw, _cut(f"{announced} bytes were announced and {len(raw)} came."))


def _read_chunked(request: HttpRequest) -> Wire:
    raw = bytearray()
    try:
        while len(raw) <= BATCH_BYTES and (block := request.META["wsgi.input"].read(_BLOCK)):
            raw += block
    except (ParseException, OSError):
        return Wire(bytes(raw), _cut("The chunked body ends before its last chunk."))
    return _too_large(request, bytes(raw), _DRAINED) if len(raw) > BATCH_BYTES else Wire(bytes(raw))


def _read_up_to(request: HttpRequest, size: int) -> bytes:
    """`size` bytes, or fewer where the sender hangs up."""
    raw = bytearray()
    try:
        while len(raw) < size and (block := request.META["wsgi.input"].read(min(size - len(raw), _BLOCK))):
            raw += block
    except OSError:
        pass
    return bytes(raw)


def _too_large(request: HttpRequest, raw: bytes, announced: int) -> Wire:
    problem = ContentTooLarge("The body is over 8 MiB.", errors=[FieldError("", "The body is over 8 MiB.")])
    if announced <= _DRAINED:
        try:
            raw = raw[:_EVIDENCE] or _read_up_to(request, _EVIDENCE)
            for _ in range(_DRAINED // _BLOCK):
                if not request.META["wsgi.input"].read(_BLOCK):
                    break
        except (ParseException, OSError):
            pass
    return Wire(raw, problem)


def _cut(detail: str) -> MalformedBody:
    return MalformedBody("The body is cut short.", errors=[FieldError("", detail)])
