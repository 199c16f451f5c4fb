import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts import services
from accounts.models import User
from campaigns.models import Campaign
from leads.enums import Outcome
from leads.intake.replay import Fate, Replayed, Tally, replay, replay_all
from leads.models import IdempotencyKey, Lead, LeadEvent, Submission
from tests.factories import QuestionFactory, UserFactory
from tests.intake.world import World, send

LEAD = {"Campaign": "expo", "nombre": "Lucía", "telefono": "600 11 12 22"}
GOOD = {**LEAD, "Campaign": "expo_2026"}
OTHER, THIRD = {**LEAD, "telefono": "600333444"}, {**LEAD, "telefono": "600555666"}


def post(world: World, body: object = LEAD, headers: Mapping[str, str] | None = None, **kwargs: Any) -> Submission:
    """The submission that a request leaves."""
    send(json.dumps(body), world.tokens[kwargs.pop("token", "<token>")], headers=headers, **kwargs)
    return Submission.objects.latest("received_at", "id")


def mend(world: World) -> None:
    world.mapping.external_code = "expo"
    world.mapping.save()


def break_the_set_up(world: World, zone: str) -> None:
    """A time zone that is none is a fault of ours for who sends a date."""
    Campaign.objects.filter(pk=world.expo.pk).update(time_zone=zone)


def replayed(submission: Submission, by: User | None = None) -> Replayed:
    result = replay(submission_id=submission.pk, by=by)
    submission.refresh_from_db()
    return result


def test_a_rejected_submission_becomes_a_lead(world: World) -> None:
    submission = post(world)
    mend(world)
    assert replayed(submission).fate is Fate.ACCEPTED
    lead = Lead.objects.get()
    assert (lead.submission, lead.item, lead.nome, lead.mapping) == (submission, 0, "Lucía", world.mapping)
    assert (submission.outcome, submission.status, submission.problem) == (Outcome.ACCEPTED, 201, "")
    assert (submission.created_count, submission.rejected_count, submission.mapping) == (1, 0, world.mapping)
    assert json.loads(submission.answer)["id"] == str(lead.pk)


def test_what_the_sender_was_told_stays_beside_the_answer_of_now(world: World) -> None:
    submission, person = post(world), UserFactory(staff=True)
    told = submission.answer
    replayed(submission)
    mend(world)
    replayed(submission, by=person)
    assert (submission.first_status, submission.first_answer) == (422, told)
    assert (submission.status, submission.replayed_by) == (201, person)


def test_its_history_says_when_it_was_replayed_and_by_whom(world: World) -> None:
    submission, person = post(world), UserFactory(staff=True)
    mend(world)
    replayed(submission, by=person)
    event = LeadEvent.objects.get()
    assert (event.by, event.at, event.submission) == (person, submission.replayed_at, submission)
    assert event.lead.created_at == submission.replayed_at


def test_without_mending_it_is_rejected_again(world: World) -> None:
    submission = post(world)
    told = submission.answer
    assert replayed(submission) == Replayed(submission.pk, Fate.REJECTED, ("unknown-campaign",))
    assert (submission.outcome, submission.answer, Lead.objects.count()) == (Outcome.REJECTED, told, 0)


def test_what_is_wrong_now_is_what_it_is_rejected_for(world: World) -> None:
    submission = post(world)
    mend(world)
    world.expo.active = False
    world.expo.save()
    assert replayed(submission).problems == ("campaign-inactive",)
    assert submission.problem == "campaign-inactive"
    assert json.loads(submission.answer)["type"] == "/problems/campaign-inactive"


def test_a_second_replay_finds_nothing_to_do(world: World) -> None:
    submission = post(world)
    mend(world)
    assert [replayed(submission).fate for _ in range(2)] == [Fate.ACCEPTED, Fate.LEFT]
    assert Lead.objects.count() == 1


def test_a_failed_submission_is_replayed(world: World) -> None:
    break_the_set_up(world, "Mars/Olympus")
    submission = post(world, {**GOOD, "visita": "31/12/2026"})
    assert (submission.outcome, submission.status) == (Outcome.FAILED, 503)
    break_the_set_up(world, "Europe/Madrid")
    assert replayed(submission).fate is Fate.ACCEPTED


