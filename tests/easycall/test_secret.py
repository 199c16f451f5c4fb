import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from easycall.secret import read_or_make_secret_key

START_AT_ONCE = """
import sys
from pathlib import Path
from easycall.secret import read_or_make_secret_key
sys.stdin.read()
print(read_or_make_secret_key(Path(sys.argv[1])))
"""


def test_key_is_made_once_and_then_read(tmp_path: Path) -> None:
    key = read_or_make_secret_key(tmp_path / "var" / "secret_key")
    assert len(key) >= 64
    assert read_or_make_secret_key(tmp_path / "var" / "secret_key") == key


def test_two_installations_have_two_keys(tmp_path: Path) -> None:
    assert read_or_make_secret_key(tmp_path / "a") != read_or_make_secret_key(tmp_path / "b")


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        read_or_make_secret_key(tmp_path / "var" / "secret_key")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_nothing_else_is_left_behind(tmp_path: Path) -> None:
    read_or_make_secret_key(tmp_path / "secret_key")
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_processes_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    command = [sys.executable, "-c", START_AT_ONCE, str(tmp_path / "var" / "secret_key")]
    started = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(8)]
    for process in started:
        assert process.stdin
        process.stdin.close()
    keys = {process.stdout.read() for process in started if process.stdout}
    assert [process.wait(20) for process in started] == [0] * 8
    assert len(keys) == 1


def test_key_that_another_process_made_meanwhile_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret_key"

    def the_other_one_is_first(length: int) -> str:
        path.write_text("theirs", "ascii")
        return "ours"

    monkeypatch.setattr("secrets.token_urlsafe", the_other_one_is_first)
    assert read_or_make_secret_key(path) == "theirs"
