"""A forgotten password, by an e-mail that a real mail server takes."""

import logging
import re
import time
from collections.abc import Iterator
from email.message import EmailMessage
from queue import Empty, Queue
from typing import Any

import environ
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from django.test import Client
from django.urls import reverse

from accounts.admin import password
from accounts.models import User
from accounts.roles import Role
from accounts.throttle import Throttle
from tests.admin.pages import text_of
from tests.factories import UserFactory
from tests.processes import free_port

pytestmark = pytest.mark.django_db

ASK, LOGIN = reverse("admin_password_reset"), reverse("admin:login")
OLD, NEW = "largo-y-raro-27", "otra-larga-y-rara-31"


class Inbox(Message):
    """What the mail server took, and from whom to whom it was said to be."""

    def __init__(self) -> None:
        super().__init__(EmailMessage)
        self._came: Queue[EmailMessage] = Queue()
        self.seconds = 0.0

    def prepare_message(self, session: Any, envelope: Envelope) -> Any:
        self.recipients = envelope.rcpt_tos
        return super().prepare_message(session, envelope)

    def handle_message(self, message: Any) -> None:
        time.sleep(self.seconds)
        self._came.put(message)

    def next(self) -> EmailMessage:
        """The next message: it comes after the answer of the page. Raises Empty."""
        return self._came.get(timeout=10)

    def is_empty(self) -> bool:
        """Whether nothing came in the time in which something would have."""
        try:
            self._came.get(timeout=1)
        except Empty:
            return True
        return False


def _knows(server: object, session: object, envelope: object, mechanism: str, data: LoginPassword) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"easycall", b"s3cret"))


@pytest.fixture
def inbox(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Inbox]:
    inbox = Inbox()
    server = Controller(
        inbox,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=_knows,
        auth_required=True,
        auth_require_tls=False,
    )
    server.start()
    settings.EMAIL_URL = f"smtp://easycall:s3cret@127.0.0.1:{server.port}"
    for name, value in environ.Env.email_url_config(settings.EMAIL_URL).items():
        setattr(settings, name, value)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "easycall@example.com"
    monkeypatch.setattr(password, "requests", Throttle(5))
    monkeypatch.setattr(password, "mails", Throttle(5))
    yield inbox
    server.stop()


@pytest.fixture
def lucia(db: None) -> User:
    return UserFactory(username="lucia", email="lucia@example.com", password=OLD, role=Role.SUPPORT)


def browser(language: str = "en") -> Client:
    return Client(SERVER_NAME="localhost", headers={"accept-language": language})


def link_in(message: EmailMessage) -> str:
    found = re.search(r"http://localhost(/admin/password-reset/\S+)", str(message.get_payload(decode=True), "utf-8"))
    assert found
    return found[1]


def test_a_link_by_e_mail_leads_to_a_new_password(inbox: Inbox, lucia: User) -> None:
    client = browser()
    assert "/admin/password-reset/" in client.get(LOGIN).content.decode()
    sent = client.post(ASK, {"email": "Lucia@example.com"}, follow=True)
    assert "Look at your e-mail" in text_of(sent)
    message = inbox.next()
    assert (inbox.recipients, message["From"]) == (["lucia@example.com"], "easycall@example.com")
    form = client.get(link_in(message), follow=True)
    data = {"new_password1": NEW, "new_password2": NEW}
    done = client.post(form.redirect_chain[-1][0], data, follow=True)
    assert "The password is changed" in text_of(done)
    assert User.objects.get(pk=lucia.pk).check_password(NEW)
    assert "not good any more" in text_of(browser().get(link_in(message), follow=True))


@pytest.mark.parametrize(("language", "words"), [("es", "contraseña"), ("it", "password"), ("en", "password")])
def test_the_e_mail_is_in_the_language_of_who_asks(inbox: Inbox, lucia: User, language: str, words: str) -> None:
    browser(language).post(ASK, {"email": lucia.email})
    body = str(inbox.next().get_payload(decode=True), "utf-8")
    assert words in body
    assert "lucia" in body


def test_a_new_password_is_as_good_as_any_other(inbox: Inbox, lucia: User) -> None:
    client = browser()
    client.post(ASK, {"email": lucia.email})
    form = client.get(link_in(inbox.next()), follow=True)
    client.post(form.redirect_chain[-1][0], {"new_password1": "short", "new_password2": "short"})
    assert User.objects.get(pk=lucia.pk).check_password(OLD)


def test_a_new_password_ends_the_lock_of_wrong_ones(inbox: Inbox, lucia: User) -> None:
    client = browser()
    for _ in range(5):
        client.post(LOGIN, {"username": "lucia", "password": "wrong"})
    client.post(ASK, {"email": lucia.email})
    form = client.get(link_in(inbox.next()), follow=True)
    client.post(form.redirect_chain[-1][0], {"new_password1": NEW, "new_password2": NEW})
    client.post(LOGIN, {"username": "lucia", "password": NEW})
    assert client.get(reverse("admin:index")).status_code == 200


@pytest.mark.parametrize("email", ["nobody@example.com", "sender@example.com", "gone@example.com"])
def test_nobody_learns_who_has_an_address(inbox: Inbox, lucia: User, email: str) -> None:
    UserFactory(email="sender@example.com", role=Role.INTEGRATOR)
    UserFactory(email="gone@example.com", password=OLD, role=Role.SUPPORT, is_active=False)
    known = browser().post(ASK, {"email": lucia.email})
    unknown = browser().post(ASK, {"email": email})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert inbox.next()["To"] == lucia.email
    assert inbox.is_empty()


def test_a_slow_mail_server_does_not_tell_who_has_an_address(inbox: Inbox, lucia: User) -> None:
    inbox.seconds = 3
    began = time.monotonic()
    browser().post(ASK, {"email": lucia.email})
    assert time.monotonic() - began < 1.5
    assert inbox.next()["To"] == lucia.email


def test_a_user_gets_some_mails_a_minute_whoever_asks(
    inbox: Inbox, lucia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(password, "mails", Throttle(2))
    for number in range(3):
        answer = browser().post(ASK, {"email": lucia.email}, REMOTE_ADDR=f"192.0.2.{number}")
        assert answer.status_code == 302
    assert (inbox.next()["To"], inbox.next()["To"]) == (lucia.email, lucia.email)
    assert inbox.is_empty()


def test_an_address_asks_for_five_a_minute(inbox: Inbox, lucia: User) -> None:
    for _ in range(6):
        last = browser().post(ASK, {"email": lucia.email})
    assert "Wait a minute" in text_of(last)
    assert len([inbox.next() for _ in range(5)]) == 5
    assert inbox.is_empty()


def test_a_mail_server_that_is_down_breaks_no_page(
    inbox: Inbox, lucia: User, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_PORT = free_port()
    with caplog.at_level(logging.ERROR):
        assert browser().post(ASK, {"email": lucia.email}).status_code == 302
        assert inbox.is_empty()
    assert "Failed to send password reset email" in caplog.text
    assert lucia.email not in caplog.text


def test_without_a_mail_server_the_page_says_whom_to_ask(lucia: User) -> None:
    assert "Ask an administrator" in text_of(browser().get(ASK))
