"""An installation as it looks after two weeks of work: what the pictures show."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import services
from accounts.enums import Scope
from accounts.models import Refusal, User
from accounts.roles import Role
from campaigns.enums import QuestionType
from campaigns.models import Campaign, Question
from easycall.text import fold
from leads import fills, lists, share_links, unknown_keys
from leads.enums import ExportFormat, ListName, Outcome
from leads.models import Export, Fill, ImportMapping, Lead, Submission, UnknownKey
from tests.admin.signing_in import PASSWORD
from tests.browser.pictures.words import Words
from tests.factories import id_at

# The moment at which the pictures are taken, so that the next ones say the same.
NOW = datetime(2026, 5, 19, 11, 42, tzinfo=ZoneInfo("Europe/Madrid"))
DAYS = 14
LEADS_A_DAY = (2, 4, 3, 5, 1, 0, 3, 4, 6, 5, 3, 2, 1, 4)


class World:
    """Made from nothing in the order of the first steps, by the doors that people and senders use."""

    def __init__(self, words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
        self.words = words
        # Ids tell the time too, and theirs is not of the clock that is moved here.
        monkeypatch.setattr("easycall.ids.uuid7", lambda: id_at(timezone.now()))
        self.administrator = User.objects.create_user(
            "ana", password=PASSWORD, first_name="Ana", email="ana@example.com", is_staff=True, is_superuser=True
        )

    def make_sender(self) -> None:
        with time_machine.travel(NOW - timedelta(days=DAYS + 1)):
            self.sender = User.objects.create_user(self.words.sender)
            services.set_role(user=self.sender, role=Role.INTEGRATOR, by=self.administrator)
            self.credential, self.token = services.create_token(
                user=self.sender,
                by=self.administrator,
                label=self.words.label,
                expires_at=timezone.now() + timedelta(days=DAYS + 7),
                scopes=[Scope.INTAKE],
            )

    def make_campaigns(self) -> None:
        place = {"country": self.words.country, "time_zone": self.words.time_zone}
        self.campaign = Campaign.objects.create(name=self.words.campaign, **place)
        self.second = Campaign.objects.create(name=self.words.second_campaign, **place)
        self.closed = Campaign.objects.create(
            name=f"{self.words.campaign.rpartition(' ')[0]} 2025", active=False, **place
        )

    def make_questions(self) -> None:
        label, key, _, choices = self.words.question
        self.question = Question.objects.create(
            label=label, key=key, type=QuestionType.CHOICE, choices=[*choices], required=True
        )
        label, key = self.words.hidden_question
        Question.objects.create(label=label, key=key, visible=False).campaigns.set([self.campaign])

    def make_mappings(self) -> None:
        agency = User.objects.create_user(self.words.agency)
        services.set_role(user=agency, role=Role.INTEGRATOR, by=self.administrator)
        _, self.agency_token = services.create_token(user=agency, by=self.administrator, label="CRM")
        rows = (
            (self.sender, self.words.code, self.campaign),
            (agency, self.words.code, self.campaign),
            (agency, fold(self.words.second_campaign).replace(" ", "_"), self.second),
            (agency, "expo_2025", self.closed),
        )
        made = [ImportMapping.objects.create(user=user, external_code=code, campaign=to) for user, code, to in rows]
        self.mapping, self.agency_mapping, self.solar, self.closed_mapping = made

    def make_people(self) -> None:
        self.people = [
            User.objects.create_user(name, password=PASSWORD, email=f"{name}@example.com") for name in ("sara", "pablo")
        ]
        for user, role in zip(self.people, (Role.SUPPORT, Role.OPERATOR), strict=True):
            services.set_role(user=user, role=role, by=self.administrator)

    def receive(self) -> None:
        """Two weeks of leads, and what goes wrong among them."""
        bodies = self._leads()
        for ago, number in zip(range(DAYS - 1, -1, -1), LEADS_A_DAY, strict=True):
            for place, lead in enumerate(islice(bodies, number)):
                is_ours = place % 3 and lead["Campaign"] == self.words.code
                self._send(lead, ago, minutes=29 * place, token=self.token if is_ours else self.agency_token)
        for ago, lead in (
            (3, {"Campaign": "expo_26"}),
            (1, {"Campaign": "expo_2025"}),
            (0, {"Campaign": self.words.code}),
        ):
            contact = {} if ago == 0 else self._lead(60 + ago)
            self._send({**contact, **lead, self.words.keys[0]: "Elisa"}, ago, minutes=100, token=self.agency_token)
        self._send_story()
        self._turn_away()

    def _leads(self) -> Iterator[dict[str, Any]]:
        number = 0
        while True:
            number += 1
            solar = number % 4 == 0
            lead = self._lead(number)
            if number % 7 == 0:
                lead[self.words.keys[2]] = "600 11"
            if number % 5 == 0:
                lead[self.words.new_key] = self.words.phone.format(number % 90)
            yield {**lead, "Campaign": self.solar.external_code if solar else self.words.code}

    def _lead(self, number: int) -> dict[str, Any]:
        first, last = self.words.people[number % len(self.words.people)]
        name, surname, phone, email = self.words.keys
        return {
            name: first,
            surname: last,
            phone: self.words.phone.format(10 + number % 80),
            email: f"{fold(first)[0]}.{fold(last)}{number}@example.com",
            "Channel": ("landing", "facebook", "google")[number % 3],
            self.question.key: self.question.choices[number % len(self.question.choices)],
        }

    def _send_story(self) -> None:
        """A lead with something to tell: a key in other letter case, a doubtful e-mail, somebody who came before."""
        _, key, mistyped, choices = self.words.question
        lead = self._lead(18)
        lead |= {
            "Campaign": self.words.code,
            "ID": "L-2041",
            self.words.keys[3]: lead[self.words.keys[3]].replace("@", "(at)"),
            mistyped.replace(" ", "_"): choices[1],
            self.words.hidden_question[1]: "MAYO26",
            self.words.new_key: self.words.phone.format(77),
            "utm_term": "",
        }
        del lead[key]
        answer = self._send(lead, 0, minutes=154, token=self.token)
        self.lead = Lead.objects.get(pk=answer["id"])

    def _send(self, lead: Mapping[str, Any], ago: int, *, minutes: int, token: str) -> Any:
        moment = NOW.replace(hour=9, minute=2, second=11) + timedelta(days=-ago, minutes=minutes)
        with time_machine.travel(moment):
            answer = Client().post(
                "/easycall/spring",
                json.dumps(lead),
                content_type="application/json",
                headers={"authorization": f"Bearer {token}"},
                REMOTE_ADDR="192.0.2.10",
            )
        return answer.json()

    def _turn_away(self) -> None:
        today = timezone.localdate()
        for ago, reason, count in ((0, "invalid-token", 3), (1, "missing-credentials", 12), (4, "invalid-token", 41)):
            Refusal.objects.create(day=today - timedelta(days=ago), reason=reason, count=count)

    def decide(self) -> None:
        """Say what the agency's new key is, and fill its leads."""
        self.told = UnknownKey.objects.get(mapping=self.solar, key=self.words.new_key)
        unknown_keys.make_alias(unknown=self.told, target="altro_telefono", by=self.administrator)
        self.told.refresh_from_db()
        fills.fill(unknown=self.told, by=self.administrator)

    def use_lists(self) -> None:
        with translation.override(self.words.browser[:2]):
            name = gettext("With warnings")
        lists.save_filter(list_name=ListName.LEADS, name=name, query="warning=any", shared=True, by=self.administrator)
        self.export = lists.begin_export(
            list_name=ListName.LEADS, query="warning=any", form=ExportFormat.XLSX, columns=[], by=self.administrator
        )
        Export.objects.update(rows=9, finished_at=timezone.now())

    def things(self) -> dict[str, Any]:
        """The keys of a row of each kind, as the matrix of access calls them."""
        link, share_link = share_links.make(mapping=self.mapping, days=30, by=self.administrator)
        unknown = UnknownKey.objects.get(mapping=self.mapping, key=self.words.new_key)
        rejected = Submission.objects.filter(outcome=Outcome.REJECTED, problem="unknown-campaign")
        return {
            "lead": self.lead.pk,
            "own_submission": self.lead.submission_id,
            "share_link": share_link,
            "share_link_id": link.pk,
            "importmapping": self.mapping.pk,
            "campaign": self.campaign.pk,
            "question": self.question.pk,
            "submission": rejected.latest("pk").pk,
            "credential": self.credential.pk,
            "user": self.sender.pk,
            "unknownkey": unknown.pk,
            "fill": Fill.objects.latest("pk").pk,
            "export": self.export.pk,
            "refusal": Refusal.objects.latest("pk").pk,
        }
