"""How the workers share the connections that come in."""

import asyncio
import socket
from typing import Any

# How long a worker that can open no more connections waits before it tries again.
ACCEPT_AGAIN_SECONDS = 1.0
# A worker that has connections leaves the next one to those that have none: they wake sooner than in a millisecond,
# which is the shortest time that the loop knows. One that has many takes several then, lest they queue.
TURN_SECONDS, MANY = 0.001, 8


class Listener:
    """Takes connections one by one, and those of a crowd in turns, so that they go to all of the workers.

    The loop's own server takes all that there are: of 32 clients one worker got 27, and the other cores were idle.
    """

    def __init__(self, worker: Any, listening: socket.socket) -> None:
        self.worker, self.listening = worker, listening
        self.arriving: set[asyncio.Task[Any]] = set()
        listening.setblocking(False)
        self._listen()

    def _listen(self) -> None:
        if self.listening.fileno() >= 0:
            self.worker.loop.add_reader(self.listening, self._somebody_came)

    def _somebody_came(self) -> None:
        self.worker.loop.remove_reader(self.listening)
        has = len(self.worker.connections) + len(self.arriving)
        self.worker.loop.call_later(TURN_SECONDS if has else 0, self._take, 1 + has // MANY)

    def _take(self, most: int) -> None:
        try:
            for _ in range(most if self.listening.fileno() >= 0 else 0):
                self._serve(self.listening.accept()[0])
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            pass  # another worker was quicker, or the client is gone
        except OSError as error:  # no more files, or no memory: the client stays in the queue
            self.worker.log.error("No connection can be taken: %s", error.strerror)
            self.worker.loop.call_later(ACCEPT_AGAIN_SECONDS, self._listen)
            return
        self._listen()

    def _serve(self, connection: socket.socket) -> None:
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
