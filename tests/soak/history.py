"""What a sender knows of what it sent."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def is_acknowledged(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_definite(self) -> bool:
        """Whether there is nothing to repeat: 409 and 503 ask for it."""
        return self.status not in (409, 503)


@dataclass
class Attempt:
    """`reply` is None when the connection broke: the sender can't know what became of it."""

    begun: float
    ended: float
    reply: Reply | None


@dataclass
class Request:
    """One body with the marks of its leads, sent once, or with a key until there is a definite answer."""

    marks: tuple[str, ...]
    body: bytes
    key: str
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def last(self) -> Reply | None:
        return self.attempts[-1].reply if self.attempts else None

    @property
    def is_acknowledged(self) -> bool:
        return bool(self.last and self.last.is_acknowledged)


def statuses(history: Iterable[Request]) -> Counter[int]:
    """How often each status was answered; 0 is a connection that broke."""
    return Counter(each.reply.status if each.reply else 0 for request in history for each in request.attempts)
