"""How often an address may guess: kept in memory, per process, and forgotten after a minute. No database, no Django."""

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import ip_address, ip_network

WINDOW = 60.0  # seconds
ADDRESSES = 10_000

_SITE = 64  # bits of an IPv6 address: what is below them a client chooses anew as often as it likes


class Throttle:
    """Takes note of the failures of each address, and says when it has had enough of them for now.

    It knows nothing of successes: whoever succeeds is not asked. `clock` counts seconds and never goes back.
    """

    def __init__(
        self, limit: int, *, clock: Callable[[], float] = time.monotonic, most_addresses: int = ADDRESSES
    ) -> None:
        self.limit = limit
        self._clock = clock
        self._most_addresses = most_addresses
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def fail(self, address: str) -> int:
        """Take note of a failure of `address`: 0, or the seconds to wait if there were `limit` in the last minute.

        A failure over the limit is not counted: whoever goes on is not shut out for longer.
        A limit of 0 is none.
        """
        if not self.limit:
            return 0
        site = site_of(address)
        with self._lock:
            now = self._clock()
            failures = self._failures.setdefault(site, deque())
            while failures and failures[0] <= now - WINDOW:
                failures.popleft()
            if len(failures) >= self.limit:
                return max(1, math.ceil(failures[0] + WINDOW - now))
            failures.append(now)
            self._failures.move_to_end(site)
            while len(self._failures) > self._most_addresses:
                self._failures.popitem(last=False)
        return 0

    def __len__(self) -> int:
        return len(self._failures)


def site_of(address: str) -> str:
    """What counts as one client: an IPv4 address, the first 64 bits of an IPv6 one, or the text where it is neither."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    # A server that listens on IPv6 too sees 192.0.2.1 as ::ffff:192.0.2.1.
    return str(parsed.ipv4_mapped or ip_network((parsed, _SITE), strict=False))
