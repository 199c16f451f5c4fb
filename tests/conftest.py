import os
from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import settings
from pytest_django import DjangoDbBlocker

from tests.intake.world import World, make_world

# The same examples every time, however slow the machine is: a failure is one that can be seen again.
settings.register_profile("suite", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("suite")

BROWSER_TESTS = Path(__file__).parent / "browser"


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: many a test waits, until a server has started or a page is quiet."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 1


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    _leave_out_other_databases(config, items)
    for item in filter(_is_browser_test, items):
        item.add_marker("browser")
    yield
    # Last, because Playwright leaves an event loop behind in which Django refuses the database to other tests.
    # The pictures take the longest of all: nothing is left to do beside them when they begin at the end.
    items.sort(key=lambda item: (_is_browser_test(item), "pictures" not in item.path.parts))


def _is_browser_test(item: pytest.Item) -> bool:
    return BROWSER_TESTS in item.path.parents


def _leave_out_other_databases(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect, rather than skip, what is about another database: nothing is missing here."""
    others = {"sqlite", "postgresql"} - {connection.vendor}
    elsewhere = [item for item in items if any(item.get_closest_marker(vendor) for vendor in others)]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [item for item in items if item not in elsewhere]


@pytest.fixture(scope="session", autouse=True)
def _emptied_by_rows() -> None:
    """TRUNCATE makes new files for forty tables and their indexes, and takes longer than most of the tests."""

    def sql_flush(style: object, tables: Sequence[str], **_: object) -> list[str]:
        return [f"DELETE FROM {connection.ops.quote_name(table)}" for table in tables]

    if connection.vendor == "postgresql":
        connection.ops.sql_flush = sql_flush


@pytest.fixture(scope="module")
def made_world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Made once for all tests of a module, each of which leaves it as it was. Transactional ones can't share it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(made_world: World, db: None) -> World:
    return deepcopy(made_world)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A test that can't run is a failure where everything that it needs is at hand."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
