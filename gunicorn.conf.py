"""How gunicorn serves easycall. docs/settings.md lists the variables that are read here."""

import gc
import logging
import os
import subprocess
import sys
import threading
from importlib import import_module
from pathlib import Path
from types import ModuleType

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

HERE = Path(__file__).resolve().parent
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

# Started from any folder, it serves this one.
chdir = str(HERE)
wsgi_app = "easycall.asgi:application"

# Only this machine: what faces the network is the proxy that speaks TLS.
bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"

# gunicorn's asyncio server: clients that stall hold up nobody. The subclass answers as the contract says, with
# deadlines for slow senders.
worker_class = "easycall.server.Worker"

# One process a core runs Python on all of them. Two at least, so that one goes on when the other is replaced; eight at
# most, since with a pool of THREADS + 2 connections each they stay under the 100 that PostgreSQL takes by default.
workers = int(os.environ.get("WORKERS") or min(max(CORES, 2), 8))

# More open connections than this are told to come back: a connection costs a socket and some memory, and no thread.
worker_connections = int(os.environ.get("CONNECTIONS", "1000"))

# The parser in Python, for its strictness and its limits; no startup or shutdown events, which nothing here has.
http_parser = "python"
asgi_lifespan = "off"

# Each worker loads the application after the fork: a database connection or a pool's thread must not be shared by two.
preload_app = False

# A worker whose loop does not turn for so long hangs, and is replaced. The loop does not wait for requests.
timeout = 60

# A stopping worker ends what it began: 30 s at most for a request to arrive, 30 s for the slowest statement.
graceful_timeout = 65

# Longer than the 60 s that proxies keep an idle connection, so that it is never closed just as one is used again.
keepalive = 65

# The path and a campaign code make a short request line; the headers are room for a proxy's and a browser's cookies.
# What is longer is refused with 414 or 431, and costs no more memory than this.
limit_request_line = 4094
limit_request_fields = 100
limit_request_field_size = 8190

# Nobody's X-Forwarded-* is believed here: TRUSTED_PROXIES decides in easycall.middleware, once.
forwarded_allow_ips = ""
forwarder_headers = ""
secure_scheme_headers: dict[str, str] = {}

# No access log: paths and queries are what clients sent. At “debug” gunicorn logs bytes of requests, so never that.
accesslog = None
errorlog = "-"
loglevel = "info"
# Tracebacks without the messages of exceptions, which quote values. What keeps a worker from starting is printed whole.
# The same lines stand in easycall/settings.py: this file is read before `chdir`, when nothing of ours can be imported.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "easycall.logs.PrivateFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "easycall.log_writer.BackgroundHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"]},
    "loggers": {"gunicorn.error": {"handlers": ["stderr"], "level": "INFO", "propagate": False}},
}

# The heartbeat is a file; on a disk that stalls it would stop, and healthy workers with it.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  not a file with a name that is guessed

# Its default place is one for all the servers of a user, and nothing here uses it.
control_socket_disable = True


def on_starting(server: Arbiter) -> None:
    """Refuse to start with an unsafe set-up. In a process of its own: this one has to stay free of the application."""
    # Of the other checks some fail when there is no database yet; with this server they have nothing to do.
    tags = ("--tag", "security", "--tag", "database")
    command = [sys.executable, "manage.py", "check", "--database", "default", *tags]
    if subprocess.run(command, cwd=HERE, stdout=subprocess.DEVNULL, check=False).returncode:  # noqa: S603  fixed words
        sys.exit("easycall does not start with an unsafe set-up: see above.")
    server.worker_class.heed_signals_from_birth()
    casualties().watch()
    # Python writes its warnings itself, and would wait for a log that is blocked.
    logging.captureWarnings(True)


def casualties() -> ModuleType:
    """Of the application's modules one that is plain; it is found only after `chdir`."""
    return import_module("easycall.casualties")


def child_exit(server: Arbiter, worker: Worker) -> None:
    """Note what a worker had in hand that was killed for memory."""
    casualties().bury(worker.pid)


def on_exit(server: Arbiter) -> None:
    casualties().end()


def post_worker_init(worker: Worker) -> None:
    """Start what writes the counters of refused requests, and have the garbage collector look at what is new only."""
    from accounts import refusals

    stop = threading.Event()
    threading.Thread(target=refusals.keep_writing, args=[stop], daemon=True).start()
    worker.stop_counting = stop
    # What is loaded by now stays. A batch makes a hundred thousand objects and no cycles: looked for less often, they
    # cost a fifth of its time less.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def worker_exit(server: Arbiter, worker: Worker) -> None:
    """Write what the worker counted and did not write yet, unless it never got as far as counting."""
    if stop := getattr(worker, "stop_counting", None):
        from accounts import refusals

        stop.set()
        refusals.flush()
