"""The HTML form of the ready lines, with its program, as a visitor of the integrator's page meets it."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from leads.kit.lines import TOKEN, lines
from leads.models import Lead
from tests.leads.kit.integration import CHOICE, make_integration
from tests.processes import free_port

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def served_by_php(folder: Path) -> Iterator[str]:
    php = shutil.which("php")
    if not php:
        pytest.skip(reason="php is not installed")
    address = f"127.0.0.1:{free_port()}"
    with subprocess.Popen([php, "-S", address, "-t", folder], stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            assert "started" in process.stderr.readline()
            yield f"http://{address}"
        finally:
            process.terminate()


def test_visitor_fills_in_the_form_and_the_lead_is_here(live_server: LiveServer, page: Page, tmp_path: Path) -> None:
    integration = make_integration()
    for line in lines(integration.kit, url=f"{live_server.url}/easycall/spring"):
        if line.file.startswith("form."):
            text = line.text.replace(TOKEN, integration.token)
            (tmp_path / line.file).write_text(text, encoding="utf-8")
    assert integration.token not in (tmp_path / "form.html").read_text(encoding="utf-8")
    with served_by_php(tmp_path) as address:
        page.goto(f"{address}/form.html")
        page.locator("[name=nome]").fill("Íñigo")
        page.locator("[name=telefono_mobile]").fill("600 11 12 22")
        page.locator("[name=barrio]").select_option(CHOICE)
        page.locator("[name=pregunta_yes_no]").select_option("yes")
        page.locator("button").click()
        expect(page.locator("body")).to_have_text("OK")
    lead = Lead.objects.get(mapping=integration.mapping)
    assert (lead.nome, lead.telefono_mobile) == ("Íñigo", "+34600111222")
    assert lead.answers == {"barrio": CHOICE, "pregunta_yes_no": "yes"}
