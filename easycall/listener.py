"""How the workers share the connections that come in."""

import asyncio
import socket
from typing import Any

# How long a worker that can open no more connections waits before it tries again.
ACCEPT_AGAIN_SECONDS = 1.0


class Listener:
    """Takes connections one at a time, so that those which come at once go to all of the workers.

    The loop's own server takes all that there are: of 32 clients one worker got 27, and the other cores were idle.
    """

    def __init__(self, worker: Any, listening: socket.socket) -> None:
        self.worker, self.listening = worker, listening
        self.arriving: set[asyncio.Task[Any]] = set()
        listening.setblocking(False)
        self._listen()

    def _listen(self) -> None:
        if self.listening.fileno() >= 0:
            self.worker.loop.add_reader(self.listening, self._accept)

    def _accept(self) -> None:
        try:
            connection, _ = self.listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # another worker was quicker, or the client is gone
        except OSError as error:  # no more files, or no memory: the client stays in the queue
            self.worker.log.error("No connection can be taken: %s", error.strerror)
            self.worker.loop.remove_reader(self.listening)
            self.worker.loop.call_later(ACCEPT_AGAIN_SECONDS, self._listen)
            return
        connection.setblocking(False)
        opening = self.worker.loop.connect_accepted_socket(lambda: self.worker.protocol(self.worker), connection)
        task = self.worker.loop.create_task(opening)
        self.arriving.add(task)
        task.add_done_callback(self.arriving.discard)

    def close(self) -> None:
        self.worker.loop.remove_reader(self.listening)
        self.listening.close()

    async def wait_closed(self) -> None:
        """Until those that were taken have their protocol, which is waited for with the others."""
        await asyncio.gather(*self.arriving, return_exceptions=True)
