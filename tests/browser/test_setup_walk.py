"""An administrator sets up an integration from an empty database, by clicking, and a lead comes in through it."""

import json
import re
import urllib.request
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "una-clave-de-prueba-9"


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {"locale": "es-ES", "viewport": {"width": 1440, "height": 900}}


def send(server: LiveServer, token: str, lead: dict[str, str]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{server.url}/easycall/spring",
        data=json.dumps(lead, ensure_ascii=False).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201
        receipt: dict[str, Any] = json.load(answer)
        return receipt


def test_administrator_sets_up_an_integration_by_clicking(
    live_server: LiveServer, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", username="jefa", email="", interactive=False, verbosity=0)
    _sign_in(page, live_server)
    token = _make_user_with_token(page)
    _make_campaign(page)
    _make_question(page)
    _make_mapping(page)
    receipt = send(
        live_server,
        token,
        {
            "Campaign": "expo_2026",
            "nombre": "Lucía",
            "telefono_movil": "600 11 12 22",
            "tipo_inmueble": "piso",
            "Tipo_Inmueble": "ático",
        },
    )
    assert receipt["stored"]["tipo_inmueble"] == {"question": "tipo_inmueble", "value": "piso"}
    assert receipt["kept_aside"]["Tipo_Inmueble"]["did_you_mean"] == "tipo_inmueble"
    _find_lead(page, receipt["id"])


def _sign_in(page: Page, server: LiveServer) -> None:
    page.goto(f"{server.url}/admin/")
    page.get_by_label("Nombre de usuario").fill("jefa")
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Iniciar sesión").click()
    expect(page.get_by_role("heading", name="Primeros pasos")).to_be_visible()
    for section in ("Usuarios", "Campañas telefónicas", "Base de datos"):
        expect(page.get_by_role("heading", name=section)).to_be_visible()


def _make_user_with_token(page: Page) -> str:
    _open(page, "Usuarios")
    page.get_by_role("link", name="Nuevo usuario").click()
    page.get_by_label("Nombre de usuario").fill("landing")
    page.get_by_label("Crear también su token").uncheck()
    page.get_by_role("button", name="Añadir", exact=True).click()
    expect(page.get_by_role("heading", name="Editar usuario")).to_be_visible()
    page.get_by_role("link", name="Añadir credencial avanzada").click()
    expect(page.get_by_label("Tipo")).to_have_value("token")
    page.get_by_label("Etiqueta").fill("landing mayo")
    page.get_by_role("button", name="Generar token al azar").click()
    token = page.locator("#token").inner_text()
    page.reload()
    expect(page.locator("#token")).to_have_count(0)
    assert token not in page.content()
    expect(page.locator("#credentials tbody tr")).to_have_count(1)
    return token


def _make_campaign(page: Page) -> None:
    _open(page, "Campañas")
    page.get_by_role("link", name="Nueva campaña").click()
    page.get_by_label("Nombre").fill("Expo 2026")
    page.get_by_role("button", name="Añadir", exact=True).click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def _make_question(page: Page) -> None:
    _open(page, "Lista de preguntas")
    page.get_by_role("link", name="Nueva pregunta").click()
    page.get_by_label("Clave").fill("Tipo Inmueble")
    page.get_by_label("Etiqueta").fill("Tipo de inmueble")
    page.get_by_role("button", name="Añadir", exact=True).click()
    expect(page.locator(".errorlist").last).to_contain_text("tipo_inmueble")
    _open(page, "Lista de preguntas")
    page.get_by_role("link", name="Nueva pregunta").click()
    page.get_by_label("Clave").fill("tipo_inmueble")
    page.get_by_label("Etiqueta").fill("Tipo de inmueble")
    page.get_by_role("button", name="Añadir", exact=True).click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def _make_mapping(page: Page) -> None:
    _fill_mapping(page, "expo 2026")
    page.get_by_role("button", name="Añadir", exact=True).click()
    expect(page.locator(".errorlist").last).to_contain_text("expo_2026")
    _fill_mapping(page, "expo_2026")
    page.get_by_role("button", name="Añadir", exact=True).click()
    expect(page.locator(".messagelist .success")).to_be_visible()


def _fill_mapping(page: Page, code: str) -> None:
    _open(page, "Import API")
    page.get_by_role("link", name="Nueva Import API").click()
    page.get_by_label("Usuario").select_option(label="landing")
    page.get_by_label("Código externo de campaña").fill(code)
    page.get_by_label("Campaña de destino").select_option(label="Expo 2026")


def _find_lead(page: Page, lead_id: str) -> None:
    _open(page, "Leads")
    page.locator("#searchbar").fill("0034-600.111.222")
    page.locator("#searchbar").press("Enter")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    page.locator("#result_list tbody tr a").first.click()
    expect(page).to_have_url(re.compile(lead_id))
    main = page.locator("#content")
    for text in ("Lucía", "600 11 12 22", "+34600111222", "ático"):
        expect(main.get_by_text(text).first).to_be_visible()
    _open(page, "Envíos recibidos")
    page.locator("#result_list tbody tr a").first.click()


def _open(page: Page, row: str) -> None:
    page.locator("#nav-sidebar").get_by_role("link", name=row, exact=True).click()
