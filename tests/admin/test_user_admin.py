from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from tests.admin.pages import errors_of, grows, text_of
from tests.factories import CredentialFactory, UserFactory

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]

LIST = reverse("admin:accounts_user_changelist")
ADD = reverse("admin:accounts_user_add")
PASSWORD = {"password1": "largo-y-raro-27", "password2": "largo-y-raro-27"}


def page_of(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


def data_of(user: User, **changes: object) -> dict[str, object]:
    """What the page of `user` sends when nothing is changed, with `changes`; None = unticked."""
    data = {
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "role": user.role or "",
        **{name: "on" for name in ("is_active", "second_factor_required") if getattr(user, name)},
        **changes,
    }
    return {name: value for name, value in data.items() if value is not None}


def test_a_permission_that_there_can_not_be_is_not_given(admin_client: Client) -> None:
    user = UserFactory(staff=True)
    assert errors_of(admin_client.post(page_of(user), data_of(user, user_permissions=[10**30])))


def test_a_new_technical_account_has_no_password_and_no_way_in(admin_client: Client) -> None:
    response = admin_client.post(ADD, {"username": "landing", "usable_password": "false"})

    user = User.objects.get(username="landing")
    assert response.headers["Location"] == page_of(user)
    assert not user.has_usable_password()
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)


def test_a_new_person_signs_in_with_a_password_and_does_what_the_role_may(admin_client: Client) -> None:
    admin_client.post(ADD, {"username": "lucia", "usable_password": "true", "role": "support", **PASSWORD})

    user = User.objects.get(username="lucia")
    assert user.check_password(PASSWORD["password1"])
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, True, False)
    assert user.role is Role.SUPPORT
    assert "Support" in text_of(admin_client.get(LIST))


def test_a_new_person_needs_a_role(admin_client: Client) -> None:
    response = admin_client.post(ADD, {"username": "lucia", "usable_password": "true", **PASSWORD})

    assert errors_of(response) == ["Choose what this person is here for."]
    assert not User.objects.filter(username="lucia").exists()


def test_a_role_is_changed_on_the_page_and_the_old_one_is_gone(admin_client: Client) -> None:
    user = UserFactory(role=Role.SUPPORT)

    admin_client.post(page_of(user), data_of(user, role="operator"))
    assert User.objects.get(pk=user.pk).role is Role.OPERATOR
    admin_client.post(page_of(user), data_of(user, role="integrator"))

    user = User.objects.get(pk=user.pk)
    assert (user.role, user.is_staff) == (Role.INTEGRATOR, False)


def test_who_has_only_permissions_of_its_own_stays_without_a_role(admin_client: Client) -> None:
    user = UserFactory(staff=True, permissions=["campaigns.view_campaign"])

    admin_client.post(page_of(user), data_of(user, email="a@example.com"))

    user = User.objects.get(pk=user.pk)
    assert (user.email, user.role, user.is_staff) == ("a@example.com", None, True)


def test_an_administrator_by_role_lets_people_in(sign_in: SignIn) -> None:
    client = sign_in(UserFactory(role=Role.ADMINISTRATOR))

    client.post(ADD, {"username": "lucia", "usable_password": "true", "role": "operator", **PASSWORD})

    assert User.objects.get(username="lucia").role is Role.OPERATOR


def test_the_page_of_the_roles_says_what_each_may(admin_client: Client, sign_in: SignIn) -> None:
    words = text_of(admin_client.get(reverse("admin:roles")))
    assert "let in, and give roles" in words
    assert "its own submissions and their receipts" in words
    assert sign_in(UserFactory(role=Role.OPERATOR)).get(reverse("admin:roles")).status_code == 403


def test_a_new_person_needs_a_password(admin_client: Client) -> None:
    response = admin_client.post(ADD, {"username": "lucia", "usable_password": "true", "role": "support"})

    assert len(errors_of(response)) == 2
    assert not User.objects.filter(username="lucia").exists()


def test_the_name_of_another_user_is_refused_in_any_letter_case(admin_client: Client) -> None:
    UserFactory(username="landing")

    response = admin_client.post(ADD, {"username": "Landing", "usable_password": "false"})

    assert errors_of(response) == ["A user with that username already exists."]


def test_the_pages_have_their_titles_and_the_list_its_button(admin_client: Client) -> None:
    user = UserFactory()

    assert "New user" in text_of(admin_client.get(LIST))
    assert admin_client.get(ADD).context["title"] == "New user"
    assert admin_client.get(page_of(user)).context["title"] == "Edit user"


def test_the_page_of_a_user_offers_a_credential_to_add(admin_client: Client) -> None:
    user = UserFactory()

    page = admin_client.get(page_of(user))

    assert reverse("admin:accounts_credential_add", args=[user.pk]) in page.content.decode()
    assert "Add advanced credential" in text_of(page)


def test_a_user_is_made_inactive_on_its_page(admin_client: Client) -> None:
    user = CredentialFactory().user

    admin_client.post(page_of(user), data_of(user, is_active=None))

    user.refresh_from_db()
    assert not user.is_active
    assert not user.credentials.live().exists()


