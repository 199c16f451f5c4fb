"""A new administrator gets from an empty database to a first lead, with nothing but what the screen says."""

import re
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from leads.models import Lead

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "una-clave-de-prueba-9"
MOST_PAGES = 12

SPANISH = {
    "locale": "es-ES",
    "username": "Nombre de usuario",
    "password": "Contraseña",
    "sign in": "Iniciar sesión",
    "first steps": "Primeros pasos",
    "new user": "Nuevo usuario",
    "add": "Añadir",
    "next": "Ya lo he copiado, ir al paso siguiente",
    "new campaign": "Nueva campaña",
    "name": "Nombre",
    "new question": "Nueva pregunta",
    "key": "Clave",
    "label": "Etiqueta",
    "new mapping": "Nueva Import API",
    "it works": "Funciona: ha llegado el primer lead.",
}
ITALIAN = {
    "locale": "it-IT",
    "username": "Nome utente",
    "password": "Password",
    "sign in": "Accedi",
    "first steps": "Primi passi",
    "new user": "Nuovo utente",
    "add": "Aggiungi",
    "next": "L'ho copiato, vai al passo successivo",
    "new campaign": "Nuova campagna",
    "name": "Nome",
    "new question": "Nuova domanda",
    "key": "Chiave",
    "label": "Etichetta",
    "new mapping": "Nuova Import API",
    "it works": "Funziona: è arrivato il primo lead.",
}


@pytest.fixture(params=[SPANISH, ITALIAN], ids=["es", "it"])
def words(request: pytest.FixtureRequest) -> Mapping[str, str]:
    chosen: Mapping[str, str] = request.param
    return chosen


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    return browser_context_args | {"locale": words["locale"], "viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def administrator(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that there is at first, made as the README says."""
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", username="jefa", email="", interactive=False, verbosity=0)


@pytest.fixture
def loads(page: Page) -> list[str]:
    """The address of every page that was loaded."""
    found: list[str] = []
    page.on("domcontentloaded", lambda loaded: found.append(loaded.url))
    return found


@pytest.fixture
def complaints(page: Page) -> list[str]:
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def done(page: Page, *names: str) -> None:
    """Wait until these steps are green, and no others."""
    expect(page.locator("[data-step].is-done")).to_have_count(len(names))
    for name in names:
        expect(page.locator(f"[data-step={name}].is-done")).to_be_visible()


@pytest.mark.usefixtures("administrator")
def test_new_administrator_gets_to_a_first_lead(
    live_server: LiveServer, page: Page, words: Mapping[str, str], loads: list[str], complaints: list[str]
) -> None:
    def press(name: str) -> None:
        page.get_by_role("link", name=words[name], exact=True).click()

    def add() -> None:
        page.get_by_role("button", name=words["add"], exact=True).click()

    page.goto(f"{live_server.url}/admin/")
    page.get_by_label(words["username"]).fill("jefa")
    page.get_by_label(words["password"]).fill(PASSWORD)
    page.get_by_role("button", name=words["sign in"]).click()
    expect(page.get_by_role("heading", name=words["first steps"])).to_be_visible()
    done(page)

    press("new user")
    page.get_by_label(words["username"]).fill("landing")
    add()
    token = page.locator("#token").inner_text()
    press("next")
    done(page, "user", "token")

    press("new campaign")
    page.get_by_label(words["name"]).fill("Expo 2026")
    add()
    done(page, "user", "token", "campaign")

    press("new question")
    page.get_by_label(words["key"]).fill("tipo_inmueble")
    page.get_by_label(words["label"]).fill("Tipo de inmueble")
    add()
    done(page, "user", "token", "campaign", "questions")

    press("new mapping")
    add()
    done(page, "user", "token", "campaign", "questions", "mapping")

    line = page.locator("#first-line").inner_text()
    assert "expo_2026" in line
    page.evaluate("window.stays = true")
    wrong = re.sub(r'"(telefono_mobile|email)"', r'"\1x"', line)
    subprocess.run(["sh", "-c", wrong.replace("YOUR_TOKEN", token)], check=True, capture_output=True, timeout=20)
    expect(page.locator("[data-request]")).to_contain_text("422", timeout=3_000)

    subprocess.run(["sh", "-c", line.replace("YOUR_TOKEN", token)], check=True, capture_output=True, timeout=20)
    expect(page.get_by_text(words["it works"])).to_be_visible(timeout=3_000)
    done(page, "user", "token", "campaign", "questions", "mapping", "lead")
    assert page.evaluate("window.stays"), "the page was loaded again"

    assert Lead.objects.get().answers.keys() == {"tipo_inmueble"}
    assert len(loads) <= MOST_PAGES, loads
    assert complaints == []
