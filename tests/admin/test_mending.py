import json
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from accounts.models import Credential, User
from accounts.roles import Role
from campaigns.enums import DuplicateAction
from easycall.errors import PROBLEMS
from leads.admin import mending
from leads.intake import Delivery, receive
from leads.models import ImportMapping, Submission, UnknownKey
from leads.queries import replayable
from tests.admin.pages import queries_of, text_of
from tests.factories import CredentialFactory, ImportMappingFactory, LeadFactory, SubmissionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender() -> Credential:
    return CredentialFactory.create(user__username="landing")


def sent(sender: Credential, body: Any, query: str = "") -> Submission:
    """The submission of a body that came through the door."""
    code = query.removeprefix("campaign=")
    answer = receive(
        Delivery(
            credential=sender,
            raw=json.dumps(body).encode(),
            content_type="application/json",
            method="POST",
            path="/easycall/spring",
            query=query,
            url_code=code,
            remote_address="192.0.2.1",
        )
    )
    return Submission.objects.get(pk=answer.submission_id)


def page_of(submission: Submission) -> str:
    return reverse("admin:leads_submission_change", args=[submission.pk])


def steps_of(client: Client, submission: Submission) -> dict[str, str]:
    """What the page says is to be done: the text, and the address behind it."""
    content = client.get(page_of(submission)).content.decode()
    section = re.search(r'id="mend".*?</section>', content, re.DOTALL)
    found = re.findall(r'<li>(?:<a href="([^"]*)">)?([^<]*)', section[0] if section else "")
    return {unescape(text): unescape(url) for url, text in found}


def test_unknown_code_leads_to_the_form_of_a_row_that_has_it(admin_client: Client, sender: Credential) -> None:
    ImportMappingFactory.create_batch(2, user=sender.user)
    steps = steps_of(admin_client, sent(sender, {"Campaign": "expo", "telefono": "600111222"}))
    [(text, url)] = steps.items()
    assert text == "Make an Import API row of “landing” with the code “expo”"
    form = admin_client.get(url).context["adminform"].form
    assert (str(form["user"].value()), form["external_code"].value()) == (str(sender.user_id), "expo")


def test_code_of_the_url_is_mended_too(admin_client: Client, sender: Credential) -> None:
    steps = steps_of(admin_client, sent(sender, {"telefono": "600111222"}, query="campaign=expo"))
    assert list(steps) == ["Make an Import API row of “landing” with the code “expo”"]


def test_each_code_of_a_batch_has_its_row_up_to_five(admin_client: Client, sender: Credential) -> None:
    batch = [{"Campaign": f"code{n}", "telefono": "600111222"} for n in (1, 1, 2, 3, 4, 5, 6, 7)]
    assert [text[-7:] for text in steps_of(admin_client, sent(sender, batch))] == [f"“code{n}”" for n in range(1, 6)]


def test_inactive_row_is_activated_rather_than_made_again(admin_client: Client, sender: Credential) -> None:
    row = ImportMappingFactory.create(user=sender.user, external_code="expo", active=False)
    steps = steps_of(admin_client, sent(sender, {"Campaign": "expo", "telefono": "600111222"}))
    assert steps == {"Activate the Import API row “expo”": reverse("admin:leads_importmapping_change", args=[row.pk])}


def test_lead_without_a_code_leads_to_the_rows_of_its_sender(admin_client: Client, sender: Credential) -> None:
    ImportMappingFactory.create_batch(2, user=sender.user)
    [(text, url)] = steps_of(admin_client, sent(sender, {"telefono": "600111222"})).items()
    assert text.startswith("The lead names no campaign.")
    assert admin_client.get(url).context["cl"].result_count == 2


def test_code_that_no_row_can_have_is_for_the_sender(admin_client: Client, sender: Credential) -> None:
    steps = steps_of(admin_client, sent(sender, {"Campaign": "x" * 101, "telefono": "600111222"}))
    assert list(steps.values()) == [""]


def test_inactive_campaign_is_activated_or_left(admin_client: Client, sender: Credential) -> None:
    row = ImportMappingFactory.create(user=sender.user, external_code="expo", campaign__name="Expo")
    row.campaign.active = False
    row.campaign.save()
    assert steps_of(admin_client, sent(sender, {"Campaign": "expo", "telefono": "600111222"})) == {
        "Activate the campaign “Expo”": reverse("admin:campaigns_campaign_change", args=[row.campaign_id]),
        "Send the leads of the Import API row “expo” to another campaign": reverse(
            "admin:leads_importmapping_change", args=[row.pk]
        ),
    }


def test_missing_contact_leads_to_the_key_that_may_have_it(admin_client: Client, sender: Credential) -> None:
    ImportMappingFactory.create(user=sender.user)
    submission = sent(sender, {"num_contacto": "600111222"})
    url = reverse("admin:leads_unknownkey_change", args=[UnknownKey.objects.get().pk])
    assert steps_of(admin_client, submission) == {
        "Say what the key “num_contacto” is: perhaps the phone or the e-mail is there": url
    }


