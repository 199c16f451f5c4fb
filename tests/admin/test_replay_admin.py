import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import User
from leads.admin import replay
from leads.enums import Outcome
from leads.models import Lead, Submission
from tests.admin.pages import text_of
from tests.factories import CredentialFactory, ImportMappingFactory, LeadFactory, SubmissionFactory, UserFactory

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
LIST = reverse("admin:leads_submission_changelist")
BODY = json.dumps({"Campaign": "expo", "telefono": "600 11 12 22"}).encode()


def rejected(number: int = 1, **columns: Any) -> list[Submission]:
    """Submissions of one sender whose code nobody knows yet."""
    credential = columns.pop("credential", None) or CredentialFactory.create(user__username="landing")
    return SubmissionFactory.create_batch(number, **{"rejected": True, "body": BODY, **columns}, credential=credential)


def mend(submission: Submission) -> None:
    ImportMappingFactory.create(user=submission.user, external_code="expo")


def page_of(submission: Submission) -> str:
    return reverse("admin:leads_submission_change", args=[submission.pk])


def button_of(submission: Submission) -> str:
    return reverse("admin:leads_submission_replay", args=[submission.pk])


def pick(client: Client, submissions: list[Submission], url: str = LIST, **data: str) -> HttpResponse:
    """What the list, or the page that asks, sends."""
    picked = {ACTION_CHECKBOX_NAME: [str(each.pk) for each in submissions]}
    return client.post(url, {"action": "replay_picked", "select_across": "0", **picked, **data}, follow=True)


@pytest.fixture
def support(sign_in: SignIn) -> Client:
    return sign_in(UserFactory(staff=True, permissions=["leads.view_submission", "leads.replay_submission"]))


def test_it_is_asked_first_how_many_can_be_replayed(support: Client) -> None:
    submissions = [*rejected(2), *rejected(credential=CredentialFactory.create(), body_complete=False)]
    words = text_of(pick(support, submissions, index="0"))
    assert "2 of these submissions can be replayed." in words
    assert "1 can never become a lead" in words
    assert not Submission.objects.exclude(replayed_at=None).exists()


def test_picked_ones_are_replayed_and_the_others_are_not(support: Client) -> None:
    submissions = rejected(3)
    mend(submissions[0])
    words = text_of(pick(support, submissions[:2], confirmed="yes"))
    assert "Replayed: 2 accepted." in words
    assert {lead.submission for lead in Lead.objects.all()} == set(submissions[:2])
    assert {each.replayed_by for each in Submission.objects.exclude(replayed_at=None)} == {
        User.objects.get(is_staff=True)
    }


def test_all_of_a_filter_are_replayed(support: Client) -> None:
    submissions = rejected(3)
    failed = rejected(credential=submissions[0].credential, outcome=Outcome.FAILED, status=503, problem="x")
    mend(submissions[0])
    pick(support, submissions[:1], f"{LIST}?outcome__exact=rejected", select_across="1", confirmed="yes")
    assert {lead.submission for lead in Lead.objects.all()} == set(submissions)
    assert Submission.objects.get(replayed_at=None) == failed[0]


def test_message_says_what_became_of_them_and_what_is_wrong(support: Client) -> None:
    submissions = [*rejected(2), *rejected(credential=CredentialFactory.create())]
    mend(submissions[0])
    words = text_of(pick(support, submissions, confirmed="yes"))
    assert "Replayed: 2 accepted, 1 rejected again. What is wrong: No active Import API" in words


def test_of_many_one_click_does_a_part_and_the_next_goes_on(support: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "MOST_AT_ONCE", 2)
    submissions = rejected(5)
    first = pick(support, submissions, confirmed="yes")
    words = text_of(first)
    assert "Replayed: 2 rejected again." in words
    assert "3 more submissions can be replayed." in words
    assert "manage.py replay_submissions" in words
    second = pick(support, submissions, confirmed="yes", after=str(first.context["after"]))
    third = pick(support, submissions, confirmed="yes", after=str(second.context["after"]))
    assert "1 more submission can be replayed." in text_of(second)
    assert third.redirect_chain
    assert not Submission.objects.filter(replayed_at=None).exists()


