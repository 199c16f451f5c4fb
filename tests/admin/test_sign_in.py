"""Signing in: who is locked out, and how sessions end."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.sign_in import client_of
from tests.admin.pages import text_of
from tests.admin.signing_in import HOME, LOGIN, PASSWORD, browser, enter, is_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

SECURITY = reverse("admin:security")


@pytest.fixture
def lucia(db: None) -> User:
    return UserFactory(username="lucia", password=PASSWORD, role=Role.SUPPORT)


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


def test_an_address_that_goes_through_many_names_is_locked(lucia: User, settings: Any) -> None:
    settings.WRONG_PASSWORDS_PER_ADDRESS = 6
    guesser = browser("198.51.100.9")
    answers = [enter(guesser, "Verano2026!!", f"name{number}").status_code for number in range(6)]
    locked = enter(guesser)
    assert (answers, locked.status_code) == ([200] * 6, 429)
    assert "Nobody can sign in from it" in text_of(locked)
    elsewhere = browser()
    enter(elsewhere)
    assert is_in(elsewhere)


def test_an_address_is_let_in_again_after_a_quarter_of_an_hour(lucia: User, settings: Any) -> None:
    settings.WRONG_PASSWORDS_PER_ADDRESS = 2
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(2):
            enter(browser(), "wrong", f"name{number}")
        assert enter(browser()).status_code == 429
        clock.shift(timedelta(minutes=16))
        client = browser()
        enter(client)
        assert is_in(client)


def test_name_longer_than_any_is_wrong_and_counts_like_any_other(lucia: User, settings: Any) -> None:
    settings.WRONG_PASSWORDS_PER_ADDRESS = 7
    guesser = browser("198.51.100.9")
    answers = [enter(guesser, "wrong", "x" * length).status_code for length in (255, 256, 20_000, 20_000, 20_000)]
    assert answers == [200, 200, 200, 200, 429]
    assert enter(guesser, "wrong", "another").status_code == 200
    assert enter(guesser, "wrong", "a third").status_code == 200
    assert "Nobody can sign in from it" in text_of(enter(guesser))


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


def test_an_address_is_counted_by_its_network() -> None:
    request = Client().get(LOGIN).wsgi_request
    for address, counted in (("192.0.2.1", "192.0.2.1"), ("2001:db8::7", "2001:db8::"), ("fe80::1%eth0", "fe80::")):
        request.META["REMOTE_ADDR"] = address
        assert client_of(request) == counted
