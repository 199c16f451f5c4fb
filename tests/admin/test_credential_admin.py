import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.staticfiles import finders
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import tokens
from accounts.models import Credential, User
from tests.admin.pages import errors_of, grows, text_of
from tests.factories import CredentialFactory, UserFactory

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]


@pytest.fixture
def user() -> User:
    return UserFactory(username="landing")


def page_of(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


def add_page_of(user: User) -> str:
    return reverse("admin:accounts_credential_add", args=[user.pk])


def revoke_page_of(credential: Credential) -> str:
    return reverse("admin:accounts_credential_revoke", args=[credential.user_id, credential.pk])


def filled_in(client: Client, user: User, **fields: str) -> dict[str, str]:
    """What the form sends, with the key that it was shown with."""
    key = client.get(add_page_of(user)).context["form"]["key"].value()
    return {"type": "token", "label": "", "expires_on": "", "networks": "", "scopes": "intake", "key": key, **fields}


def add(client: Client, user: User, **fields: str) -> HttpResponse:
    return client.post(add_page_of(user), filled_in(client, user, **fields))


def token_in(response: HttpResponse) -> str:
    found = re.search(tokens.PATTERN, response.content.decode())
    assert found
    return found.group()


def everything_stored() -> str:
    """Every column of every table, as text."""
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True)]
    with connection.cursor() as cursor:
        rows = []
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += cursor.fetchall()
    return repr(rows)


def test_a_token_is_shown_when_it_is_made_and_it_is_the_right_one(admin_client: Client, user: User) -> None:
    response = add(admin_client, user, label="web")

    credential = user.credentials.get()
    token = tokens.parse(token_in(response))
    assert token
    assert token.key == credential.key
    assert tokens.verify(token, credential.digest, peppers=settings.TOKEN_PEPPERS)
    assert (credential.label, credential.networks, credential.expires_at) == ("web", [], None)


def test_the_page_with_the_token_says_that_it_will_not_come_again(admin_client: Client, user: User) -> None:
    response = add(admin_client, user)

    assert "it won't be shown again" in text_of(response)
    assert "no-store" in response.headers["Cache-Control"]
    assert "Location" not in response.headers


def test_the_page_with_the_token_copies_it_with_a_script_of_its_own(admin_client: Client, user: User) -> None:
    page = add(admin_client, user).content.decode()

    assert 'data-copy="token"' in page
    assert "accounts/copy.js" in page
    assert finders.find("accounts/copy.js")
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"\son\w+=", page)


def test_a_token_knows_who_made_it_and_the_history_of_the_user_too(
    admin_client: Client, admin: User, user: User
) -> None:
    add(admin_client, user)

    credential, entry = user.credentials.get(), LogEntry.objects.get()
    assert credential.created_by == admin
    assert (entry.user, entry.object_id) == (admin, str(user.pk))
    assert str(credential) in entry.get_change_message()
    assert credential.prefix in text_of(admin_client.get(reverse("admin:accounts_user_history", args=[user.pk])))


def test_a_token_is_nowhere_in_the_database(admin_client: Client, user: User) -> None:
    secret = token_in(add(admin_client, user, label="web")).split("_")[2]

    stored = everything_stored()
    assert user.credentials.get().digest in stored
    assert secret not in stored


def test_a_token_is_in_no_log(admin_client: Client, user: User, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)

    secret = token_in(add(admin_client, user)).split("_")[2]

    assert secret not in caplog.text


def test_a_token_is_in_no_later_page_nor_in_the_session(admin_client: Client, user: User) -> None:
    secret = token_in(add(admin_client, user)).split("_")[2]

    pages = [page_of(user), add_page_of(user), "/admin/", reverse("admin:accounts_user_history", args=[user.pk])]
    assert not [page for page in pages if secret in admin_client.get(page).content.decode()]
    assert secret not in repr(dict(admin_client.session.items()))
    assert secret not in repr(admin_client.cookies)


def test_a_page_sent_again_makes_no_second_token(admin_client: Client, user: User) -> None:
    data = filled_in(admin_client, user)
    admin_client.post(add_page_of(user), data)

    again = admin_client.post(add_page_of(user), data, follow=True)

    assert again.redirect_chain == [(page_of(user), 302)]
    assert "This token was shown already" in text_of(again)
    assert "revoke it and add another one" in text_of(again)
    assert user.credentials.count() == LogEntry.objects.count() == 1


def test_two_pages_make_two_tokens(admin_client: Client, user: User) -> None:
    first, second = filled_in(admin_client, user), filled_in(admin_client, user)

    made = {token_in(admin_client.post(add_page_of(user), data)) for data in (first, second)}

    assert len(made) == 2


def test_a_mistake_makes_no_token_and_spoils_no_page(admin_client: Client, user: User) -> None:
    data = filled_in(admin_client, user, networks="hola")

    refused = admin_client.post(add_page_of(user), data)
    mended = admin_client.post(add_page_of(user), data | {"networks": "203.0.113.7"})

    assert len(errors_of(refused)) == 1
    assert token_in(mended)
    assert user.credentials.get().networks == ["203.0.113.7"]


def test_the_last_day_counts_to_its_end_in_the_time_of_the_installation(admin_client: Client, user: User) -> None:
    today = timezone.localdate()

    add(admin_client, user, expires_on=today.isoformat())

    expiry = timezone.localtime(user.credentials.get().expires_at)
    assert expiry.date() == today
    assert expiry + timedelta(microseconds=1) == timezone.localtime(expiry).replace(
        hour=0, minute=0, second=0, microsecond=0
    ) + timedelta(days=1)


