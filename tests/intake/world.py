"""The fixed set-up that every case of the intake is sent to, and how one is sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts import services
from accounts.models import User
from campaigns.models import Campaign
from leads.models import ImportMapping
from tests.factories import CampaignFactory, ImportMappingFactory, QuestionFactory, UserFactory

PATH = "/easycall/spring"
JSON = "application/json"

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class World:
    """`tokens` are texts by the name that a case calls them, `<token>` the usual one."""

    user: User
    expo: Campaign
    mapping: ImportMapping
    tokens: Mapping[str, str]


def make_world() -> World:
    user, solo, other = UserFactory(username="expo"), UserFactory(username="solo"), UserFactory(username="other")
    expo = CampaignFactory(name="Expo 2026", country="ES", time_zone="Europe/Madrid")
    roma = CampaignFactory(name="Roma", country="IT", time_zone="Europe/Rome")
    closed = CampaignFactory(name="Feria 2025", active=False)
    mapping = ImportMappingFactory(user=user, external_code="expo_2026", campaign=expo)
    ImportMappingFactory(user=user, external_code="roma", campaign=roma)
    ImportMappingFactory(user=user, external_code="inactive_campaign", campaign=closed)
    ImportMappingFactory(user=user, external_code="switched_off", campaign=expo, active=False)
    ImportMappingFactory(user=solo, external_code="solo", campaign=expo)
    ImportMappingFactory(user=other, external_code="expo_2027", campaign=expo)
    make_questions(roma)
    return World(user, expo, mapping, {**_tokens(user, solo), "<again>": _make_policies()})


def _make_policies() -> str:
    """A user whose campaigns do more with duplicates than mark them. Returns its token."""
    again = UserFactory(username="again")
    for action in ("merge", "refuse"):
        campaign = CampaignFactory(name=f"Duplicates: {action}", duplicate_action=action)
        ImportMappingFactory(user=again, external_code=action, campaign=campaign)
    return services.create_token(user=again, by=None)[1]


def make_questions(roma: Campaign) -> None:
    """One of every type for every campaign; one that only Roma asks, and requires."""
    QuestionFactory(key="notas")
    QuestionFactory(key="metros", type="number")
    QuestionFactory(key="visita", type="date")
    QuestionFactory(key="garaje", type="yes_no")
    QuestionFactory(key="tipo_inmueble", choices=["piso", "casa", "Ático dúplex"])
    QuestionFactory(key="chiave_nueva")
    QuestionFactory(key="presupuesto", required=True, campaigns=[roma])


def _tokens(user: User, solo: User) -> Mapping[str, str]:
    tokens = {"<token>": services.create_token(user=user, by=None)[1]}
    tokens["<solo>"] = services.create_token(user=solo, by=None)[1]
    tokens["<far>"] = services.create_token(user=user, by=None, networks=["192.0.2.0/24"])[1]
    revoked, tokens["<revoked>"] = services.create_token(user=user, by=None)
    services.revoke(credential=revoked, by=None)
    tokens["<inactive>"] = services.create_token(user=UserFactory(is_active=False), by=None)[1]
    unknown, tokens["<unknown>"] = services.create_token(user=user, by=None)
    unknown.delete()
    expired, tokens["<expired>"] = services.create_token(user=user, by=None)
    expired.created_at, expired.expires_at = timezone.now() - timedelta(days=2), timezone.now() - timedelta(days=1)
    expired.save()
    return tokens


def send(
    body: bytes | str,
    token: str = "",
    *,
    content_type: str = JSON,
    path: str = PATH,
    method: str = "POST",
    headers: Mapping[str, str] | None = None,
    address: str = "127.0.0.1",
) -> HttpResponse:
    """One request through Django's own client, its body a stream as a server gives it."""
    raw = body.encode() if isinstance(body, str) else body
    authorization = {"Authorization": f"Bearer {token}"} if token else {}
    stream: dict[str, Any] = {
        "wsgi.input": BytesIO(raw),
        "CONTENT_LENGTH": str(len(raw)),
        "CONTENT_TYPE": content_type,
        "REMOTE_ADDR": address,
    }
    return Client().generic(method, path, raw, content_type, headers={**authorization, **(headers or {})}, **stream)


def without_ids(text: str) -> str:
    return _UUID.sub("<id>", text)
