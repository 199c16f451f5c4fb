"""The secret key of an installation: made on the first run, kept out of the repository."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def read_or_make_secret_key(path: Path) -> str:
    """Return the key in `path`, making the file with mode 600 when it is not there.

    Two processes that start at once end with the same key: the file appears whole, by link, and the first one wins.
    """
    try:
        return path.read_text("ascii")
    except FileNotFoundError:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=path.parent, prefix=f"{path.name}.") as draft:
        draft.write(secrets.token_urlsafe(64))
        draft.flush()
        # On disk before it is used: without the key that digested them, no token is ever recognised again.
        os.fsync(draft.fileno())
        with suppress(FileExistsError):
            os.link(draft.name, path)
    return path.read_text("ascii")
