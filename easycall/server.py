"""The worker of gunicorn that serves easycall, on gunicorn's own asyncio server.

A client that stalls costs a socket and no thread. What is refused before the application sees it - no HTTP, too late,
too much - is answered here with the contract's problem document, and nothing that a client sent reaches the log.
"""

import asyncio
import json
import os
import signal
from http import HTTPStatus
from typing import Any

from django.utils import translation
from gunicorn.asgi import parser as refusals
from gunicorn.asgi.protocol import ASGIProtocol, BodyReceiver
from gunicorn.http import errors as policy
from gunicorn.workers.gasgi import ASGIWorker

from easycall.errors import MalformedRequest, Problem, TemporarilyUnavailable
from easycall.listener import Listener

# How long a request may take to arrive, head and body.
REQUEST_SECONDS = float(os.environ.get("REQUEST_SECONDS", "30"))
# How long a client may leave a connection open that was answered for the last time.
LINGER_SECONDS = 1.0


class RequestTimeout(refusals.ParseError):
    """The request was not there in time."""


class UnknownExpectation(refusals.ParseError):
    """The client waits for an answer that nobody knows."""


_BAD_HEADER = "A header is not well formed, comes twice, or contradicts another one."
REFUSALS: dict[type[Exception], tuple[int, str]] = {
    RequestTimeout: (408, f"The request did not arrive within {REQUEST_SECONDS:g} seconds."),
    refusals.LimitRequestLine: (414, "The request line is too long."),
    UnknownExpectation: (417, "Of the Expect header only “100-continue” is understood."),
    refusals.LimitRequestHeaders: (431, "There are too many headers, or one of them is too long."),
    refusals.InvalidRequestLine: (400, "The first line is not a request line of HTTP/1.1."),
    refusals.InvalidRequestMethod: (400, "The method is not one of HTTP."),
    refusals.InvalidHTTPVersion: (400, "The version is not HTTP/1.0 or HTTP/1.1."),
    refusals.InvalidHeaderName: (400, "The name of a header is not well formed."),
    refusals.InvalidHeader: (400, _BAD_HEADER),
    policy.InvalidHeader: (400, _BAD_HEADER),
    refusals.UnsupportedTransferCoding: (400, "Of the transfer codings only “chunked” is understood."),
}
OTHERWISE = (400, "The request is not well formed HTTP/1.1.")


class Body(BodyReceiver):
    """Gives the application what came of a body that broke off, before it says so."""

    __slots__ = ()

    async def receive(self) -> Any:
        if self._body_wait_expired and self._chunks:
            return self._pop_chunk()
        return await super().receive()