def test_time_of_one_click_is_bounded_too(support: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "SECONDS_AT_ONCE", 0.0)
    assert "2 more submissions can be replayed." in text_of(pick(support, rejected(3), confirmed="yes"))


def test_page_that_asks_is_sent_on_with_what_was_picked(support: Client) -> None:
    submissions = rejected(2)
    content = pick(support, submissions, index="0", select_across="1").content.decode()
    for submission in submissions:
        assert f'name="{ACTION_CHECKBOX_NAME}" value="{submission.pk}"' in content
    assert 'name="select_across" value="1"' in content


def test_without_the_permission_nothing_is_replayed(sign_in: SignIn) -> None:
    client = sign_in(UserFactory(staff=True, permissions=["leads.view_submission"]))
    (submission,) = rejected()
    pick(client, [submission], confirmed="yes")
    assert client.post(button_of(submission)).status_code == 403
    assert button_of(submission) not in client.get(page_of(submission)).content.decode()
    assert 'name="action"' not in client.get(LIST).content.decode()
    assert Submission.objects.get().replayed_at is None


def test_page_has_a_button_that_replays(support: Client) -> None:
    (submission,) = rejected()
    mend(submission)
    assert button_of(submission) in support.get(page_of(submission)).content.decode()
    words = text_of(support.post(button_of(submission), follow=True))
    assert "Replayed: 1 accepted." in words
    assert button_of(submission) not in support.get(page_of(submission)).content.decode()


def test_link_of_the_button_changes_nothing_by_itself(support: Client) -> None:
    (submission,) = rejected()
    assert support.get(button_of(submission)).status_code == 302
    assert Submission.objects.get().replayed_at is None


def test_button_of_what_is_not_there_is_not_found(support: Client) -> None:
    submission = SubmissionFactory.build(user=None, credential=None)
    assert support.post(button_of(submission)).status_code == 404


def test_page_says_when_and_by_whom_and_shows_both_answers(support: Client) -> None:
    (submission,) = rejected(answer='{"detail": "No such code."}')
    mend(submission)
    support.post(button_of(submission))
    page = support.get(page_of(submission))
    words = text_of(page)
    assert f", {User.objects.get(is_staff=True)} Leads" in words
    assert "What the sender was answered HTTP status 422." in words
    assert "The answer since it was replayed HTTP status 201." in words
    assert '"No such code."' in words
    assert "created" in page.context["page"]["answer"].text


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"body_complete": False}, "not all of the body is here"),
        ({"problem": "malformed-request"}, "what was wrong is the request itself"),
        (
            {"pruned_at": timezone.now(), "body": b"", "answer": "", "remote_address": None},
            "what was sent is deleted",
        ),
    ],
)
def test_page_says_why_one_can_not_be_replayed(support: Client, columns: dict[str, Any], words: str) -> None:
    (submission,) = rejected(**{"answer": "{}", **columns})
    page = support.get(page_of(submission))
    assert words in text_of(page)
    assert button_of(submission) not in page.content.decode()


def test_accepted_one_has_no_button(support: Client) -> None:
    submission = SubmissionFactory.create()
    assert button_of(submission) not in support.get(page_of(submission)).content.decode()


def test_list_says_how_long_submissions_are_kept(support: Client, settings: Settings) -> None:
    settings.SUBMISSION_REJECTED_DAYS, settings.SUBMISSION_ACCEPTED_DAYS = 1, 0
    words = text_of(support.get(LIST))
    assert "are kept 1 day, what was sent with accepted ones for ever" in words


def test_pages_say_that_what_was_sent_is_deleted(admin_client: Client) -> None:
    lead = LeadFactory.create()
    nothing = {"body": b"", "answer": "", "query": "", "remote_address": None}
    Submission.objects.update(**nothing, pruned_at=timezone.now())
    for page in (page_of(lead.submission), reverse("admin:leads_lead_change", args=[lead.pk])):
        words = text_of(admin_client.get(page))
        assert "What was sent and answered was deleted on" in words
        assert "can't be read" not in words
