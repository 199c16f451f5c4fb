"""The body of a request off the wire: whole, bounded, and honest about what is missing."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from easycall.errors import ContentTooLarge, FieldError, MalformedBody, Problem
from easycall.server import BodyReader
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
    raw, _ = _read_up_to(request, announced)
    if len(raw) == announced:
        return Wire(raw)
    return Wire(raw, _cut(f"{announced} bytes were announced and {len(raw)} came."))


def _read_chunked(request: HttpRequest) -> Wire:
    raw, broken = _read_up_to(request, BATCH_BYTES + 1)
    if broken:
        return Wire(raw, _cut("The chunked body ends before its last chunk."))
    return _too_large(request, raw, _DRAINED) if len(raw) > BATCH_BYTES else Wire(raw)


def _read_up_to(request: HttpRequest, size: int) -> tuple[bytes, bool]:
    """`size` bytes, or fewer where the body ends or breaks off before, and whether it broke off."""
    stream = request.META["wsgi.input"]
    raw = bytearray()
    try:
        while len(raw) < size and (block := stream.read(min(size - len(raw), _BLOCK))):
            raw += block
    except OSError:
        return bytes(raw) + _held(stream), True
    return bytes(raw), False


def _held(stream: Any) -> bytes:
    """What the server has of a body that broke off, and did not give out."""
    reader = getattr(stream, "reader", None)
    return stream.buf.getvalue() + reader.held() if isinstance(reader, BodyReader) else b""


def _too_large(request: HttpRequest, raw: bytes, announced: int) -> Wire:
    problem = ContentTooLarge("The body is over 8 MiB.", errors=[FieldError("", "The body is over 8 MiB.")])
    if announced <= _DRAINED:
        try:
            raw = raw[:_EVIDENCE] or _read_up_to(request, _EVIDENCE)[0]
            for _ in range(_DRAINED // _BLOCK):
                if not request.META["wsgi.input"].read(_BLOCK):
                    break
        except OSError:
            pass
    return Wire(raw, problem)


def _cut(detail: str) -> MalformedBody:
    return MalformedBody("The body is cut short.", errors=[FieldError("", detail)])
