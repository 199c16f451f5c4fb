"""The clock jumps, an hour ahead and an hour back: what was promised for 72 hours is still kept, and the order too."""

from pathlib import Path

import pytest

from tests.soak.history import Request
from tests.soak.installation import Database, running
from tests.soak.senders import Sender

JUMPS = ("+3600", "-3600", "+0")
ORDER = "SELECT nome FROM leads_lead WHERE nome LIKE ? ORDER BY id"


def library() -> str:
    found = sorted(Path("/usr").glob("lib*/**/libfaketimeMT.so.1"))
    if not found:
        pytest.skip(reason="libfaketime is not installed")
    return str(found[0])


@pytest.mark.soak
def test_jumping_clock_shrinks_no_window_and_keeps_the_order(database: Database, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    clock.write_text("+0\n")
    environment = {
        "WORKERS": "1",
        "LD_PRELOAD": library(),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "GUNICORN_CMD_ARGS": "--timeout 0",  # its heartbeat is the time of a file, which the library fakes too
    }
    with running(database, tmp_path, environment=environment) as installation:
        sender = Sender(installation, "clock", with_key=True)
        sent: list[Request] = []
        for jump in JUMPS:
            for request in (*sent, fresh := sender.next_request()):
                sender.send(request)
                assert request.is_acknowledged
            sent.append(fresh)
            clock.write_text(f"{jump}\n")
        for request in sent:
            sender.send(request)
    for request in sent:
        assert {each.reply.body for each in request.attempts if each.reply} == {request.attempts[0].reply.body}
    assert [mark for (mark,) in database.rows(ORDER, "clock-%")] == [request.marks[0] for request in sent]
