from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts import services, tokens
from accounts.models import Credential
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def _run(text: str, tmp_path: Path) -> str:
    leak = tmp_path / "leak.txt"
    leak.write_text(text, encoding="utf-8")
    output = StringIO()
    call_command("revoke_leaked", str(leak), stdout=output, stderr=StringIO())
    return output.getvalue()


def test_tokens_in_a_text_are_revoked_and_others_stay(tmp_path: Path) -> None:
    user = UserFactory.create(username="landing")
    (leaked, text), (kept, _) = (services.create_token(user=user, by=None) for _ in range(2))
    said = _run(f"curl -H 'Authorization: Bearer {text}' twice {text}\n\x00ñ", tmp_path)
    assert said == f"revoked {leaked.prefix}… of landing\n"
    assert list(Credential.objects.live()) == [kept]


def test_the_token_itself_is_not_printed(tmp_path: Path) -> None:
    _, text = services.create_token(user=UserFactory.create(), by=None)
    assert text not in _run(text, tmp_path)


def test_a_key_with_another_secret_revokes_nothing(tmp_path: Path) -> None:
    credential, _ = services.create_token(user=UserFactory.create(), by=None)
    assert _run(tokens.make(credential.key).text, tmp_path) == ""
    assert list(Credential.objects.live()) == [credential]


def test_what_was_revoked_before_is_not_named_again(tmp_path: Path) -> None:
    _, text = services.create_token(user=UserFactory.create(), by=None)
    assert _run(text, tmp_path) != ""
    assert _run(text, tmp_path) == ""


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be read"):
        call_command("revoke_leaked", str(tmp_path / "none"))
