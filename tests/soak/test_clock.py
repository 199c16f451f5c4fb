"""The clock is set an hour ahead and an hour back: what was promised for 72 hours is kept meanwhile."""

import secrets
from pathlib import Path

import pytest

from tests.soak.history import Request
from tests.soak.installation import Database, Installation, running
from tests.soak.judge import judge
from tests.soak.planted import forgetting_keys
from tests.soak.senders import Sender

HOUR = 3600
WHEN = "SELECT count(DISTINCT substr(CAST(received_at AS text), 1, 13)) FROM leads_submission"


def send_over_jumps(installation: Installation, clock: Path, jumps: list[int]) -> tuple[list[Request], str]:
    """After each jump send a new lead, and every one again that was sent before."""
    sender = Sender(installation, secrets.token_hex(4), with_key=True)
    sent: list[Request] = []
    for jump in jumps:
        clock.write_text(str(jump))
        sent.append(sender.next_request())
        for request in sent:
            sender.send(request)
            assert request.is_acknowledged
    return sent, sender.name


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    (tmp_path / "clock").write_text("0")
    return tmp_path / "clock"


def test_jumping_clock_shrinks_no_window(database: Database, tmp_path: Path, clock: Path) -> None:
    environment = {"SOAK_CLOCK": str(clock), "WORKERS": "1"}
    application = "tests.soak.plants.clock:application"
    with running(database, tmp_path, environment=environment, application=application) as installation:
        sent, name = send_over_jumps(installation, clock, [0, HOUR, -HOUR, 70 * HOUR, 0])
        assert judge(sent, database, name).faults == {}
        assert database.rows(WHEN)[0][0] >= 4, "the clock did not jump"
        with forgetting_keys(database):
            sent, name = send_over_jumps(installation, clock, [0, HOUR])
        assert judge(sent, database, name).doubled
