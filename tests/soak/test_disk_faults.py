"""The disk is full, or says that it could not write; and every acknowledgement has been through it."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.postgres import Cluster, programs
from tests.processes import wait_until
from tests.soak.amounts import SERIAL
from tests.soak.installation import READY, Database, Installation, copy_of, running, set_up
from tests.soak.senders import Crowd, post_one

SYNCS = "fsync,fdatasync"

Changes = tuple[Database, Path, dict[str, str]]


@contextmanager
def traced(installation: Installation, output: Path, *options: str) -> Iterator[None]:
    """The workers' synchronisations are written to `output`, or whatever else strace is told."""
    if not shutil.which("strace"):
        pytest.skip(reason="strace is not installed")
    targets = [word for pid in installation.workers() for word in ("-p", str(pid))]
    command = ["strace", "-f", *targets, "-o", str(output), "-e", f"trace={SYNCS}", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        assert process.stderr
        if b"attached" not in (said := process.stderr.readline()):
            pytest.skip(reason=f"strace may not look at processes here: {said!r}")
        time.sleep(1)
        try:
            yield
        finally:
            process.send_signal(signal.SIGINT)


@pytest.mark.soak
@pytest.mark.sqlite
def test_every_acknowledgement_has_been_synchronised(shared: Installation, tmp_path: Path) -> None:
    with traced(shared, tmp_path / "syncs"):
        replies = [post_one(shared)[0] for _ in range(SERIAL)]
    assert {reply.status for reply in replies if reply} == {201}
    assert (tmp_path / "syncs").read_text().count("sync(") >= SERIAL


@pytest.mark.soak
@pytest.mark.sqlite
def test_twin_that_does_not_synchronise_is_found_out(database: Database, tmp_path: Path) -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "tests.soak.plants.asynchronous"}
    with running(database, tmp_path, environment=environment) as installation:
        with traced(installation, tmp_path / "syncs", "-e", f"inject={SYNCS}:error=EIO"):
            replies = [post_one(installation)[0] for _ in range(SERIAL)]
        assert (tmp_path / "syncs").read_text().count("sync(") < SERIAL
        assert 201 in {reply.status for reply in replies if reply}


def syncs(database: Database) -> int:
    number: int = database.rows("SELECT wal_sync FROM pg_stat_wal")[0][0]
    return number


@pytest.mark.postgresql
def test_every_acknowledgement_has_been_synchronised_by_postgresql(shared: Installation) -> None:
    before = syncs(shared.database)
    replies = [post_one(shared)[0] for _ in range(SERIAL)]
    assert {reply.status for reply in replies if reply} == {201}
    wait_until(lambda: syncs(shared.database) - before >= SERIAL, seconds=20, every=1)


@pytest.mark.soak
@pytest.mark.postgresql
def test_twin_that_postgresql_does_not_synchronise_for_is_found_out(database: Database, tmp_path: Path) -> None:
    environment = {"DJANGO_SETTINGS_MODULE": "tests.soak.plants.asynchronous", "ALLOW_UNSAFE_DATABASE": "1"}
    with running(database, tmp_path, environment=environment) as installation:
        before = syncs(database)
        assert {reply.status for reply in [post_one(installation)[0] for _ in range(SERIAL)] if reply} == {201}
        # Backends tell of theirs every minute at the latest, and at their end.
        time.sleep(20)
    assert syncs(database) - before < SERIAL


@pytest.mark.soak
@pytest.mark.sqlite
def test_failing_synchronisation_is_never_acknowledged(
    shared: Installation, tmp_path: Path, figures: list[str]
) -> None:
    with Crowd(shared) as crowd:
        crowd.wait_for(20)
        with traced(shared, tmp_path / "syncs", "-e", f"inject={SYNCS}:error=EIO"):
            replies = [post_one(shared)[0] for _ in range(20)]
        back = crowd.wait_for_full_service()
    figures.append(f"failing synchronisation: full service after {back:.1f} s, {crowd.judge()}")
    assert {reply.status if reply else 0 for reply in replies} == {503}
    assert crowd.judge().faults == {}


def mounted(folder: Path, size: str) -> bool:
    """Whether there is a file system of that size in `folder` now."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", folder]
    return os.geteuid() == 0 and subprocess.run(mount, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 32 MiB."""
    if not mounted(tmp_path, "32m"):
        pytest.skip(reason="only root may mount a small disk, and not on every machine")
    yield tmp_path
    subprocess.run(["umount", "--lazy", tmp_path], check=True)