class Protocol(ASGIProtocol):
    """One connection: gunicorn's protocol with deadlines, and answers of ours to what it refuses."""

    _closed: bool

    def __init__(self, worker: "Worker") -> None:
        super().__init__(worker)
        self._deadline: asyncio.TimerHandle | None = None
        self._ended = False  # the client has said its last byte
        self._broken = False  # and what it says now is no HTTP
        self._hanging_up = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.worker.connections.add(self)
        if len(self.worker.connections) > self.cfg.worker_connections:
            self._send_error_response(503, "")
            self._close_transport()
        else:
            self._arm_keepalive_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self.worker.connections.discard(self)
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not (self._broken or self._hanging_up):
            super().data_received(data)

    def eof_received(self) -> bool:
        """Keep the connection for as long as an answer is due: a client may end its side and go on to listen."""
        self._ended = True
        if self._hanging_up or self._body_receiver is None:
            return False
        if not self._body_receiver._complete:
            self._break_off()
        return True

    def _arm_keepalive_timer(self) -> None:
        """Wait for the next request, unless the client ended its side just as it was answered."""
        if self._ended:
            self._close_transport()
        else:
            super()._arm_keepalive_timer()

    def is_idle(self) -> bool:
        return bool(self._awaiting_request)

    def _feed_callback_parser(self, data: bytes) -> bool:
        try:
            self._callback_parser.feed(data)
        except (refusals.ParseError, policy.ParseException) as refusal:
            return self._refuse(refusal)
        if self._callback_parser.is_complete:
            self._stop_waiting()
        elif self._deadline is None:
            self._deadline = self.worker.loop.call_later(REQUEST_SECONDS, self._refuse, RequestTimeout())
        return True

    def _on_headers_complete(self) -> bool:
        skip: bool = super()._on_headers_complete()
        self._body_receiver = Body(self._current_request, self)
        if any(name == b"expect" and value.lower() != b"100-continue" for name, value in self._callback_parser.headers):
            raise UnknownExpectation
        return skip

    def _refuse(self, refusal: Exception) -> bool:
        """Answer what the application never sees. Of a body that goes wrong on its way it sees that, and answers."""
        self._stop_waiting()
        if self._request_ready.is_set() and not isinstance(refusal, UnknownExpectation):
            self._break_off()
            return True
        self.log.info("Refused a request: %s", type(refusal).__name__)
        self._write_problem(MalformedRequest(_detail(refusal)), _status(refusal))
        self._close_transport()
        return False

    def _break_off(self) -> None:
        """To the application a body that can't be read to its end is a connection that broke."""
        self._stop_waiting()
        self._broken = True
        self._body_receiver._body_wait_expired = True
        self._body_receiver._wake_waiter()

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _send_error_response(self, status: int, message: str, extra_headers: Any = ()) -> None:
        """What gunicorn answers itself is a fault of the application."""
        self._write_problem(TemporarilyUnavailable(), TemporarilyUnavailable.status)

    def _write_problem(self, problem: Problem, status: int) -> None:
        self._safe_write(_answer(problem, status))

    def _will_close(self, request: Any, response_requires_close: bool) -> bool:
        return self._ended or self._broken or bool(super()._will_close(request, response_requires_close))

    def _is_websocket_upgrade(self, request: Any) -> bool:
        """There are none here: it is a GET like any other."""
        return False

    def _close_transport(self) -> None:
        """End our side, and wait a moment for the client to end its own.

        A socket that is closed with bytes unread is reset, and the client loses the answer that it was about to read.
        """
        if self._closed or self.transport is None:
            return
        self._closed = self._hanging_up = True
        if self._ended or self.transport.is_closing():
            self.transport.close()
            return
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._resume_reading()
        self.worker.loop.call_later(LINGER_SECONDS, self.transport.abort)


def _by_default() -> None:
    for number in ASGIWorker.SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def _hold_signals() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, ASGIWorker.SIGNALS)


def _release_signals() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ASGIWorker.SIGNALS)


def _begin_worker() -> None:
    _by_default()
    _release_signals()


class Worker(ASGIWorker):
    """gunicorn's asyncio worker with the protocol above, which hangs up on idle clients when it stops."""

    protocol = Protocol

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connections: set[Protocol] = set()

    @staticmethod
    def heed_signals_from_birth() -> None:
        """For the arbiter, before it forks: with its handlers a worker that is just born would hear nothing."""
        os.register_at_fork(before=_hold_signals, after_in_parent=_release_signals, after_in_child=_begin_worker)

    def init_signals(self) -> None:
        """Until the loop turns a worker has begun nothing, and ends at once.

        The loop forgets a signal that comes before it turns, and the worker would serve on while it is waited for.
        """
        _by_default()
        for number in (signal.SIGUSR1, signal.SIGWINCH):
            signal.signal(number, signal.SIG_IGN)

    async def _serve(self) -> None:
        super().init_signals()
        for sock in self.sockets:
            self.servers.append(Listener(self, sock.sock))
        while self.alive and self.ppid == os.getppid():
            self.notify()
            await asyncio.sleep(1.0)
        await self._shutdown()

    async def _shutdown(self) -> None:
        for connection in list(self.connections):
            if connection.is_idle():
                connection._close_transport()
        await super()._shutdown()


def _status(refusal: Exception) -> int:
    return REFUSALS.get(type(refusal), OTHERWISE)[0]


def _detail(refusal: Exception) -> str:
    return REFUSALS.get(type(refusal), OTHERWISE)[1]


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
