import os
import shutil
from typing import Any

import pytest

# Headless Chromium asks its maker's hosts at every start; a test talks to the live server and to nobody else.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]


def find_chromium() -> str:
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("No Chromium on the PATH: install it, name it in CHROMIUM, or run with -m 'not browser'.")
    return found


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return browser_type_launch_args | {"executable_path": find_chromium(), "args": ARGUMENTS}


@pytest.fixture(scope="session", autouse=True)
def _async_unsafe() -> None:
    """Playwright keeps an event loop running in the test's thread, where Django then refuses to touch the database.

    Not undone, because the test database is dropped after the last fixture; browser tests are the last to run.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