@contextmanager
def filled(disk: Path, percent: float) -> Iterator[None]:
    """All but so much of the disk is taken by somebody else."""
    free = os.statvfs(disk)
    size = free.f_bavail * free.f_frsize - int(free.f_blocks * free.f_frsize * percent / 100)
    try:
        with suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:  # others fill it at the same time
            for _ in range(size // 4096):
                filler.write(bytes(4096))
        yield
    finally:
        (disk / "filler").unlink()


@pytest.mark.soak
@pytest.mark.sqlite
@pytest.mark.parametrize(("limit", "left"), [("5", 3), ("0", 0)], ids=["nearly", "wholly unguarded"])
def test_full_disk_is_503_until_there_is_room(
    prepared: Database, small_disk: Path, limit: str, left: float, figures: list[str]
) -> None:
    database = copy_of(prepared, small_disk)
    with running(database, small_disk, environment={"DISK_FREE_PERCENT": limit}) as installation:
        with Crowd(installation) as crowd:
            crowd.wait_for(20)
            with filled(small_disk, left):
                time.sleep(2)
                replies = [post_one(installation)[0] for _ in range(10)]
                assert installation.status(READY) == (503 if limit == "5" else 200)
            back = crowd.wait_for_full_service()
        verdict = crowd.judge()
    figures.append(f"disk full at {left} %: full service after {back:.1f} s, {verdict}")
    assert {reply.status if reply else 0 for reply in replies} == {503}
    assert verdict.faults == {}


@pytest.mark.soak
@pytest.mark.sqlite
def test_twin_that_does_not_look_at_the_disk_of_sqlite_is_found_out(prepared: Database, small_disk: Path) -> None:
    database = copy_of(prepared, small_disk)
    with running(database, small_disk, environment={"DISK_FREE_PERCENT": "0"}) as installation, filled(small_disk, 3):
        reply, _ = post_one(installation)
    assert reply
    assert reply.status == 201


@pytest.fixture
def without_room(prepared: Database, small_disk: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Changes]:
    """Where an installation is, and its folder for temporary files, which is full."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    with filled(small_disk, 0):
        yield copy_of(prepared, elsewhere), elsewhere, {"TMPDIR": str(small_disk)}


@pytest.mark.soak
def test_full_folder_for_temporary_files_holds_up_nobody(without_room: Changes) -> None:
    database, folder, environment = without_room
    with running(database, folder, environment=environment) as installation, Crowd(installation) as crowd:
        crowd.wait_for(100)
    assert crowd.judge().faults == {}


@pytest.mark.soak
def test_twin_that_writes_temporary_files_is_found_out(without_room: Changes) -> None:
    database, folder, environment = without_room
    application = "tests.soak.plants.spools:application"
    with running(database, folder, environment=environment, application=application) as installation:
        reply, _ = post_one(installation)
    assert reply
    assert reply.status == 503


@pytest.fixture
def small_cluster() -> Iterator[Cluster]:
    """A PostgreSQL with its data on a file system of 1 GiB, where its user may enter."""
    bin_folder = programs()
    folder = Path(tempfile.mkdtemp(prefix="easycall-postgres-"))
    if not bin_folder or not mounted(folder, "1g"):
        folder.rmdir()
        pytest.skip(reason="needs a PostgreSQL of its own, and root to mount a small disk")
    cluster = Cluster(folder, bin_folder, "max_wal_size=64MB", "min_wal_size=32MB")
    try:
        cluster.start()
        cluster.execute("CREATE ROLE sender LOGIN", "CREATE DATABASE leads OWNER sender")
        yield cluster
    finally:
        cluster.stop(signal.SIGQUIT)
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


@pytest.mark.soak
@pytest.mark.postgresql
def test_twin_that_does_not_look_at_the_disk_is_found_out(small_cluster: Cluster, tmp_path: Path) -> None:
    database = set_up(small_cluster.url("leads", "sender"), small_cluster)
    disk = small_cluster.data.parent
    environment = {"DISK_FOLDERS": str(disk), "DISK_FREE_PERCENT": "0"}
    with running(database, tmp_path, environment=environment) as installation, filled(disk, 4):
        reply, _ = post_one(installation)
    assert reply
    assert reply.status == 201


@pytest.mark.soak
@pytest.mark.postgresql
def test_disk_of_postgresql_is_never_filled_by_leads(
    small_cluster: Cluster, tmp_path: Path, figures: list[str]
) -> None:
    database = set_up(small_cluster.url("leads", "sender"), small_cluster)
    disk = small_cluster.data.parent
    with running(database, tmp_path, environment={"DISK_FOLDERS": str(disk)}) as installation:
        with Crowd(installation) as crowd:
            crowd.wait_for(20)
            with filled(disk, 4):
                time.sleep(2)
                replies = [post_one(installation)[0] for _ in range(10)]
                assert installation.status(READY) == 503
            back = crowd.wait_for_full_service()
        verdict = crowd.judge()
    figures.append(f"disk of PostgreSQL full but for 4 %: full service after {back:.1f} s, {verdict}")
    assert {reply.status if reply else 0 for reply in replies} == {503}
    assert verdict.faults == {}
    assert b"PANIC" not in small_cluster.log.read_bytes()
