"""How much of each fault: a taste of it in `make test`, all of it in `make soak`, which sets these variables."""

import os


def _amount(name: str, few: int) -> int:
    return int(os.environ.get(f"SOAK_{name}") or few)


LONG = os.environ.get("SOAK") == "1"

# Seconds from the end of a fault until everybody is served. In `make test` others use the machine too.
BACK_WITHIN = 10.0 if LONG else 40.0

KILLS = _amount("KILLS", 3)  # of a worker
CRASHES = _amount("CRASHES", 1)  # of PostgreSQL as a whole
STEPS = _amount("STEPS", 1)  # kills at each step of a request
RELOADS = _amount("RELOADS", 2)
RESTARTS = _amount("RESTARTS", 1)
HANG_UPS = _amount("HANG_UPS", 40)
SECONDS = _amount("SECONDS", 2)  # of a fault that lasts
REVOCATIONS = _amount("REVOCATIONS", 10)
STALLED = _amount("STALLED", 200)  # clients, half a minute of them in `make soak`
