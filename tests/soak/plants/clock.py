"""easycall on a machine whose clock is set: by as many seconds as stand in the file that SOAK_CLOCK names."""

import os
import time
from pathlib import Path
from typing import Any

import time_machine

from easycall.asgi import application as honest

CLOCK = Path(os.environ["SOAK_CLOCK"])
_true_time = time.time
_traveller: time_machine.travel | None = None
_offset = 0.0


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if (offset := float(CLOCK.read_text())) != _offset:
        _set_clock(offset)
    await honest(scope, receive, send)


def _set_clock(offset: float) -> None:
    global _traveller, _offset
    if _traveller:
        _traveller.stop()
    _traveller, _offset = time_machine.travel(_true_time() + offset, tick=True), offset
    _traveller.start()
