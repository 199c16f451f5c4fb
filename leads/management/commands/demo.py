"""The first start: an installation that receives a lead before anybody has read a page."""

import json
import os
import secrets
import shlex
from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.models import User
from accounts.services import create_token
from campaigns.models import Campaign, Question
from leads.models import ImportMapping

ADMINISTRATOR = "admin"
CODE = "demo_leads"

# The help article's own example.
QUESTIONS = (
    ("notas", "Notas", True),
    ("tipo_inmueble", "Tipo de inmueble", True),
    ("servicio_requerido", "Servicio requerido", True),
    ("codice_promo", "Codice promo", True),
    ("chiave_nueva", "Chiave nueva", False),
)

LEAD = {
    "Campaign": CODE,
    "nombre": "Lucía",
    "apellido": "Núñez",
    "telefono_movil": "600 11 12 22",
    "correo_electronico": "lucia@example.com",
    "tipo_inmueble": "piso",
    "notas": "Llamar por la tarde",
}


class Command(BaseCommand):
    help = "Fill an empty database with the demo and say how to try it; on any other, say where everything is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default="8000", help="where the server will listen (8000)")
        parser.add_argument("--empty", action="store_true", help="make the administrator, and nothing else")

    def handle(self, *args: Any, port: str, empty: bool, **options: Any) -> None:
        address = f"http://127.0.0.1:{port}"
        self.stdout.write(f"Admin:    {address}/admin/")
        if User.objects.exists():
            for line in how_to_get_in():
                self.stdout.write(line)
            return
        password, token = (make_administrator()[1], "") if empty else make_demo()
        self.stdout.write(f"User:     {ADMINISTRATOR}")
        self.stdout.write(f"Password: {password}")
        if empty:
            self.stdout.write("It is shown once. Sign in: the first page goes through the first steps.")
            return
        body = json.dumps(LEAD, ensure_ascii=False)
        self.stdout.write("These are shown once. With the server running, send a first lead from another window:")
        self.stdout.write(
            f"curl -sS {address}/easycall/spring -H 'Authorization: Bearer {token}' "
            f"-H 'Content-Type: application/json' -d '{body}'"
        )


def how_to_get_in() -> list[str]:
    """The commands for a new password and a new token, of users that there are."""
    users = User.objects.filter(is_active=True).order_by("pk")
    admin = users.filter(is_superuser=True).first()
    sender = users.filter(credentials__isnull=False).first()
    command = f"{_database()}.venv/bin/python manage.py"
    lines = [f"New password: {command} changepassword {shlex.quote(admin.username if admin else 'USERNAME')}"]
    if sender:
        lines.append(f"New token:    {command} create_token {shlex.quote(sender.username)}")
    return lines


def _database() -> str:
    """The variable that another window has to be told, less its password."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        return ""
    parts = urlsplit(url)
    if parts.password:
        url = parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":PASSWORD@")).geturl()
    return f"DATABASE_URL={shlex.quote(url)} "


def make_administrator() -> tuple[User, str]:
    """The administrator and the password, which is random."""
    password = secrets.token_urlsafe(12)
    return User.objects.create_superuser(ADMINISTRATOR, password=password), password


@transaction.atomic
def make_demo() -> tuple[str, str]:
    """Make the rows of the demo. Returns the administrator's password and the sender's token, both random."""
    admin, password = make_administrator()
    sender = User.objects.create_user("demo", first_name="Demo")
    _, token = create_token(user=sender, by=admin, label="demo")
    campaign = Campaign.objects.create(name="Demo")
    for key, label, visible in QUESTIONS:
        Question.objects.create(key=key, label=label, visible=visible)
    ImportMapping.objects.create(user=sender, external_code=CODE, campaign=campaign)
    return password, token