def test_a_fault_while_replaying_is_a_fresh_problem(world: World) -> None:
    submission = post(world, {**LEAD, "visita": "31/12/2026"})
    mend(world)
    break_the_set_up(world, "Mars/Olympus")
    assert replayed(submission).problems == ("temporarily-unavailable",)
    assert (submission.outcome, submission.status, submission.first_status) == (Outcome.FAILED, 503, 422)


def test_campaign_of_the_url_is_replayed_too(world: World) -> None:
    submission = post(world, {"telefono": "600111222"}, path="/easycall/spring?campaign=expo")
    mend(world)
    assert replayed(submission).fate is Fate.ACCEPTED


def test_a_new_question_takes_its_answer(world: World) -> None:
    submission = post(world, {**LEAD, "planta": "3"})
    mend(world)
    QuestionFactory(key="planta")
    replayed(submission)
    assert Lead.objects.get().answers == {"planta": "3"}


def test_of_a_batch_only_what_was_rejected_is_tried_again(world: World) -> None:
    submission = post(world, [GOOD, OTHER, {"nombre": "Ana"}, THIRD])
    first = json.loads(submission.answer)["results"][0]
    world.mapping.user.mappings.create(external_code="expo", campaign=world.expo)

    assert replayed(submission) == Replayed(submission.pk, Fate.PARTIAL, ("unknown-campaign",))

    answer = json.loads(submission.answer)
    assert [result["status"] for result in answer["results"]] == ["created", "created", 422, "created"]
    assert (answer["created"], answer["rejected"], answer["results"][0]) == (3, 1, first)
    assert (submission.created_count, submission.rejected_count, submission.mapping) == (3, 1, None)
    assert sorted(Lead.objects.values_list("item", flat=True)) == [0, 1, 3]


def test_a_batch_of_which_nothing_new_is_taken_stays_as_it_is(world: World) -> None:
    submission = post(world, [GOOD, LEAD])
    told = submission.answer
    assert replayed(submission).fate is Fate.REJECTED
    assert (submission.outcome, submission.answer) == (Outcome.PARTIAL, told)


def test_a_fault_does_not_touch_what_a_batch_became(world: World) -> None:
    submission = post(world, [GOOD, {**LEAD, "visita": "31/12/2026"}])
    told = submission.answer
    mend(world)
    break_the_set_up(world, "Mars/Olympus")
    assert replayed(submission).fate is Fate.REJECTED
    assert (submission.outcome, submission.answer, submission.created_count) == (Outcome.PARTIAL, told, 1)


def test_a_batch_that_was_rejected_as_a_whole_is_replayed_as_a_whole(world: World) -> None:
    submission = post(world, [LEAD, OTHER])
    mend(world)
    assert replayed(submission).fate is Fate.ACCEPTED
    assert (submission.created_count, submission.mapping) == (2, world.mapping)


@pytest.mark.parametrize("problem", ["malformed-request", "idempotency-key-invalid", "unsupported-media-type"])
def test_how_a_request_was_put_can_not_be_mended(world: World, problem: str) -> None:
    requests: dict[str, dict[str, Any]] = {
        "malformed-request": {"path": "/easycall/spring?token=x"},
        "idempotency-key-invalid": {"headers": {"Idempotency-Key": "a b"}},
        "unsupported-media-type": {"headers": {"Content-Encoding": "gzip"}},
    }
    submission = post(world, GOOD, **requests[problem])
    assert submission.problem == problem
    assert replayed(submission).fate is Fate.LEFT
    assert (submission.replayed_at, Lead.objects.count()) == (None, 0)


@pytest.mark.parametrize("fault", [{"path": "/easycall/spring?token=x"}, {"method": "PUT"}])
def test_nor_when_another_problem_came_before_it(world: World, fault: dict[str, str]) -> None:
    submission = post(world, GOOD, token="<far>", **fault)
    assert submission.problem == "address-not-allowed"
    submission.credential.networks = []
    submission.credential.save()
    assert replayed(submission).fate is Fate.LEFT


def test_half_a_body_is_never_a_lead(world: World) -> None:
    submission = post(world)
    Submission.objects.update(body_complete=False)
    mend(world)
    assert replayed(submission).fate is Fate.LEFT


def test_what_is_too_large_is_too_large_again(world: World) -> None:
    submission = post(world, {**GOOD, "notas": "x" * 10_001})
    assert replayed(submission).problems == ("content-too-large",)


