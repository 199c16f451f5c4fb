"""Who changed what of the set-up, with before and after."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.core import serializers
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import Credential, User
from accounts.roles import Role
from campaigns.models import Campaign, Question
from leads import unknown_keys
from leads.models import ImportMapping, KeyAlias
from tests.admin.pages import grows, text_of
from tests.factories import (
    CampaignFactory,
    CredentialFactory,
    ImportMappingFactory,
    QuestionFactory,
    UnknownKeyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def history_of(row: object) -> str:
    opts = row._meta  # type: ignore[attr-defined]
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_history", args=[row.pk])  # type: ignore[attr-defined]


def edits(client: Client, row: object) -> list[tuple[str, str, str, str]]:
    """Each change of the page, the latest first: who, what, before, after."""
    changes = client.get(history_of(row)).context["changes"]
    return [(change.by, edit.field, edit.before, edit.after) for change in changes for edit in change.edits]


def test_a_change_of_a_campaign_is_there_with_before_and_after(admin_client: Client, admin: User) -> None:
    campaign = CampaignFactory(name="Expo 2025")
    page = reverse("admin:campaigns_campaign_change", args=[campaign.pk])
    form = admin_client.get(page).context["adminform"].form
    data = {name: value for name, value in form.initial.items() if value not in (None, False)}
    response = admin_client.post(page, data | {"name": "Expo 2026"})
    assert response.status_code == 302
    assert edits(admin_client, campaign)[0] == (admin.username, "Name", "Expo 2025", "Expo 2026")
    assert "Expo 2025" in text_of(admin_client.get(history_of(campaign)))


def test_a_role_is_there_with_before_and_after(admin_client: Client) -> None:
    user = UserFactory(role=Role.OPERATOR)
    services.set_role(user=user, role=Role.SUPPORT, by=None)
    assert edits(admin_client, user)[0] == ("", "Role", "Operator", "Support")


def test_what_is_kept_as_a_code_is_told_in_the_words_of_the_reader(admin: User) -> None:
    spanish = Client(headers={"accept-language": "es"})
    spanish.force_login(admin)
    user = UserFactory(permissions=["leads.export_lead"])
    user.save()
    user.user_permissions.set(Permission.objects.filter(codename="export_lead"))
    unknown = UnknownKeyFactory(key="nombre de pila")
    unknown_keys.make_alias(unknown=unknown, target="nome", by=admin)
    told = {edit[1:] for row in (user, unknown.mapping, CampaignFactory()) for edit in edits(spanish, row)}
    assert ("Permisos de usuario", "", "Base de datos | lead | exportar") in told
    assert ("Campo", "", "Nombre (nome)") in told
    assert ("País", "", "España") in told


def test_the_campaigns_of_a_question_are_there(admin_client: Client) -> None:
    question = QuestionFactory(campaigns=[CampaignFactory(name="Expo")])
    assert ("", "Campaigns", "", "Expo") in edits(admin_client, question)


def test_a_token_is_made_changed_and_revoked_in_the_history_of_its_user(admin_client: Client, admin: User) -> None:
    credential, _ = services.create_token(user=UserFactory(), by=admin)
    page = reverse("admin:accounts_credential_change", args=[credential.user_id, credential.pk])
    admin_client.post(page, {"label": "web", "scopes": ["intake", "read"], "requests_per_minute": "60"})
    services.revoke(credential=credential, by=admin)
    changed = edits(admin_client, credential.user)
    assert (admin.username, "Requests per minute", "", "60") in changed
    assert (admin.username, "Good for", "Send leads", "Send leads, Read what came in") in changed
    assert ("", "Prefix", "", f"{credential.prefix}…") in [("", *edit[1:]) for edit in changed]
    assert any(field == "Revoked" and before == "" and after for _, field, before, after in changed)


def test_who_may_not_see_credentials_reads_nothing_of_them(admin: User) -> None:
    credential = CredentialFactory(label="landing page")
    clerk = Client()
    clerk.force_login(UserFactory(staff=True, permissions=["accounts.view_user"]))
    assert "landing page" not in text_of(clerk.get(history_of(credential.user)))


def test_no_secret_is_in_the_history(admin_client: Client) -> None:
    user = UserFactory(password="largo-y-raro-27", role=Role.SUPPORT)
    credential = CredentialFactory(user=user)
    kept = json.dumps([*serializers.serialize("python", [*User.history.all(), *Credential.history.all()])], default=str)
    assert credential.key in kept
    assert credential.digest not in kept
    assert user.password not in kept


def test_person_who_signs_in_is_called_so(admin_client: Client) -> None:
    user = UserFactory(staff=True)
    user.is_staff = False
    user.save()
    assert ("", "Person who signs in", "Yes", "No") in edits(admin_client, user)


def test_use_and_sign_in_leave_no_change(admin_client: Client) -> None:
    credential = CredentialFactory()
    before = User.history.count(), Credential.history.count()
    Client().force_login(credential.user)
    credential.save(update_fields=["last_used_at"])
    assert (User.history.count(), Credential.history.count()) == before


def test_another_name_of_a_key_is_in_the_history_of_its_import_api(admin_client: Client, admin: User) -> None:
    unknown = UnknownKeyFactory(key="nombre de pila")
    alias = unknown_keys.make_alias(unknown=unknown, target="nome", by=admin)
    alias.delete()
    changes = admin_client.get(history_of(unknown.mapping)).context["changes"]
    assert [change.what for change in changes if "pila" in change.thing] == ["removed", "added"]


def test_what_is_deleted_leaves_its_history() -> None:
    alias = KeyAlias.objects.create(mapping=ImportMappingFactory(), key="x", field="nome")
    alias.delete()
    assert [row.history_type for row in KeyAlias.history.filter(key="x")] == ["-", "+"]


@pytest.mark.parametrize("model", [User, Campaign, Question, ImportMapping])
def test_the_page_needs_as_many_queries_for_one_change_as_for_thirty(admin_client: Client, model: type) -> None:
    made = {
        User: lambda: UserFactory(role=Role.SUPPORT),
        Campaign: CampaignFactory,
        Question: lambda: QuestionFactory(campaigns=[CampaignFactory()]),
        ImportMapping: ImportMappingFactory,
    }
    row = made[model]()
    column = {User: "first_name", Campaign: "name", Question: "label", ImportMapping: "external_code"}[model]

    def change(times: int = 30) -> None:
        for number in range(times):
            setattr(row, column, f"x{number}")
            row.save()

    change(2)
    assert not grows(admin_client, history_of(row), change)
