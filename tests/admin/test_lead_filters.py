import re
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from easycall.errors import PROBLEMS
from leads.admin.labels import WARNING_LABELS
from leads.enums import Outcome
from leads.models import Lead, Submission
from leads.texts import WARNING_TEXTS
from tests.admin.pages import text_of
from tests.factories import (
    CampaignFactory,
    ImportMappingFactory,
    LeadFactory,
    SubmissionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

LEADS = reverse("admin:leads_lead_changelist")
SUBMISSIONS = reverse("admin:leads_submission_changelist")


def leads(client: Client, **params: str) -> set[Lead]:
    return set(client.get(LEADS, params).context["cl"].queryset)


def submissions(client: Client, **params: Any) -> set[Submission]:
    return set(client.get(SUBMISSIONS, params).context["cl"].queryset)


def offered(client: Client, url: str, title: str) -> list[str]:
    """The choices of the filter with this title."""
    changelist = client.get(url).context["cl"]
    (spec,) = (spec for spec in changelist.filter_specs if str(spec.title) == title)
    return [str(choice["display"]) for choice in spec.choices(changelist)]


def test_leads_of_a_campaign_and_of_an_import_api(admin_client: Client) -> None:
    lead, other = LeadFactory.create(), LeadFactory.create()
    assert leads(admin_client, campaign__id__exact=str(lead.campaign_id)) == {lead}
    assert leads(admin_client, mapping__id__exact=str(other.mapping_id)) == {other}


def test_import_apis_are_offered_with_their_user(admin_client: Client) -> None:
    for name in ("ana", "bea"):
        ImportMappingFactory.create(external_code="expo", user__username=name)
    for url in (LEADS, SUBMISSIONS):
        assert {"expo (ana)", "expo (bea)"} <= set(offered(admin_client, url, "Import API"))


@pytest.mark.parametrize("text", ["facebook", "FACEBOOK", " facebook "])
def test_leads_of_a_channel_whatever_its_case(admin_client: Client, text: str) -> None:
    lead = LeadFactory.create(channel="Facebook")
    LeadFactory.create(channel="facebook ads")
    assert leads(admin_client, channel=text) == {lead}


def test_channels_of_the_newest_leads_are_proposed(admin_client: Client) -> None:
    for channel in ("web", "facebook", "web", "", "x" * 101):
        LeadFactory.create(channel=channel)
    content = admin_client.get(LEADS).content.decode()
    proposed = re.search(r"<datalist.*?</datalist>", content, re.DOTALL)
    assert proposed
    assert re.findall(r'<option value="(.*?)"', proposed[0]) == ["facebook", "web"]


def test_leads_with_and_without_warnings(admin_client: Client) -> None:
    phone = LeadFactory.create(warning_codes="invalid_date invalid_phone")
    date, fine = LeadFactory.create(warning_codes="invalid_date"), LeadFactory.create()
    assert leads(admin_client, warning="any") == {phone, date}
    assert leads(admin_client, warning="none") == {fine}
    assert leads(admin_client, warning="invalid_phone") == {phone}
    assert leads(admin_client, warning="no_such_code") == set()


def test_every_warning_has_a_label_and_is_offered(admin_client: Client) -> None:
    assert WARNING_LABELS.keys() == WARNING_TEXTS.keys()
    assert len(offered(admin_client, LEADS, "warnings")) == 3 + len(WARNING_TEXTS)


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"period": "today"}, [3, 4]),
        ({"period": "week"}, [3, 4]),
        ({"period": "month"}, [1, 2, 3, 4]),
        ({"from": "2026-05-14"}, [2, 3, 4]),
        ({"to": "2026-05-14"}, [0, 1, 2]),
        ({"from": "2026-05-01", "to": "2026-05-14"}, [1, 2]),
        ({"from": "2026-05-15", "to": "2026-05-14"}, []),
        ({"period": "century"}, [0, 1, 2, 3, 4]),
        ({"from": "", "to": ""}, [0, 1, 2, 3, 4]),
    ],
)
@time_machine.travel(datetime(2026, 5, 20, 22, 30, tzinfo=UTC), tick=False)
def test_rows_of_a_period_or_from_one_day_to_another(
    admin_client: Client, params: dict[str, str], found: list[int]
) -> None:
    # In Madrid it is the 21st already, and a day begins two hours before it does in UTC.
    moments = [
        datetime(2026, 4, 30, 21, 59, tzinfo=UTC),
        datetime(2026, 4, 30, 22, 0, tzinfo=UTC),
        datetime(2026, 5, 14, 21, 59, tzinfo=UTC),
        datetime(2026, 5, 20, 22, 0, tzinfo=UTC),
        datetime(2026, 5, 20, 22, 30, tzinfo=UTC),
    ]
    rows = [LeadFactory.create(created_at=moment, submission__received_at=moment) for moment in moments]
    assert leads(admin_client, **params) == {rows[index] for index in found}
    assert submissions(admin_client, **params) == {rows[index].submission for index in found}


