"""What easycall's own database needs before the first lead. Run by the project's interpreter, in its environment.

Prints a JSON object: the tokens of a technical user and of a reader, and the session of an administrator for the pages.
"""

import json
import os
import sys
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from accounts.models import User

CODE = "bench"
PASSWORD = "a password that nobody uses"
QUESTIONS = (("tipo_inmueble", "Tipo de inmueble"), ("servicio_requerido", "Servicio requerido"), ("notas", "Notas"))


def prepare(mappings: int) -> dict[str, str]:
    """Make what is not there yet. Each mapping has its own user and campaign; leads are sent to the first."""
    from django.core.management import call_command

    from accounts.enums import Scope
    from accounts.models import User
    from accounts.roles import Role
    from accounts.services import create_token, set_role
    from campaigns.models import Campaign, Question
    from leads.models import ImportMapping

    call_command("migrate", verbosity=0)
    admin, _ = User.objects.get_or_create(username="bench_admin", defaults={"is_staff": True, "is_superuser": True})
    for key, label in QUESTIONS:
        Question.objects.get_or_create(key=key, defaults={"label": label})
    for name in (CODE, *(f"{CODE}_{number}" for number in range(2, mappings + 1))):
        user, _ = User.objects.get_or_create(username=name)
        campaign, _ = Campaign.objects.get_or_create(name=name)
        ImportMapping.objects.get_or_create(user=user, external_code=name, defaults={"campaign": campaign})
    _, token = create_token(user=User.objects.get(username=CODE), by=admin, label="bench")
    reader, _ = User.objects.get_or_create(username="bench_reader")
    set_role(user=reader, role=Role.SUPPORT, by=admin)
    _, reads = create_token(user=reader, by=admin, label="bench", scopes=[Scope.READ])
    return {"token": token, "reader": reads, "session": open_session(admin)}


def open_session(admin: "User") -> str:
    """Sign `admin` in, and return the value of the session's cookie."""
    from django.contrib.auth import login
    from django.contrib.sessions.backends.db import SessionStore
    from django.http import HttpRequest

    admin.set_password(PASSWORD)
    admin.save()
    request = HttpRequest()
    request.session = SessionStore()
    login(request, admin, backend="django.contrib.auth.backends.ModelBackend")
    request.session.save()
    return str(request.session.session_key)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "easycall.settings")
    django.setup()
    print(json.dumps(prepare(int(sys.argv[1]))))
