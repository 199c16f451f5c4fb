"""The minimal DRF view: CreateAPIView, TokenAuthentication and a ModelSerializer, on PostgreSQL or SQLite.

`python -m bench.contestants.drf` makes its tables and prints a token.
"""

import os
from typing import Any

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from psycopg.conninfo import conninfo_to_dict

from bench.contestants.table import JSON_COLUMNS, TEXT_COLUMNS


def database(url: str) -> dict[str, Any]:
    """Django's dictionary, with the pool and the durability that easycall's has."""
    if url.startswith("sqlite"):
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": url.removeprefix("sqlite:///"), "OPTIONS": options}
    parts = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts["dbname"],
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "OPTIONS": {"pool": {"min_size": 1, "max_size": int(os.environ["THREADS"]) + 2, "timeout": 5}},
    }


settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": database(os.environ["DATABASE_URL"])},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rest_framework", "rest_framework.authtoken"],
    REST_FRAMEWORK={"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]},
    ROOT_URLCONF=__name__,
    SECRET_KEY="not used: nothing is signed",
    USE_TZ=True,
)
django.setup()

# Below the settings, because a model can't be declared before there are any.
from django.core.management import call_command
from django.db import connection, models
from django.urls import path
from rest_framework.authentication import TokenAuthentication
from rest_framework.generics import CreateAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.serializers import ModelSerializer


class Lead(models.Model):
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "bench"
        db_table = "lead"

    def __str__(self) -> str:
        return str(self.pk)


for name in TEXT_COLUMNS:
    Lead.add_to_class(name, models.TextField(blank=True, default=""))
for name in JSON_COLUMNS:
    Lead.add_to_class(name, models.JSONField(blank=True, default=dict))


class LeadSerializer(ModelSerializer):
    class Meta:
        model = Lead
        fields = "__all__"


class CreateLead(CreateAPIView):
    authentication_classes = [TokenAuthentication]
    permission_classes = [IsAuthenticated]
    queryset = Lead.objects.all()
    serializer_class = LeadSerializer


urlpatterns = [path("leads", CreateLead.as_view())]
application = get_wsgi_application()


def prepare() -> str:
    """Make the tables, a user and its token. Returns the token."""
    from django.contrib.auth.models import User
    from rest_framework.authtoken.models import Token

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Lead)
    return Token.objects.create(user=User.objects.create_user("bench")).key


if __name__ == "__main__":
    print(prepare())