def test_nobody_deletes_a_user(admin_client: Client) -> None:
    user = UserFactory()

    response = admin_client.post(reverse("admin:accounts_user_delete", args=[user.pk]), {"post": "yes"})

    assert response.status_code == 403
    assert "deletelink" not in admin_client.get(page_of(user)).content.decode()


def test_the_page_of_a_person_shows_nothing_of_the_password(admin_client: Client) -> None:
    user = UserFactory(staff=True, password="largo-y-raro-27")

    page = admin_client.get(page_of(user)).content.decode()

    assert "There is a password." in page
    assert not [part for part in user.password.split("$") if len(part) > 5 and part[:6] in page]


def test_only_permissions_that_open_something_are_offered(admin_client: Client) -> None:
    page = admin_client.get(page_of(UserFactory()))

    offered = {p.codename for p in page.context["adminform"].form.fields["user_permissions"].queryset}
    assert {"view_refusal", "add_credential", "change_campaign", "delete_question", "view_user"} <= offered
    assert not {"add_refusal", "delete_user", "delete_credential", "add_logentry", "add_session"} & offered


def test_permissions_are_kept_when_the_page_is_saved(admin_client: Client) -> None:
    user = UserFactory(staff=True, permissions=["campaigns.view_campaign"])
    permissions = list(user.user_permissions.all())

    admin_client.post(page_of(user), data_of(user, user_permissions=[p.pk for p in permissions], email="a@example.com"))

    assert list(user.user_permissions.all()) == permissions


def test_an_administrator_is_not_locked_out_by_a_slip(admin_client: Client, admin: User) -> None:
    admin_client.post(page_of(admin), data_of(admin, is_active=None, role="operator", email="a@example.com"))

    admin.refresh_from_db()
    assert (admin.email, admin.is_active, admin.is_superuser) == ("a@example.com", True, True)


@pytest.fixture
def clerk_client(sign_in: SignIn) -> Client:
    """Somebody who may add and change users, but is no administrator."""
    permissions = ["accounts.add_user", "accounts.change_user", "accounts.view_user"]
    return sign_in(UserFactory(staff=True, permissions=permissions))


def test_who_is_no_administrator_makes_technical_accounts_only(clerk_client: Client) -> None:
    clerk_client.post(ADD, {"username": "landing", "usable_password": "false"})
    refused = clerk_client.post(ADD, {"username": "lucia", "usable_password": "true", **PASSWORD})

    assert User.objects.filter(username="landing", is_staff=False).exists()
    assert len(errors_of(refused)) == 1
    assert not User.objects.filter(username="lucia").exists()


def test_who_is_no_administrator_gives_nobody_more_rights(clerk_client: Client) -> None:
    user = UserFactory()

    response = clerk_client.post(
        page_of(user), data_of(user, email="a@example.com", role="administrator", is_staff="on")
    )

    user.refresh_from_db()
    assert response.status_code == 302
    assert user.email == "a@example.com"
    assert (user.is_staff, user.is_superuser, user.role) == (False, False, None)


@pytest.mark.parametrize("person", ["staff", "admin"])
def test_who_is_no_administrator_does_not_touch_people(clerk_client: Client, person: str) -> None:
    user = UserFactory(**{person: True})

    assert clerk_client.post(page_of(user), data_of(user, is_active=None)).status_code == 403
    assert clerk_client.post(f"/admin/accounts/user/{user.pk}/password/", PASSWORD).status_code == 403
    user.refresh_from_db()
    assert user.is_active
    assert not user.has_usable_password()


@pytest.mark.parametrize("person", ["staff", "admin"])
def test_who_may_not_set_a_password_is_offered_no_button(
    clerk_client: Client, admin_client: Client, person: str
) -> None:
    user = UserFactory(**{person: True}, password="largo-y-raro-27")

    assert "../password/" in admin_client.get(page_of(user)).content.decode()
    page = clerk_client.get(page_of(user))
    assert "There is a password." in text_of(page)
    assert "Reset password" not in text_of(page)
    assert "../password/" not in page.content.decode()


def test_who_may_only_see_a_user_is_told_nothing_to_do(sign_in: SignIn) -> None:
    client = sign_in(UserFactory(staff=True, permissions=["accounts.view_user"]))

    words = text_of(client.get(page_of(UserFactory())))

    assert "No password set." in words
    for order in ("Set password", "Untick it", "Leave it unticked", "150 characters or fewer"):
        assert order not in words


def test_an_administrator_is_not_told_to_untick_what_is_fixed(admin_client: Client, admin: User) -> None:
    assert "Untick it" not in text_of(admin_client.get(page_of(admin)))
    assert "Untick it" in text_of(admin_client.get(page_of(UserFactory())))


def test_the_list_says_what_each_user_is_for_and_how_many_live_tokens_it_has(admin_client: Client) -> None:
    user = CredentialFactory().user
    CredentialFactory(user=user, revoked=True)
    CredentialFactory(user=user, expired=True)

    listed = admin_client.get(LIST, {"q": user.username}).context["cl"].result_list

    assert [(row.username, row.live_tokens) for row in listed] == [(user.username, 1)]
    assert "technical account" in text_of(admin_client.get(LIST))


def test_the_list_needs_the_same_queries_for_one_user_and_for_thirty(admin_client: Client) -> None:
    assert not grows(admin_client, LIST, lambda: CredentialFactory.create_batch(30))
