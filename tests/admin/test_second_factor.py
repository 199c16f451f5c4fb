"""The code of the authenticator app, between the password and the first page."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from io import StringIO
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models.signals import pre_save
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import second_factor
from accounts.models import AuthenticatorApp, User
from accounts.roles import Role
from tests.admin.pages import text_of
from tests.admin.signing_in import HOME, LOGIN, PASSWORD, add_app, browser, digits, enter, is_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

ASK, SET_UP, SECURITY = reverse("second_factor"), reverse("second_factor_set_up"), reverse("admin:security")


@pytest.fixture
def lucia(db: None) -> User:
    return UserFactory(username="lucia", password=PASSWORD, role=Role.SUPPORT)


def test_without_an_app_the_password_is_enough(lucia: User) -> None:
    client = browser()
    enter(client)
    assert is_in(client)


def test_with_an_app_the_password_leads_to_the_second_step_and_nowhere_else(lucia: User) -> None:
    add_app(lucia)
    client = browser()
    enter(client)
    step = client.get(HOME, follow=True)
    assert step.redirect_chain[-1][0].startswith(ASK)
    assert "Second step" in text_of(step)
    for url in (SECURITY, reverse("admin:leads_lead_changelist"), reverse("admin:password_change")):
        assert client.get(url).status_code == 302
    # With the password alone nobody puts another app in its place.
    assert client.get(SET_UP).headers["Location"] == SECURITY
    assert TOTPDevice.objects.filter(user=lucia).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_pages_at_once_show_one_app(lucia: User) -> None:
    both = Barrier(2)

    def wait(instance: AuthenticatorApp, **kwargs: Any) -> None:
        with suppress(BrokenBarrierError):
            both.wait(1)

    def open_page() -> None:
        second_factor.begin(user=lucia)
        connection.close()

    pre_save.connect(wait, sender=AuthenticatorApp)
    try:
        threads = [Thread(target=open_page) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        pre_save.disconnect(wait, sender=AuthenticatorApp)
    assert AuthenticatorApp.objects.filter(user=lucia).count() == 1


def test_the_code_lets_in_and_goes_on_to_the_page_that_was_asked_for(lucia: User) -> None:
    add_app(lucia)
    client = browser()
    enter(client)
    leads = reverse("admin:leads_lead_changelist")
    response = client.post(f"{ASK}?next={leads}", {"code": digits(lucia, later=1)})
    assert response.headers["Location"] == leads
    assert is_in(client)


def test_nobody_is_sent_elsewhere_after_the_code(lucia: User) -> None:
    add_app(lucia)
    client = browser()
    enter(client)
    response = client.post(f"{ASK}?next=https://evil.example/", {"code": digits(lucia, later=1)})
    assert response.headers["Location"] == HOME


def test_the_session_gets_another_name_with_the_code(lucia: User) -> None:
    add_app(lucia)
    client = browser()
    enter(client)
    before = client.session.session_key
    client.post(ASK, {"code": digits(lucia, later=1)})
    assert client.session.session_key != before


def test_a_code_is_good_once(lucia: User) -> None:
    add_app(lucia)
    code = digits(lucia, later=1)
    first, second = browser(), browser()
    for client in (first, second):
        enter(client)
        client.post(ASK, {"code": code})
    assert (is_in(first), is_in(second)) == (True, False)


def test_who_guesses_codes_waits_even_with_the_right_one(lucia: User) -> None:
    add_app(lucia)
    client = browser()
    enter(client)
    for _ in range(3):
        assert "This code is wrong" in text_of(client.post(ASK, {"code": "000000"}))
    client.post(ASK, {"code": digits(lucia, later=1)})
    assert not is_in(client)


def test_a_recovery_code_lets_in_once(lucia: User) -> None:
    codes = add_app(lucia)
    assert len(set(codes)) == 10
    first, second = browser(), browser()
    for client in (first, second):
        enter(client)
        client.post(ASK, {"code": f" {codes[0].upper()} "})
    assert (is_in(first), is_in(second)) == (True, False)
    assert StaticToken.objects.filter(device__user=lucia).count() == 9


def test_who_has_to_have_an_app_sets_it_up_before_the_first_page(lucia: User, admin_client: Client) -> None:
    page = reverse("admin:accounts_user_change", args=[lucia.pk])
    data = {"username": "lucia", "is_active": "on", "role": "support", "second_factor_required": "on"}
    assert admin_client.post(page, data).status_code == 302
    client = browser()
    enter(client)
    shown = client.get(HOME, follow=True)
    assert shown.redirect_chain[-1][0] == SET_UP
    assert "<svg" in shown.content.decode()
    done = client.post(SET_UP, {"code": digits(lucia)})
    codes = re.findall(r"<li><code>(\w+)</code>", done.content.decode())
    assert (len(codes), is_in(client)) == (10, True)
    assert "no-cache" in done["Cache-Control"]


def test_everybody_needs_an_app_where_the_installation_says_so(lucia: User, settings: Any) -> None:
    settings.SECOND_FACTOR_FOR_ALL = True
    client = browser()
    enter(client)
    assert client.get(HOME, follow=True).redirect_chain[-1][0] == SET_UP
    assert client.get(reverse("admin:leads_lead_changelist")).status_code == 302
    client.post(SET_UP, {"code": digits(lucia)})
    assert is_in(client)


def test_the_database_alone_does_not_open_the_door(lucia: User, settings: Any) -> None:
    codes = add_app(lucia)
    device = TOTPDevice.objects.get()
    totp = TOTP(device.bin_key)
    totp.time = timezone.now().timestamp() + 30
    assert second_factor.verify(user=lucia, code=f"{totp.token():06d}") is None
    assert not {*codes} & {*StaticToken.objects.values_list("token", flat=True)}
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        for stored in StaticToken.objects.values_list("token", flat=True)[:1]:
            assert second_factor.verify(user=lucia, code=stored) is None
    settings.SECRET_KEY = "another installation's"
    with time_machine.travel(timezone.now() + timedelta(minutes=10)):
        assert second_factor.verify(user=lucia, code=codes[0]) is None


def test_the_password_alone_changes_no_language(lucia: User) -> None:
    add_app(lucia)
    client = browser()
    enter(client)
    client.post(reverse("set_language"), {"language": "it"})
    assert User.objects.get(pk=lucia.pk).language == ""


def test_the_command_turns_off_the_app_of_the_last_administrator(lucia: User) -> None:
    add_app(lucia)
    call_command("remove_second_factor", "lucia", stdout=StringIO())
    client = browser()
    enter(client)
    assert is_in(client)


@pytest.mark.parametrize("name", ["lucia", "nobody"])
def test_the_command_says_whose_app_is_not_there(lucia: User, name: str) -> None:
    with pytest.raises(CommandError, match="no user of this name with an authenticator app"):
        call_command("remove_second_factor", name)


def test_a_wrong_code_turns_no_app_on(lucia: User) -> None:
    client = browser()
    enter(client)
    client.get(SET_UP)
    assert "This code is wrong" in text_of(client.post(SET_UP, {"code": "000000"}))
    assert User.objects.get(pk=lucia.pk).second_factor_since is None


def _with_code(lucia: User) -> Client:
    client = browser()
    enter(client)
    client.post(ASK, {"code": digits(lucia, later=1)})
    return client


def test_the_app_is_turned_off_with_a_code_only(lucia: User) -> None:
    codes = add_app(lucia)
    client = _with_code(lucia)
    client.post(SECURITY, {"action": "remove", "code": "nonsense"})
    assert TOTPDevice.objects.filter(user=lucia).exists()
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        client.post(SECURITY, {"action": "remove", "code": codes[0]})
    assert not TOTPDevice.objects.filter(user=lucia).exists()
    assert is_in(client)


def test_new_recovery_codes_replace_the_old_ones(lucia: User) -> None:
    old = add_app(lucia)
    client = _with_code(lucia)
    page = client.post(SECURITY, {"action": "codes", "code": old[0]}).content.decode()
    new = re.findall(r"<li><code>(\w+)</code>", page)
    assert (len(new), set(new) & set(old)) == (10, set())
    assert second_factor.verify(user=lucia, code=old[1]) is None


def test_an_administrator_turns_off_the_app_of_a_lost_phone(lucia: User, admin_client: Client) -> None:
    add_app(lucia)
    admin_client.post(reverse("admin:accounts_user_access", args=[lucia.pk]), {"action": "reset"})
    client = browser()
    enter(client)
    assert is_in(client)


@pytest.mark.parametrize("role", [Role.INTEGRATOR, None])
def test_who_does_not_sign_in_sees_no_page_of_the_second_step(
    sign_in: Callable[[User], Client], role: Role | None
) -> None:
    for client in (browser(), sign_in(UserFactory(role=role))):
        assert client.get(ASK).headers["Location"] == LOGIN
        assert client.get(SET_UP).headers["Location"] == LOGIN