def test_missing_contact_without_unknown_keys_is_for_the_sender(admin_client: Client, sender: Credential) -> None:
    ImportMappingFactory.create(user=sender.user)
    assert list(steps_of(admin_client, sent(sender, {"nombre": "Ana"})).values()) == [""]


def test_refused_duplicate_leads_to_the_policy(admin_client: Client, sender: Credential) -> None:
    row = ImportMappingFactory.create(user=sender.user, campaign__duplicate_action=DuplicateAction.REFUSE)
    sent(sender, {"movil": "600111222", "mobile": "600111222", "telefono_movil": "600111222"})
    submission = sent(sender, {"telefono_movil": "600111222", "nombre": "Ana"})
    url = reverse("admin:campaigns_campaign_change", args=[row.campaign_id])
    assert list(steps_of(admin_client, submission).values()) == [url]


@pytest.mark.parametrize("slug", ["address-not-allowed", "insufficient-scope", "too-many-requests"])
def test_what_the_token_may_not_leads_to_its_user(slug: str, admin_client: Client, sender: Credential) -> None:
    submission = SubmissionFactory.create(rejected=True, credential=sender, problem=slug)
    assert list(steps_of(admin_client, submission).values()) == [
        reverse("admin:accounts_user_change", args=[sender.user_id])
    ]


# Those of requests that leave no submission: without a valid token, or that only read.
NO_SUBMISSION = {"missing-credentials", "invalid-token", "invalid-query", "permission-denied", "not-found"}


@pytest.mark.parametrize("slug", sorted(PROBLEMS.keys() - NO_SUBMISSION - mending._STEPS.keys()))
def test_what_no_set_up_can_help_says_what_to_tell_the_sender(slug: str, admin_client: Client) -> None:
    [(text, url)] = steps_of(admin_client, SubmissionFactory.create(rejected=True, problem=slug, body=b"{")).items()
    assert (text.endswith("."), url) == (True, "")


def test_body_that_can_not_be_read_is_for_the_sender(admin_client: Client, sender: Credential) -> None:
    submission = sent(sender, {"Campaign": float("nan")})
    assert submission.problem == "malformed-body"
    assert "Tell the sender which place of the body" in next(iter(steps_of(admin_client, submission)))


def test_what_only_its_sender_can_mend_has_no_replay(admin_client: Client, sender: Credential) -> None:
    unreadable = sent(sender, {"Campaign": float("nan")})
    assert "The sender has to send it again." in text_of(admin_client.get(page_of(unreadable)))
    batch = [{"Campaign": "expo", "telefono": "600111222"}, {f"key {number}": 1 for number in range(201)}]
    assert "The sender has to send it again." not in text_of(admin_client.get(page_of(sent(sender, batch))))
    assert [*replayable(Submission.objects.all())] == [Submission.objects.latest("pk")]


def test_problems_of_both_kinds_have_both_steps(admin_client: Client, sender: Credential) -> None:
    batch = [{"Campaign": "expo", "telefono": "600111222"}, {f"key {number}": 1 for number in range(201)}]
    steps = [*steps_of(admin_client, sent(sender, batch))]
    assert [text.partition(" ")[0] for text in steps] == ["No", "Make"]


def test_unknown_code_in_a_body_that_is_not_read_any_more_has_no_steps(admin_client: Client) -> None:
    assert steps_of(admin_client, SubmissionFactory.create(rejected=True, body=b"{")) == {}


def test_what_is_taken_has_no_steps(admin_client: Client, sender: Credential) -> None:
    ImportMappingFactory.create(user=sender.user)
    assert steps_of(admin_client, sent(sender, {"telefono": "600111222"})) == {}


def test_steps_that_the_reader_may_not_take_are_told_without_a_link(sign_in: Any, sender: Credential) -> None:
    reader: User = UserFactory.create(staff=True, permissions=["leads.view_submission"])
    submission = sent(sender, {"Campaign": "expo", "telefono": "600111222"})
    assert list(steps_of(sign_in(reader), submission).values()) == [""]
    assert all(steps_of(sign_in(UserFactory.create(staff=True, role=Role.SUPPORT)), submission).values())


def test_queries_of_the_steps_do_not_grow(admin_client: Client, sender: Credential) -> None:
    ImportMappingFactory.create(user=sender.user, external_code="expo")
    ContentType.objects.get_for_model(Submission)
    one = sent(sender, [{"Campaign": "expo", "key": "1"}])
    many = sent(sender, [{"Campaign": f"expo{n}", "key": "1"} for n in range(30)] + [{"Campaign": "expo", "key": 1}])
    LeadFactory.create_batch(3)
    ImportMappingFactory.create_batch(29, user=sender.user)
    assert (queries_of(admin_client, page_of(one)), queries_of(admin_client, page_of(many))) == (7, 7)
    assert ImportMapping.objects.count() > 29
