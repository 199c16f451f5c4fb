"""How gunicorn serves the DRF view and the bare WSGI application: processes and threads as easycall has them."""

import os
from pathlib import Path

bind = f"127.0.0.1:{os.environ['PORT']}"
workers = int(os.environ["WORKERS"])
worker_class = "gthread"
threads = int(os.environ["THREADS"])
keepalive = 65
loglevel = "warning"
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
control_socket_disable = True
