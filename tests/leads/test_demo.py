import json
import shlex
from io import StringIO
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import Credential, User
from campaigns.models import Question
from leads.models import ImportMapping, Lead
from tests.factories import UserFactory
from tests.intake.world import send

pytestmark = pytest.mark.django_db


def _run(*options: str) -> list[str]:
    output = StringIO()
    call_command("demo", "--port", "8123", *options, stdout=output)
    return output.getvalue().splitlines()


def _value(lines: list[str], name: str) -> str:
    return next(line.removeprefix(name).strip() for line in lines if line.startswith(name))


def test_the_printed_curl_line_sends_a_lead_of_which_nothing_is_lost() -> None:
    command = shlex.split(next(line for line in _run() if line.startswith("curl ")))
    headers = dict(value.split(": ", 1) for flag, value in pairwise(command) if flag == "-H")
    token = headers["Authorization"].removeprefix("Bearer ")

    response = send(command[-1], token, content_type=headers["Content-Type"])

    assert "http://127.0.0.1:8123/easycall/spring" in command
    assert response.status_code == 201
    receipt = response.json()
    assert set(receipt["stored"]) == set(json.loads(command[-1]))
    assert not receipt["kept_aside"]
    assert not receipt["warnings"]
    assert Lead.objects.count() == 1


def test_the_printed_password_opens_the_admin() -> None:
    lines = _run()
    client = Client()
    assert _value(lines, "Admin:") == "http://127.0.0.1:8123/admin/"
    client.post("/admin/login/", {"username": _value(lines, "User:"), "password": _value(lines, "Password:")})
    assert client.get("/admin/").status_code == 200


def test_the_demo_is_the_articles_example() -> None:
    _run()
    questions = dict(Question.objects.values_list("key", "visible"))
    assert questions == {
        "notas": True,
        "tipo_inmueble": True,
        "servicio_requerido": True,
        "codice_promo": True,
        "chiave_nueva": False,
    }
    assert not User.objects.get(username="demo").has_usable_password()


def test_the_next_start_shows_nothing_secret_and_says_how_to_get_it_anew() -> None:
    _run()
    said = "\n".join(_run())
    assert "Password:" not in said
    assert "curl" not in said
    assert Credential.objects.get().key not in said
    assert "manage.py changepassword admin" in said
    assert "manage.py create_token demo" in said


def test_the_commands_of_the_next_start_name_the_database_and_not_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://easy:s3cret@localhost/leads")
    _run()
    said = "\n".join(_run())
    assert "DATABASE_URL=postgres://easy:PASSWORD@localhost/leads .venv/bin/python manage.py create_token demo" in said
    assert "s3cret" not in said


def test_without_the_demo_the_administrator_signs_in_to_the_first_steps() -> None:
    lines = _run("--empty")
    assert "curl" not in "\n".join(lines)
    client = Client()
    client.post("/admin/login/", {"username": _value(lines, "User:"), "password": _value(lines, "Password:")})
    assert 'data-step="user"' in client.get("/admin/").content.decode()
    assert (User.objects.count(), ImportMapping.objects.count()) == (1, 0)
    assert "create_token" not in "\n".join(_run())


def test_a_database_with_users_is_left_alone() -> None:
    UserFactory()
    _run()
    assert User.objects.count() == 1