@pytest.mark.parametrize(("day", "words"), [("2020-01-01", "This day is over"), ("9999-12-31", "within ten years")])
def test_a_last_day_out_of_reach_is_refused(admin_client: Client, user: User, day: str, words: str) -> None:
    response = add(admin_client, user, expires_on=day)

    assert words in errors_of(response)[0]
    assert not user.credentials.exists()


@pytest.mark.parametrize("field", [{"type": "email"}, {"key": "short"}, {"key": ""}, {"label": "x" * 101}])
def test_what_the_form_does_not_offer_is_refused(admin_client: Client, user: User, field: dict[str, str]) -> None:
    response = add(admin_client, user, **field)

    assert len(errors_of(response)) == 1
    assert not user.credentials.exists()


def test_the_page_of_the_user_lists_its_credentials_without_their_secrets(admin_client: Client, user: User) -> None:
    live = CredentialFactory(user=user, label="web", networks=["203.0.113.7"])
    states = {
        "expired": CredentialFactory(user=user, expired=True),
        "revoked": CredentialFactory(user=user, revoked=True),
    }

    page = admin_client.get(page_of(user))

    words = text_of(page)
    assert f"{live.prefix}… web live" in words
    assert "203.0.113.7" in words
    assert all(f"{credential.prefix}… – {state}" in words for state, credential in states.items())
    assert not [c for c in Credential.objects.all() if c.digest in page.content.decode()]


def test_the_page_of_the_user_needs_the_same_queries_for_one_credential_and_for_thirty(
    admin_client: Client, admin: User, user: User
) -> None:
    CredentialFactory(user=user, created_by=admin)

    assert not grows(
        admin_client, page_of(user), lambda: CredentialFactory.create_batch(30, user=user, created_by=admin)
    )


def test_revoking_asks_first(admin_client: Client, user: User) -> None:
    credential = CredentialFactory(user=user, label="web")

    page = admin_client.get(revoke_page_of(credential))

    assert str(credential) in text_of(page)
    assert "Yes, revoke it" in page.content.decode()
    credential.refresh_from_db()
    assert credential.revoked_at is None


def test_revoking_closes_the_token_and_is_in_the_history(admin_client: Client, admin: User, user: User) -> None:
    credential = CredentialFactory(user=user)

    response = admin_client.post(revoke_page_of(credential), follow=True)

    credential.refresh_from_db()
    assert not credential.is_live()
    assert credential.revoked_by == admin
    assert f"{credential.prefix}… is revoked" in text_of(response)
    assert str(credential) in LogEntry.objects.get(user=admin, object_id=str(user.pk)).get_change_message()


def test_what_is_revoked_is_not_revoked_again(admin_client: Client, user: User) -> None:
    credential = CredentialFactory(user=user, revoked=True)

    assert admin_client.get(revoke_page_of(credential)).status_code == 302
    assert admin_client.post(revoke_page_of(credential)).status_code == 302
    assert not LogEntry.objects.exists()


def test_a_credential_is_found_under_its_own_user_only(admin_client: Client, user: User) -> None:
    other = CredentialFactory()

    url = reverse("admin:accounts_credential_revoke", args=[user.pk, other.pk])

    assert admin_client.post(url).status_code == 404
    assert admin_client.get(reverse("admin:accounts_credential_add", args=[10**6])).status_code == 404


@pytest.mark.parametrize("permissions", [["accounts.view_user"], ["accounts.view_user", "accounts.view_credential"]])
def test_who_may_only_look_gets_no_button_and_no_page(sign_in: SignIn, user: User, permissions: list[str]) -> None:
    client, credential = sign_in(UserFactory(staff=True, permissions=permissions)), CredentialFactory(user=user)

    page = client.get(page_of(user)).content.decode()

    assert add_page_of(user) not in page
    assert revoke_page_of(credential) not in page
    assert (credential.prefix in page) is (len(permissions) == 2)
    for url in (add_page_of(user), revoke_page_of(credential)):
        assert client.get(url).status_code == client.post(url, {}).status_code == 403
    assert Credential.objects.live().get() == credential


def test_a_permission_for_credentials_alone_opens_no_page_of_a_user(sign_in: SignIn, user: User) -> None:
    client = sign_in(UserFactory(staff=True, permissions=["accounts.add_credential", "accounts.change_credential"]))

    assert client.get(add_page_of(user)).status_code == 403
    assert client.post(revoke_page_of(CredentialFactory(user=user))).status_code == 403


def test_who_may_add_and_revoke_does_so(sign_in: SignIn, user: User) -> None:
    permissions = ["accounts.view_user", "accounts.add_credential", "accounts.change_credential"]
    client = sign_in(UserFactory(staff=True, permissions=permissions))

    assert token_in(add(client, user))
    client.post(revoke_page_of(user.credentials.get()))

    assert not user.credentials.live().exists()


def test_a_page_of_another_site_can_not_make_or_revoke_a_token(admin: User, user: User) -> None:
    client, credential = Client(enforce_csrf_checks=True), CredentialFactory(user=user)
    client.force_login(admin)

    for url in (add_page_of(user), revoke_page_of(credential)):
        assert client.post(url, {"type": "token", "key": tokens.new_key()}).status_code == 403
    assert Credential.objects.live().get() == credential
