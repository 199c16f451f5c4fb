from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.postgres import Cluster, cluster
from tests.soak import amounts
from tests.soak.installation import Database, Installation, copy_of, running, set_up

_FIGURES = pytest.StashKey[list[str]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave what takes minutes to `make soak`."""
    long = [] if amounts.LONG else [item for item in items if item.get_closest_marker("soak")]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session")
def own_cluster() -> Iterator[Cluster]:
    """A PostgreSQL that tests may kill. What is not synchronised stays in memory for ten seconds, so it can be lost."""
    with cluster("wal_writer_delay=10s", "max_connections=60") as running:
        running.execute("CREATE ROLE sender LOGIN", "CREATE DATABASE template_leads OWNER sender")
        yield running


@pytest.fixture(scope="session")
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Database:
    if connection.vendor == "sqlite":
        return set_up(f"sqlite:///{tmp_path_factory.mktemp('prepared')}/leads.sqlite3")
    own = request.getfixturevalue("own_cluster")
    return set_up(own.url("template_leads", "sender"), own)


@pytest.fixture
def database(prepared: Database, tmp_path: Path) -> Database:
    """A database of this test alone, of the kind that the suite runs on."""
    return copy_of(prepared, tmp_path)


@pytest.fixture(scope="session")
def shared(prepared: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One installation as it is shipped, for all tests that leave it in order."""
    folder = tmp_path_factory.mktemp("shared")
    with running(copy_of(prepared, folder), folder) as installation:
        yield installation


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> list[str]:
    """What a test adds here is shown at the end of the run."""
    return request.config.stash.setdefault(_FIGURES, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(_FIGURES, []):
        terminalreporter.write_line(line)
