"""Clients that send leads, repeat what they must, and remember what they were told."""

import http.client
import itertools
import json
import random
import secrets
import threading
import time

from tests.soak.amounts import BACK_WITHIN
from tests.soak.history import Attempt, Reply, Request
from tests.soak.installation import Installation
from tests.soak.judge import Verdict, judge

HURRY = 0.05  # seconds between two attempts of the same request
PATIENCE = 60.0  # seconds until a sender with a key gives up

# Of the phones, each once: numbers by chance would meet among a hundred thousand leads.
_numbers = itertools.count()


class Sender(threading.Thread):
    """Sends one request after the other until it is told that it is enough."""

    def __init__(self, installation: Installation, name: str, *, with_key: bool, batch: int = 0) -> None:
        super().__init__(daemon=True)
        self.installation, self.name = installation, name
        self.with_key, self.batch = with_key, batch
        self.counter = itertools.count()
        self.history: list[Request] = []
        self.enough = threading.Event()
        self.timeout = 45.0  # seconds
        self.code = "demo_leads"

    def run(self) -> None:
        while not self.enough.is_set():
            request = self.next_request()
            self.history.append(request)
            self.send(request)
            if not request.is_acknowledged:
                time.sleep(HURRY)

    def next_request(self) -> Request:
        marks = tuple(f"{self.name}-{next(self.counter)}" for _ in range(self.batch or 1))
        leads = [_lead(mark, self.code) for mark in marks]
        body = json.dumps(leads if self.batch else leads[0], ensure_ascii=False, indent=random.choice([None, 1]))
        return Request(marks, body.encode(), f"key-{marks[0]}" if self.with_key else "")

    def send(self, request: Request) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            begun = time.monotonic()
            reply = self.post(request)
            request.attempts.append(Attempt(begun, time.monotonic(), reply))
            if (reply and reply.is_definite) or not request.key:
                return
            time.sleep(HURRY)

    def post(self, request: Request) -> Reply | None:
        connection = http.client.HTTPConnection("127.0.0.1", self.installation.port, timeout=self.timeout)
        try:
            connection.request("POST", "/easycall/spring", request.body, self.headers(request))
            answer = connection.getresponse()
            headers = {name.title(): value for name, value in answer.getheaders()}
            return Reply(answer.status, headers, answer.read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def headers(self, request: Request) -> dict[str, str]:
        key = {"Idempotency-Key": request.key} if request.key else {}
        token = self.installation.database.token
        return {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Connection": "close", **key}


def _lead(mark: str, code: str) -> dict[str, str]:
    # Each has a phone of its own, lest one be taken for the duplicate of another.
    phone = f"6{next(_numbers):08d}"
    return {"Campaign": code, "nombre": mark, "telefono_movil": phone, "notas": "Ñandú, più tardi 🙂"}


class Crowd:
    """Eight senders: four with a key and four without, and of each kind one that sends batches."""

    def __init__(self, installation: Installation, *, size: int = 8, batch: int = 5) -> None:
        kinds = [(with_key, batch * (place == 0)) for place in range(size // 2) for with_key in (True, False)]
        self.installation, self.name = installation, secrets.token_hex(4)
        self.senders = [
            Sender(installation, f"{self.name}-{number}", with_key=with_key, batch=batch)
            for number, (with_key, batch) in enumerate(kinds)
        ]

    def __enter__(self) -> "Crowd":
        for sender in self.senders:
            sender.start()
        return self

    def __exit__(self, *exc: object) -> None:
        for sender in self.senders:
            sender.enough.set()
        for sender in self.senders:
            sender.join(PATIENCE + 60)

    def judge(self) -> Verdict:
        """When all have ended: what they were told against what is stored."""
        return judge(self.history, self.installation.database, self.name)

    @property
    def history(self) -> list[Request]:
        return [request for sender in self.senders for request in list(sender.history)]

    @property
    def acknowledged(self) -> int:
        return sum(request.is_acknowledged for request in self.history)

    def wait_for(self, more: int, *, seconds: float = 120) -> float:
        """Until so many more requests are acknowledged. Returns the seconds that this took."""
        start, goal = time.monotonic(), self.acknowledged + more
        while self.acknowledged < goal:
            assert time.monotonic() - start < seconds, f"only {self.acknowledged} of {goal} were acknowledged in time"
            time.sleep(0.02)
        return time.monotonic() - start

    def wait_for_full_service(self, *, seconds: float = BACK_WITHIN, row: int = 3) -> float:
        """Until each sender had `row` requests in a row acknowledged that began from now on."""
        start = time.monotonic()
        while not all(_served(sender, start, row) for sender in self.senders):
            assert time.monotonic() - start < seconds, "full service did not come back in time"
            time.sleep(0.02)
        return time.monotonic() - start


def _served(sender: Sender, since: float, row: int) -> bool:
    attempts = [attempt for request in sender.history[-row - 1 :] for attempt in list(request.attempts)]
    good = [each for each in attempts[-row:] if each.reply and each.reply.is_acknowledged and each.begun >= since]
    return len(good) == row


def post_one(installation: Installation, *, timeout: float = 45) -> tuple[Reply | None, float]:
    """One new lead: what it was answered, if it was within `timeout` seconds, and after how many."""
    sender = Sender(installation, f"one-{secrets.token_hex(4)}", with_key=True)
    sender.timeout = timeout
    begun = time.monotonic()
    reply = sender.post(sender.next_request())
    return reply, time.monotonic() - begun
