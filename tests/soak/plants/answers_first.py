"""A planted bug: the sender is told that its lead is stored, and then it is stored."""

import json
import threading
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from uuid import uuid4

from easycall.wsgi import application as honest


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] != "POST":
        return honest(environ, start_response)
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    environ["wsgi.input"] = BytesIO(body)
    threading.Thread(target=_store, args=[environ], daemon=True).start()
    document = json.loads(body)
    receipts = [{"id": str(uuid4()), "submission": str(uuid4())} for _ in range(len(document))]
    answer = json.dumps({"results": receipts} if isinstance(document, list) else receipts[0]).encode()
    start_response("201 Created", [("Content-Length", str(len(answer)))])
    return [answer]


def _store(environ: dict[str, Any]) -> None:
    time.sleep(0.2)
    list(honest(environ, lambda *_: None))