def test_a_network_that_was_added_since_lets_it_through(world: World) -> None:
    submission = post(world, GOOD, token="<far>")
    assert replayed(submission).problems == ("address-not-allowed",)
    submission.credential.networks = []
    submission.credential.save()
    assert replayed(submission).fate is Fate.ACCEPTED


def test_neither_token_nor_user_has_to_be_alive(world: World) -> None:
    submission = post(world)
    services.revoke(credential=submission.credential, by=None)
    User.objects.filter(pk=world.user.pk).update(is_active=False)
    mend(world)
    assert replayed(submission).fate is Fate.ACCEPTED


def test_a_lead_that_came_meanwhile_under_its_id_is_repeated(world: World) -> None:
    submission = post(world, {**LEAD, "ID": "7"})
    mend(world)
    other = post(world, {**LEAD, "ID": "7"})
    assert replayed(submission).fate is Fate.REPEATED
    assert (submission.repeated_count, submission.status, Lead.objects.get().submission) == (1, 200, other)


KEY = {"Idempotency-Key": "k1"}


def test_who_retries_after_a_replay_gets_its_answer(world: World) -> None:
    submission = post(world, headers=KEY)
    mend(world)
    replayed(submission)
    again = send(json.dumps(LEAD), world.tokens["<token>"], headers=KEY)
    assert (again.status_code, again.content.decode()) == (201, submission.answer)
    assert (again["Idempotent-Replayed"], Lead.objects.count()) == ("true", 1)


def test_replay_after_the_sender_retried_is_a_repeat(world: World) -> None:
    submission = post(world, headers=KEY)
    mend(world)
    retried = post(world, headers=KEY)
    assert replayed(submission).fate is Fate.REPEATED
    assert (submission.repeats, submission.answer, submission.rejected_count) == (retried, retried.answer, 0)
    assert (submission.outcome, submission.problem, Lead.objects.count()) == (Outcome.ACCEPTED, "", 1)


def test_key_of_a_request_from_a_forbidden_address_is_kept_too(world: World) -> None:
    submission = post(world, GOOD, token="<far>", headers=KEY)
    post(world, GOOD, headers=KEY)
    submission.credential.networks = []
    submission.credential.save()
    assert replayed(submission).fate is Fate.REPEATED


def test_a_key_that_said_something_else_is_a_problem_until_it_runs_out(world: World) -> None:
    post(world, {**GOOD, "nombre": "Ana"}, headers=KEY)
    submission = post(world, GOOD, headers=KEY)
    assert replayed(submission).problems == ("idempotency-key-reused",)
    with time_machine.travel(timezone.now() + timedelta(hours=73), tick=False):
        assert replayed(submission).fate is Fate.ACCEPTED
    assert IdempotencyKey.objects.get().submission == submission


def test_half_a_batch_keeps_its_key_when_the_rest_is_taken(world: World) -> None:
    submission = post(world, [GOOD, LEAD], headers=KEY)
    world.mapping.user.mappings.create(external_code="expo", campaign=world.expo)
    assert replayed(submission).fate is Fate.ACCEPTED
    again = send(json.dumps([GOOD, LEAD]), world.tokens["<token>"], headers=KEY)
    assert (again.content.decode(), Lead.objects.count()) == (submission.answer, 2)


def test_half_a_batch_that_was_sent_anew_after_its_key_ran_out_stays(world: World) -> None:
    submission = post(world, [GOOD, LEAD], headers=KEY)
    with time_machine.travel(timezone.now() + timedelta(hours=73), tick=False):
        post(world, [GOOD, LEAD], headers=KEY)
        mend(world)
        assert replayed(submission).fate is Fate.REJECTED
    assert (submission.outcome, Lead.objects.count()) == (Outcome.PARTIAL, 2)


def test_many_are_replayed_the_oldest_first(world: World) -> None:
    submissions = [post(world), post(world, {"nombre": "Ana", "Campaign": "expo"}), post(world, GOOD), post(world)]
    mend(world)
    tally = Tally()
    order = []
    for each in replay_all(submissions=Submission.objects.order_by("outcome"), by=None):
        tally.add(each)
        order.append(each.submission_id)
    assert order == [submissions[0].pk, submissions[1].pk, submissions[3].pk]
    assert tally.fates == {Fate.ACCEPTED: 2, Fate.REJECTED: 1}
    assert tally.problems == {"missing-contact": 1}
