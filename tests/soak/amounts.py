"""How much of each fault: a taste of it in `make test`, all of it in `make soak`; a variable SOAK_… says otherwise."""

import os

LONG = os.environ.get("SOAK") == "1"


def _amount(name: str, few: int, many: int) -> int:
    return int(os.environ.get(f"SOAK_{name}") or (many if LONG else few))


# Seconds from the end of a fault until everybody is served. In `make test` others use the machine too.
BACK_WITHIN = 10.0 if LONG else 90.0

KILLS = _amount("KILLS", 3, 300)  # of a worker
CRASHES = _amount("CRASHES", 1, 20)  # of PostgreSQL as a whole
STEPS = _amount("STEPS", 1, 25)  # kills at each step of a request
RELOADS = _amount("RELOADS", 2, 30)
RESTARTS = _amount("RESTARTS", 1, 10)
HANG_UPS = _amount("HANG_UPS", 40, 5000)
SECONDS = _amount("SECONDS", 2, 60)  # of a fault that lasts
CHANGING = _amount("CHANGING", 2, 15)  # seconds of one kind of change to the set-up, each some hundred times
REVOCATIONS = _amount("REVOCATIONS", 8, 500)
DOWN = _amount("DOWN", 0, 300)  # seconds that a database is down
SERIAL = _amount("SERIAL", 50, 1000)  # leads, one after the other, of which each has to be on the disk
PAIRS = _amount("PAIRS", 20, 1000)  # of the same lead without a key
TWINS = _amount("TWINS", 4, 200)  # keys, each in fifty requests at once
STALLED = _amount("STALLED", 200, 200)  # clients
BATTLES = _amount("BATTLES", 4, 100)  # of batches for the same leads
REPLAYS = _amount("REPLAYS", 40, 20_000)  # submissions that are replayed by a process that is killed
