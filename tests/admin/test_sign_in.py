"""Signing in: who is locked out, how sessions end, and the code of the authenticator app."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import second_factor
from accounts.models import User
from accounts.roles import Role
from accounts.sign_in import client_of
from tests.admin.pages import text_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

LOGIN, HOME = reverse("admin:login"), reverse("admin:index")
ASK, SET_UP, SECURITY = reverse("second_factor"), reverse("second_factor_set_up"), reverse("admin:security")
PASSWORD = "largo-y-raro-27"


@pytest.fixture
def lucia(db: None) -> User:
    return UserFactory(username="lucia", password=PASSWORD, role=Role.SUPPORT)


def browser(address: str = "192.0.2.1") -> Client:
    return Client(REMOTE_ADDR=address, headers={"accept-language": "en"})


def enter(client: Client, password: str = PASSWORD, username: str = "lucia") -> HttpResponse:
    return client.post(LOGIN, {"username": username, "password": password})


def is_in(client: Client) -> bool:
    return client.get(HOME).status_code == 200


def digits(user: User, *, later: int = 0) -> str:
    """What the app of `user` shows, so many steps of half a minute from now."""
    device = TOTPDevice.objects.get(user=user)
    totp = TOTP(device.bin_key)
    totp.time = timezone.now().timestamp() + later * 30
    return f"{totp.token():06d}"


def add_app(user: User) -> list[str]:
    """Turn the second factor on. Returns the recovery codes."""
    second_factor.begin(user=user)
    confirmed = second_factor.confirm(user=user, code=digits(user))
    assert confirmed
    return confirmed[1]


def test_five_wrong_passwords_lock_the_name_out_from_this_address(lucia: User) -> None:
    client = browser()
    answers = [enter(client, "wrong").status_code for _ in range(5)]
    locked = enter(client)
    assert (answers, locked.status_code) == ([200] * 4 + [429], 429)
    assert int(locked["Retry-After"]) == 900
    assert not is_in(client)


def test_who_guesses_does_not_lock_the_owner_out_at_another_address(lucia: User) -> None:
    attacker = browser("198.51.100.9")
    for _ in range(8):
        enter(attacker, "wrong")
    owner = browser()
    enter(owner)
    assert is_in(owner)
    assert enter(attacker).status_code == 429


def test_other_names_are_not_locked_at_the_address(lucia: User) -> None:
    UserFactory(username="mario", password=PASSWORD, role=Role.OPERATOR)
    for _ in range(6):
        enter(browser(), "wrong")
    colleague = browser()
    enter(colleague, username="mario")
    assert is_in(colleague)


def test_addresses_of_one_ipv6_network_are_one(lucia: User) -> None:
    for number in range(5):
        enter(browser(f"2001:db8::{number + 1}"), "wrong")
    assert enter(browser("2001:db8::ffff")).status_code == 429
    other = browser("2001:db8:0:1::1")
    enter(other)
    assert is_in(other)


def test_the_lock_is_over_after_a_quarter_of_an_hour(lucia: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(5):
            enter(browser(), "wrong")
        clock.shift(timedelta(minutes=14))
        assert enter(browser()).status_code == 429
        clock.shift(timedelta(minutes=2))
        client = browser()
        enter(client)
        assert is_in(client)


def test_a_session_ends_when_nobody_asks_for_a_page(lucia: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = browser()
        enter(client)
        for _ in range(3):
            clock.shift(timedelta(minutes=100))
            assert is_in(client)
        clock.shift(timedelta(minutes=121))
        assert not is_in(client)
        assert SESSION_KEY not in client.session


def test_a_session_ends_after_twelve_hours_at_work(lucia: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = browser()
        cookie = enter(client).cookies["sessionid"]
        assert cookie["max-age"] == 12 * 3600
        for _ in range(8):
            clock.shift(timedelta(minutes=100))
            client.get(HOME)
        assert not is_in(client)


def test_signing_out_everywhere_ends_the_sessions_of_all_machines(lucia: User) -> None:
    here, there = browser(), browser("198.51.100.9")
    enter(here)
    enter(there)
    assert here.post(SECURITY, {"action": "sign_out"}).headers["Location"] == LOGIN
    assert not is_in(here)
    assert not is_in(there)
    enter(here)
    assert is_in(here)


def test_an_administrator_signs_somebody_out(lucia: User, admin_client: Client) -> None:
    client = browser()
    enter(client)
    admin_client.post(reverse("admin:accounts_user_access", args=[lucia.pk]), {"action": "sign_out"})
    assert not is_in(client)
    assert "Signed out everywhere." in text_of(
        admin_client.get(reverse("admin:accounts_user_history", args=[lucia.pk]))
    )


def test_a_new_password_ends_every_session(lucia: User) -> None:
    client = browser()
    enter(client)
    lucia.set_password("otra-larga-y-rara-31")
    lucia.save()
    assert not is_in(client)


@pytest.mark.parametrize("password", ["short-1a", "123456789012", "contraseña"])
def test_weak_passwords_are_refused(lucia: User, password: str) -> None:
    client = browser()
    enter(client)
    data = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    response = client.post(reverse("admin:password_change"), data)
    assert response.status_code == 200
    assert User.objects.get(pk=lucia.pk).check_password(PASSWORD)


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


def test_an_address_is_counted_by_its_network() -> None:
    request = Client().get(LOGIN).wsgi_request
    for address, counted in (("192.0.2.1", "192.0.2.1"), ("2001:db8::7", "2001:db8::"), ("fe80::1%eth0", "fe80::")):
        request.META["REMOTE_ADDR"] = address
        assert client_of(request) == counted
