"""An Import API row with a question of each type, in words that every language has to quote."""

import json
from dataclasses import dataclass
from typing import Any

from accounts.services import create_token
from campaigns.enums import QuestionType
from leads.kit import Kit, kit_of
from leads.models import ImportMapping
from tests.factories import CampaignFactory, ImportMappingFactory, KeyAliasFactory, QuestionFactory

CHOICE = """L'Eixample "alto" \\ $HOME & <b>`x`</b>"""


@dataclass(frozen=True)
class Integration:
    mapping: ImportMapping
    token: str

    @property
    def kit(self) -> Kit:
        return kit_of(self.mapping)


def make_integration(country: str = "ES", code: str = 'expo\'26_"ñ"') -> Integration:
    campaign = CampaignFactory(country=country)
    mapping = ImportMappingFactory(campaign=campaign, external_code=code, has_aliases=True)
    QuestionFactory(key="barrio", choices=[CHOICE, "Centro"], required=True)
    for kind in (QuestionType.TEXT, QuestionType.NUMBER, QuestionType.DATE, QuestionType.YES_NO):
        QuestionFactory(key=f"pregunta_{kind}", type=kind, campaigns=[campaign])
    QuestionFactory(key="de_otra", campaigns=[CampaignFactory()])
    KeyAliasFactory(mapping=mapping, key="mi_nombre", field="nome")
    _, token = create_token(user=mapping.user, by=None)
    return Integration(mapping, token)


def answers_in(output: str) -> Any:
    """The JSON document that a program has printed, among other things."""
    return json.loads(output[output.index("{") : output.rindex("}") + 1])
