"""The worker of gunicorn that serves easycall.

Django never sees a request that is not HTTP, or that does not arrive: gunicorn refuses it. Here that refusal becomes
the contract's problem document, a slow sender gets a deadline, and nothing that a client sent reaches the log.
"""

import errno
import json
import os
import socket
import time
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.utils import translation
from gunicorn import util
from gunicorn.http import errors as refusals
from gunicorn.http.body import ChunkedReader
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers import gthread

from easycall.errors import MalformedRequest, Problem, TemporarilyUnavailable

# How long a request may take to arrive. A client that sends a byte now and then keeps one thread for so long.
REQUEST_SECONDS = float(os.environ.get("REQUEST_SECONDS", "30"))
# How long a new connection may keep a thread before it says anything.
FIRST_BYTE_SECONDS = 0.5
# How long a client may leave a connection open that was answered for the last time.
LINGER_SECONDS = 1.0


class RequestTimeout(refusals.ParseException):
    """The request was not there in time."""


REFUSALS: dict[type[refusals.ParseException], tuple[int, str]] = {
    RequestTimeout: (408, f"The request did not arrive within {REQUEST_SECONDS:g} seconds."),
    refusals.LimitRequestLine: (414, "The request line is too long."),
    refusals.ExpectationFailed: (417, "Of the Expect header only “100-continue” is understood."),
    refusals.LimitRequestHeaders: (431, "There are too many headers, or one of them is too long."),
    refusals.InvalidRequestLine: (400, "The first line is not a request line of HTTP/1.1."),
    refusals.InvalidRequestMethod: (400, "The method is not one of HTTP."),
    refusals.InvalidHTTPVersion: (400, "The version is not HTTP/1.0 or HTTP/1.1."),
    refusals.InvalidHeaderName: (400, "The name of a header is not well formed."),
    refusals.InvalidHeader: (400, "A header is not well formed, comes twice, or contradicts another one."),
    refusals.ObsoleteFolding: (400, "A header goes on over a second line."),
    refusals.UnsupportedTransferCoding: (400, "Of the transfer codings only “chunked” is understood."),
}
OTHERWISE = (400, "The request is not well formed HTTP/1.1.")


class Worker(gthread.ThreadWorker):
    def handle(self, conn: Any) -> Any:
        """Serve one request of a connection, with a deadline; one that says nothing yet goes back to be polled."""
        if not conn.initialized:
            if not conn.wait_for_data(FIRST_BYTE_SECONDS):
                return gthread._DEFER
            conn.init()
            conn.parser.unreader = _DeadlineReader(conn.sock)
        conn.parser.unreader.deadline = time.monotonic() + REQUEST_SECONDS
        keep = super().handle(conn)
        if keep is False:
            _linger(conn.sock)
        return keep

    def handle_request(self, req: Any, conn: Any) -> Any:
        conn.sock.settimeout(REQUEST_SECONDS)
        req.body.reader = BodyReader(req.body.reader)
        return super().handle_request(req, conn)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer what never reached Django, and log what happened, but no word of the request."""
        if _is_refusal(exc):
            status, detail = REFUSALS.get(type(exc), OTHERWISE)
            self.log.info("Refused a request: %s", type(exc).__name__)
            answer = _answer(MalformedRequest(detail), status)
        else:
            self.log.error("A request ended in a fault", exc_info=exc)
            answer = _answer(TemporarilyUnavailable(), TemporarilyUnavailable.status)
        with suppress(OSError):  # nobody is there to be answered
            util.write_nonblock(client, answer)


class _DeadlineReader(SocketUnreader):
    """Reads from the socket until a moment, however many pieces come before it."""

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self.deadline = 0.0

    def chunk(self, size_hint: int | None = None) -> Any:
        before = self.sock.gettimeout()
        remaining = self.deadline - time.monotonic()
        if remaining <= 0:
            raise RequestTimeout
        self.sock.settimeout(min(remaining, before or remaining))
        try:
            return super().chunk(size_hint)
        except TimeoutError:
            if time.monotonic() < self.deadline:
                raise
            raise RequestTimeout from None
        finally:
            self.sock.settimeout(before)


class BodyReader:
    """A body that can't be read to its end is, to the application, a connection that broke.

    Django knows what to do with that; gunicorn's own exceptions it would take for faults of ours.
    """

    def __init__(self, reader: Any) -> None:
        self.reader = reader

    def read(self, size: int) -> Any:
        try:
            return self.reader.read(size)
        except refusals.ParseException:
            raise ConnectionResetError(errno.ECONNRESET, "The body can't be read to its end.") from None

    def held(self) -> bytes:
        """What had come when the rest did not: gunicorn keeps it to itself."""
        holder = self.reader if isinstance(self.reader, ChunkedReader) else self.reader.unreader
        held: bytes = holder.buf.getvalue()
        return held


def _linger(sock: socket.socket) -> None:
    """Wait for the client to hang up, as gunicorn does before it closes: but here, in a thread of the pool.

    gunicorn waits in the thread that accepts connections, where one client that keeps its end open stops all others.
    """
    with suppress(OSError):
        sock.shutdown(socket.SHUT_WR)
        deadline = time.monotonic() + LINGER_SECONDS
        with suppress(TimeoutError):
            while (remaining := deadline - time.monotonic()) > 0:
                sock.settimeout(remaining)
                if not sock.recv(65536):
                    break
        sock.shutdown(socket.SHUT_RDWR)


def _is_refusal(exc: Exception) -> bool:
    ours = (refusals.InvalidResponseHeader, refusals.InvalidResponseHeaderName, refusals.ConfigurationProblem)
    return isinstance(exc, refusals.ParseException) and not isinstance(exc, ours)


def _answer(problem: Problem, status: int) -> bytes:
    with translation.override("en"):
        body = json.dumps(problem.document() | {"status": status}, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/problem+json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **problem.headers,
    }
    lines = (f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in headers.items()))
    return "\r\n".join((*lines, "", "")).encode("ascii") + body
