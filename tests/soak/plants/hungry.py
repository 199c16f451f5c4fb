"""A worker of gunicorn that some bodies kill: HUNGRY ones as the kernel does for memory, UNLUCKY ones once, by chance.

A file, named by SOAK_COUNTER, stands for the kernel's counter; the arbiter looks into the same one.
"""

import os
import signal
from pathlib import Path
from typing import Any

from easycall import casualties, server

casualties.COUNTER = COUNTER = Path(os.environ["SOAK_COUNTER"])


class Worker(server.Worker):
    def load_wsgi(self) -> None:
        super().load_wsgi()
        from leads.intake import body

        honest = body.read

        def read(raw: bytes, *rest: Any) -> Any:
            met = Path(os.environ["SOAK_COUNTER"] + ".met")
            if b"HUNGRY" in raw:
                COUNTER.write_text("oom_kill 1\n")
                os.kill(os.getpid(), signal.SIGKILL)
            if b"UNLUCKY" in raw and not met.exists():
                met.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return honest(raw, *rest)

        body.read = read