@pytest.mark.parametrize("text", ["yesterday", "2026-02-30", "0001-01-01", "9999-12-31", "2026-05-01\x00"])
def test_text_that_is_no_date_is_named_as_such(admin_client: Client, text: str) -> None:
    lead = LeadFactory.create()
    response = admin_client.get(LEADS, {"from": "x" + text if "\x00" in text else text})
    assert "This is not a date." in text_of(response)
    assert set(response.context["cl"].queryset) == {lead}


def test_leads_of_a_submission(admin_client: Client) -> None:
    lead = LeadFactory.create()
    LeadFactory.create()
    assert leads(admin_client, of=str(lead.submission_id)) == {lead}
    assert leads(admin_client, of="nonsense") == set()
    assert "By received submission" not in text_of(admin_client.get(LEADS))
    assert "By received submission" in text_of(admin_client.get(LEADS, {"of": str(lead.submission_id)}))


def test_a_typed_filter_keeps_the_others_and_the_search(admin_client: Client) -> None:
    CampaignFactory.create_batch(2)
    content = admin_client.get(
        LEADS, {"q": "ana", "warning": "any", "period": "week", "channel": "web"}
    ).content.decode()
    of_channel = content[content.index("channel-proposals") - 800 : content.index("channel-proposals")]
    for name, value in (("q", "ana"), ("warning", "any"), ("period", "week")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in of_channel
    assert 'name="channel" value="web"' in of_channel
    assert '<input type="hidden" name="channel"' not in of_channel


def test_submissions_by_outcome_and_problem(admin_client: Client) -> None:
    accepted, rejected = SubmissionFactory.create(), SubmissionFactory.create(rejected=True)
    partial = SubmissionFactory.create(outcome=Outcome.PARTIAL, problem="missing-contact")
    assert submissions(admin_client, outcome__exact="accepted") == {accepted}
    assert submissions(admin_client, outcome__exact="partial") == {partial}
    assert submissions(admin_client, problem="unknown-campaign") == {rejected}
    assert submissions(admin_client, problem="missing-contact") == {partial}
    assert submissions(admin_client, problem="no-such") == set()


def test_submissions_by_each_problem_of_a_batch(admin_client: Client) -> None:
    batch = SubmissionFactory.create(outcome=Outcome.PARTIAL, problem="content-too-large missing-contact")
    SubmissionFactory.create(rejected=True)
    for slug in ("content-too-large", "missing-contact"):
        assert submissions(admin_client, problem=slug) == {batch}


def test_every_problem_that_leaves_a_submission_is_offered_in_words(admin_client: Client) -> None:
    words = offered(admin_client, SUBMISSIONS, "problem")
    assert str(PROBLEMS["unknown-campaign"].title) in words
    assert str(PROBLEMS["invalid-token"].title) not in words


def test_submissions_by_user_and_import_api(admin_client: Client) -> None:
    one, other = LeadFactory.create().submission, LeadFactory.create().submission
    assert submissions(admin_client, user__id__exact=str(one.user_id)) == {one}
    assert submissions(admin_client, mapping__id__exact=str(other.mapping_id)) == {other}


def test_only_users_with_a_credential_are_offered(admin_client: Client) -> None:
    UserFactory.create(username="nobody")
    for name in ("ana", "bea"):
        SubmissionFactory.create(credential__user__username=name)
    assert offered(admin_client, SUBMISSIONS, "user") == ["All", "ana", "bea"]


@pytest.mark.parametrize("name", ["q", "channel", "of", "period", "from", "to", "warning", "problem"])
def test_no_text_breaks_a_list(admin_client: Client, name: str) -> None:
    for url in (LEADS, SUBMISSIONS):
        for text in ("\x00", "%", "'", "x" * 3_000, "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")):
            assert admin_client.get(url, {name: text}, follow=True).status_code == 200


def test_leads_that_are_duplicates_and_those_that_are_none(admin_client: Client) -> None:
    first = LeadFactory.create()
    again = LeadFactory.create(duplicate_of=first, duplicate_rules="mobile")
    assert leads(admin_client, duplicates="yes") == leads(admin_client, duplicates=str(first.pk)) == {again}
    assert leads(admin_client, duplicates="no") == {first}
    assert leads(admin_client, duplicates="x") == set()
    assert offered(admin_client, LEADS, "duplicates") == ["All", "Marked as duplicates", "Not marked"]


def test_submissions_with_duplicates(admin_client: Client) -> None:
    submission = SubmissionFactory.create(duplicate_count=1)
    SubmissionFactory.create()
    assert submissions(admin_client, duplicates="yes") == {submission}
