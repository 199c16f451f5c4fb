"""Somebody adds an authenticator app, signs out, and signs in with its code: in Spanish, looked at with axe."""

import base64
import re
import time
from typing import Any

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.roles import Role
from tests.browser.axe import faults
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "largo-y-raro-27"
TOP, BOTTOM = "getBoundingClientRect().top", "getBoundingClientRect().bottom"
BELOW_THE_SWITCHES = f"document.querySelector('main').{TOP} >= document.querySelector('header').{BOTTOM}"


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return browser_context_args | {"locale": "es-ES", "reduced_motion": "reduce", "color_scheme": "light"}


def app_shows(key: str, *, later: int = 0) -> str:
    """The six digits, so many steps of half a minute from now; a code is good once."""
    app = TOTP(base64.b32decode(key.replace(" ", "")))
    app.time = time.time() + later * 30
    return f"{app.token():06d}"


def _sign_in(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/admin/login/")
    page.get_by_label("Nombre de usuario").fill("lucia")
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Iniciar sesión").click()


def _confirm(page: Page, code: str, button: str) -> None:
    page.get_by_label("Código").fill(code)
    page.get_by_role("button", name=button).click()


def test_app_is_added_and_asked_for_at_the_next_sign_in(live_server: LiveServer, page: Page) -> None:
    UserFactory(username="lucia", password=PASSWORD, role=Role.SUPPORT)
    found = []
    _sign_in(page, live_server)
    page.get_by_role("link", name="Acceso y seguridad").click()
    page.get_by_role("link", name="Añadir una aplicación de autenticación").click()
    expect(page.locator("#qr svg")).to_be_visible()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 720})
        assert page.evaluate(BELOW_THE_SWITCHES)
    key = page.locator("#key").inner_text()
    _confirm(page, "no-es", "Activar")
    expect(page.get_by_text("El código es incorrecto")).to_be_visible()
    found += faults(page, "set up")
    # After a wrong one the next is taken when a second has gone by.
    page.wait_for_timeout(1_100)

    _confirm(page, app_shows(key), "Activar")
    expect(page.locator("#codes li")).to_have_count(10)
    recovery = page.locator("#codes li").first.inner_text()
    found += faults(page, "codes")
    page.get_by_role("link", name="Ya los he apuntado").click()
    expect(page).to_have_url(re.compile("/admin/$"))
    page.goto(f"{live_server.url}/admin/security/")
    found += faults(page, "security")

    page.locator("#user-menu").click()
    page.get_by_role("button", name="Cerrar sesión", exact=True).click()
    _sign_in(page, live_server)
    expect(page.get_by_role("heading", name="Segundo paso")).to_be_visible()
    found += faults(page, "asked")
    page.goto(f"{live_server.url}/admin/leads/lead/")
    expect(page.get_by_role("heading", name="Segundo paso")).to_be_visible()
    _confirm(page, app_shows(key, later=1), "Iniciar sesión")
    expect(page).to_have_url(re.compile("/admin/leads/lead/$"))

    page.context.clear_cookies()
    _sign_in(page, live_server)
    _confirm(page, recovery, "Iniciar sesión")
    expect(page.locator("#user-menu")).to_be_visible()
    assert not found, "\n".join(found)
