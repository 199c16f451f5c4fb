from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import tokens
from accounts.models import Credential
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def _run(*arguments: str) -> str:
    output = StringIO()
    call_command("create_token", *arguments, stdout=output)
    return output.getvalue()


def test_token_is_all_that_is_printed() -> None:
    user = UserFactory(username="sender")
    text = _run("sender")
    token = tokens.parse(text.removesuffix("\n"))
    assert token is not None
    assert Credential.objects.get(key=token.key).user == user


def test_label_and_expiry_are_kept() -> None:
    UserFactory(username="sender")
    _run("sender", "--label", "landing page", "--expires", "30")
    credential = Credential.objects.get()
    assert credential.label == "landing page"
    assert credential.expires_at is not None
    assert abs(credential.expires_at - timezone.now() - timedelta(days=30)) < timedelta(minutes=1)


def test_token_without_expiry_never_expires() -> None:
    UserFactory(username="sender")
    _run("sender")
    assert Credential.objects.get().expires_at is None


@pytest.mark.parametrize(
    "arguments",
    [
        ("nobody",),
        ("gone",),
        ("sender", "--expires", "0"),
        ("sender", "--expires", "99999"),
        ("sender", "--label", "x" * 101),
    ],
)
def test_wrong_arguments_make_no_token(arguments: tuple[str, ...]) -> None:
    UserFactory(username="sender")
    UserFactory(username="gone", is_active=False)
    with pytest.raises(CommandError):
        _run(*arguments)
    assert not Credential.objects.exists()
