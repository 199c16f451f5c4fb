"""Each ready line is run as it is copied, with nothing but the token put in, against a server."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from leads.kit.lines import TOKEN, Line, lines
from leads.models import Lead
from tests.leads.kit.integration import CHOICE, Integration, answers_in, make_integration

pytestmark = pytest.mark.django_db(transaction=True)


def program(name: str) -> str:
    path = shutil.which(name)
    if not path:
        pytest.skip(reason=f"{name} is not installed")
    return path


def run(line: Line, token: str, folder: Path) -> str:
    text = line.text.replace(TOKEN, token)
    if line.file:
        (folder / line.file).write_text(text, encoding="utf-8")
    name, *arguments = line.run.split() or ["sh", "-c", text]
    command = [sys.executable if name == "python3" else program(name), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=True).stdout


def line_of(name: str, integration: Integration, server: LiveServer) -> Line:
    [line] = [each for each in lines(integration.kit, url=f"{server.url}/easycall/spring") if each.name == name]
    return line


@pytest.mark.parametrize("name", ["curl", "PHP", "JavaScript", "Python"])
def test_line_sends_a_lead_that_is_stored_as_it_is_written(name: str, live_server: LiveServer, tmp_path: Path) -> None:
    if name == "curl":
        program("curl")
    integration = make_integration()
    receipt = answers_in(run(line_of(name, integration, live_server), integration.token, tmp_path))
    assert (receipt["status"], receipt["warnings"], receipt["kept_aside"]) == ("created", [], {})
    [lead] = Lead.objects.filter(mapping=integration.mapping)
    assert (lead.nome, lead.answers["barrio"]) == ("Lucía", CHOICE)


@pytest.mark.parametrize("name", ["curl", "PHP", "JavaScript", "Python"])
def test_line_prints_the_problem(name: str, live_server: LiveServer, tmp_path: Path) -> None:
    if name == "curl":
        program("curl")
    problem = answers_in(run(line_of(name, make_integration(), live_server), "ec_wrong", tmp_path))
    assert problem["type"] == "/problems/invalid-token"


def test_lines_hold_no_token() -> None:
    integration = make_integration()
    for line in lines(integration.kit, url="http://localhost/easycall/spring"):
        assert integration.token not in line.text
        assert (TOKEN in line.text) == (line.file != "form.html")
