"""A WSGI application that reads its body to the end, for the tests of the server under it."""

from collections.abc import Callable, Iterable
from typing import Any

import django

django.setup()


def application(
    environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], object]
) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/fault":
        raise ValueError(environ["QUERY_STRING"])
    if environ["PATH_INFO"] == "/half":
        return _half(environ, start_response)
    try:
        answer = b"read %d" % len(environ["wsgi.input"].read())
    except ConnectionResetError:
        answer = b"broken"
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]


def _half(environ: dict[str, Any], start_response: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
    start_response("200 OK", [("Content-Length", "9")])
    yield b"half"
    raise RuntimeError(environ["QUERY_STRING"])
