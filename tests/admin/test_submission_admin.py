import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from accounts.models import User
from leads.enums import EventKind, Outcome
from leads.models import Submission
from tests.admin.pages import queries_of, text_of
from tests.factories import (
    CredentialFactory,
    ImportMappingFactory,
    LeadEventFactory,
    LeadFactory,
    SubmissionFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
LIST = reverse("admin:leads_submission_changelist")


def page_of(submission: Submission) -> str:
    return reverse("admin:leads_submission_change", args=[submission.pk])


def download_of(submission: Submission, part: str = "body") -> str:
    return reverse(f"admin:leads_submission_{part}", args=[submission.pk])


def problem(slug: str = "missing-contact", detail: str = "Nothing to call.", **members: Any) -> dict[str, Any]:
    return {"type": f"/problems/{slug}", "title": "T", "status": 422, "detail": detail, "errors": [], **members}


def words_of(client: Client, **columns: Any) -> str:
    """The words of the page of a submission with these columns."""
    return text_of(client.get(page_of(SubmissionFactory.create(**columns))))


def test_list_shows_what_became_of_each(admin_client: Client) -> None:
    mapping = ImportMappingFactory.create(external_code="expo", user__username="landing")
    SubmissionFactory.create(mapping=mapping, credential__user=mapping.user, created_count=3)
    SubmissionFactory.create(rejected=True)
    words = text_of(admin_client.get(LIST))
    assert "landing accepted HTTP 201 – 3 0 expo (landing)" in words
    assert "rejected HTTP 422 No active Import API of this user has this campaign code 0 1 –" in words


def test_list_shows_every_problem_of_a_batch(admin_client: Client) -> None:
    SubmissionFactory.create(outcome=Outcome.PARTIAL, problem="campaign-inactive missing-contact", rejected_count=2)
    words = text_of(admin_client.get(LIST))
    assert "The campaign is not active; The lead has neither phone nor e-mail" in words


def test_search_box_finds_by_the_id_of_a_submission_or_a_lead(admin_client: Client) -> None:
    lead = LeadFactory.create()
    SubmissionFactory.create()
    for text in (str(lead.pk), str(lead.submission_id)):
        assert list(admin_client.get(LIST, {"q": text}).context["cl"].queryset) == [lead.submission]


def test_queries_of_the_list_do_not_grow_with_its_rows(admin_client: Client) -> None:
    LeadFactory.create()
    one = queries_of(admin_client, LIST)
    LeadFactory.create_batch(29)
    assert (one, queries_of(admin_client, LIST)) == (8, 8)


def test_queries_of_a_page_do_not_grow_with_its_leads(admin_client: Client) -> None:
    small = LeadFactory.create().submission
    first = LeadFactory.create()
    for item in range(1, 30):
        LeadFactory.create(submission=first.submission, mapping=first.mapping, item=item)
    ContentType.objects.get_for_model(Submission)
    assert (queries_of(admin_client, page_of(small)), queries_of(admin_client, page_of(first.submission))) == (4, 4)


def test_list_reads_no_bodies(admin_client: Client) -> None:
    SubmissionFactory.create()
    (submission,) = admin_client.get(LIST).context["cl"].result_list
    assert {"body", "answer"} <= submission.get_deferred_fields()


def test_page_shows_the_request(admin_client: Client) -> None:
    credential = CredentialFactory.create(user__username="landing", label="May")
    words = words_of(admin_client, credential=credential, query="campaign=expo", content_type="application/json")
    assert f"User landing Advanced credential {credential.prefix}… May" in words
    assert "Request POST /easycall/spring?campaign=expo Content type application/json" in words
    assert "From address 192.0.2.10" in words


def test_page_says_the_problem_in_words_and_what_to_do(admin_client: Client) -> None:
    errors = [
        {"pointer": "/telefon", "detail": "Did you mean “telefono”?"},
        {"pointer": "", "detail": "Nothing to call."},
    ]
    words = words_of(admin_client, rejected=True, answer=json.dumps(problem(errors=errors)))
    assert "The problem The lead has neither phone nor e-mail" in words
    assert "What to do: Send at least one phone or e-mail under a predefined key." in words
    assert "As answered: Nothing to call. /telefon : Did you mean “telefono”?" in words
    assert words.count("Nothing to call.") == 3  # in words once, and twice in the answer itself


def test_problems_of_a_batch_are_told_once_with_the_numbers_of_their_leads(admin_client: Client) -> None:
    results = [problem(), {"id": "x", "status": "created"}, problem(), problem("campaign-inactive", "It sleeps.")]
    words = words_of(
        admin_client, outcome=Outcome.PARTIAL, problem="missing-contact", answer=json.dumps({"results": results})
    )
    assert "The problems The lead has neither phone nor e-mail 2 leads, no. 1, 3" in words
    assert "The campaign is not active Lead no. 4" in words


def test_problem_of_another_release_is_shown_by_its_name(admin_client: Client) -> None:
    words = words_of(admin_client, rejected=True, answer=json.dumps(problem("brand-new", "Who knows.")))
    assert "brand-new" in words
    assert "As answered: Who knows." in words


def test_page_of_an_accepted_one_has_no_problem(admin_client: Client) -> None:
    assert "What to do" not in words_of(admin_client, answer='{"stored": {}, "warnings": []}')


def test_page_shows_the_body_as_text(admin_client: Client) -> None:
    words = words_of(admin_client, body='{"nombre": "Lucía"}'.encode())
    assert '20 bytes, read as utf-8. Download the bytes {"nombre": "Lucía"}' in words


@pytest.mark.parametrize(
    ("body", "content_type", "shown"),
    [
        (b"Bego\xf1a", "text/plain", "6 bytes, read as windows-1252. Download the bytes Begoña"),
        ("Lucía".encode("utf-16"), "text/plain; charset=utf-16", "read as utf-16. Download the bytes Lucía"),
        (b"a\x81b", "text/plain", "read as windows-1252. Download the bytes a\\x81b"),
        (b"a\x00b\x1b[31m", "text/plain", "a⟨U+0000⟩b⟨U+001B⟩[31m"),
        (b"a\r\nb\rc", "text/plain", "a b⟨U+000D⟩c"),
        (b"x", "text/plain; charset=nonsense", "read as utf-8. Download the bytes x"),
        (b"x", "text/plain; charset*=no-such-codec''%41", "Download the bytes x"),
        (b"x", f"text/plain; {'a' * 20_000}", "Download the bytes x"),
        (b"", "application/json", "The body was empty."),
    ],
)
def test_page_shows_any_bytes(admin_client: Client, body: bytes, content_type: str, shown: str) -> None:
    assert shown in words_of(admin_client, body=body, content_type=content_type)


def test_hostile_values_stay_text(admin_client: Client) -> None:
    evil = "<script>alert(1)</script>"
    submission = SubmissionFactory.create(
        rejected=True,
        body=evil.encode(),
        content_type=evil,
        query=evil,
        path=f"/{evil}",
        answer=json.dumps(problem(evil, evil, errors=[{"pointer": evil, "detail": evil}])),
    )
    for url in (page_of(submission), LIST, f"{LIST}?problem={evil}&outcome__exact={evil}&q={evil}&to={evil}"):
        assert evil not in admin_client.get(url, follow=True).content.decode()


def test_only_the_beginning_of_a_large_body_is_shown(admin_client: Client) -> None:
    response = admin_client.get(page_of(SubmissionFactory.create(body=b"x" * 1_000_000, answer="y" * 1_000_000)))
    assert "1000000 bytes" in text_of(response)
    assert text_of(response).count("Only the beginning is shown.") == 2
    assert len(response.content) < 100_000


def test_page_says_that_bytes_are_missing(admin_client: Client) -> None:
    assert "The request ended before all the bytes that it announced." in words_of(admin_client, body_complete=False)


def test_answer_is_laid_out_and_any_other_text_is_shown_as_it_is(admin_client: Client) -> None:
    for answer, shown in (('{"a":[1]}', '{\n  "a": [\n    1\n  ]\n}'), ("no json {", "no json {"), ("", "")):
        page = admin_client.get(page_of(SubmissionFactory.create(answer=answer)))
        assert page.context["page"]["answer"].text == shown


def test_bytes_come_back_as_they_were_sent(admin_client: Client) -> None:
    submission = SubmissionFactory.create(body=bytes(range(256)), content_type="text/html")
    response = admin_client.get(download_of(submission))
    assert response.content == bytes(range(256))


@pytest.mark.parametrize("part", ["body", "answer"])
def test_no_browser_takes_a_download_for_a_page(admin_client: Client, part: str) -> None:
    submission = SubmissionFactory.create(content_type="text/html", body=b"<script>", answer="<script>")
    response = admin_client.get(download_of(submission, part))
    assert response.content == b"<script>"
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response.headers["Cache-Control"]


def test_download_of_what_is_not_there_is_not_found(admin_client: Client) -> None:
    submission = SubmissionFactory.build(user=None, credential=None)
    assert admin_client.get(download_of(submission)).status_code == 404


def test_page_lists_its_leads_with_links(admin_client: Client) -> None:
    lead = LeadFactory.create(nome="Lucía", mapping__campaign__name="Expo", warning_codes="invalid_phone", item=4)
    page = admin_client.get(page_of(lead.submission))
    assert "5 Lucía +34600111222 Expo doubtful phone" in text_of(page)
    assert reverse("admin:leads_lead_change", args=[lead.pk]) in page.content.decode()


def test_of_a_large_batch_the_first_leads_are_shown_and_the_list_has_all(admin_client: Client) -> None:
    LeadFactory.create()
    first = LeadFactory.create(submission__created_count=30)
    for item in range(1, 30):
        LeadFactory.create(submission=first.submission, mapping=first.mapping, item=item)
    page = admin_client.get(page_of(first.submission))
    everything = f"{reverse('admin:leads_lead_changelist')}?of={first.submission_id}"
    assert len(page.context["page"]["leads"]) == 25
    assert everything in page.content.decode()
    assert "See all 30 leads" in text_of(page)
    assert admin_client.get(everything).context["cl"].result_count == 30


def test_nobody_adds_changes_or_deletes(admin_client: Client) -> None:
    submission = SubmissionFactory.create()
    delete = reverse("admin:leads_submission_delete", args=[submission.pk])
    assert admin_client.post(page_of(submission), {"status": "200"}).status_code == 403
    assert admin_client.get(reverse("admin:leads_submission_add")).status_code == 403
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403


def staff(*permissions: str) -> User:
    user = UserFactory.create(staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def test_without_the_permission_there_is_nothing_to_see(sign_in: SignIn) -> None:
    client, submission = sign_in(staff("view_lead")), SubmissionFactory.create()
    for url in (LIST, page_of(submission), download_of(submission), download_of(submission, "answer")):
        assert client.get(url).status_code == 403


def test_downloads_are_for_who_is_signed_in(client: Client) -> None:
    response = client.get(download_of(SubmissionFactory.create()))
    assert response.status_code == 302
    assert "login" in response.headers["Location"]


def test_who_may_see_submissions_only_gets_no_links_elsewhere(sign_in: SignIn) -> None:
    lead = LeadFactory.create()
    content = sign_in(staff("view_submission")).get(page_of(lead.submission)).content.decode()
    for name, row in (
        ("leads_lead", lead),
        ("accounts_user", lead.mapping.user),
        ("leads_importmapping", lead.mapping),
    ):
        assert reverse(f"admin:{name}_change", args=[row.pk]) not in content


def test_page_of_an_update_leads_to_the_lead_that_it_changed(admin_client: Client) -> None:
    event = LeadEventFactory.create(
        kind=EventKind.UPDATED, submission=SubmissionFactory.create(created_count=0, updated_count=1)
    )
    response = admin_client.get(page_of(event.submission))
    assert "0 created, 0 marked as duplicates, 1 updated, 0 repeated, 0 rejected" in text_of(response)
    assert reverse("admin:leads_lead_change", args=[event.lead_id]) in response.content.decode()
    found = admin_client.get(reverse("admin:leads_lead_changelist"), {"of": str(event.submission_id)})
    assert list(found.context["cl"].queryset) == [event.lead]


def test_page_of_a_repetition_leads_to_the_first(admin_client: Client) -> None:
    first = SubmissionFactory.create()
    again = SubmissionFactory.create(repeats=first)
    assert page_of(first) in admin_client.get(page_of(again)).content.decode()


def test_page_says_what_was_here_already(admin_client: Client) -> None:
    lead = LeadFactory.create(nome="Lucía")
    duplicate_of = {"lead": str(lead.pk), "matched": ["mobile"], "policy": "mark"}
    page = admin_client.get(page_of(SubmissionFactory.create(answer=json.dumps({"duplicate_of": duplicate_of}))))
    told = "Leads that were here already Stored, marked as a duplicate. Same: mobile phone. See the lead that was here"
    assert told in text_of(page)
    assert reverse("admin:leads_lead_change", args=[lead.pk]) in page.content.decode()


def test_page_of_a_refused_duplicate_leads_to_the_lead_that_stays(admin_client: Client) -> None:
    answer = problem("duplicate-refused", duplicate_of={"lead": None, "matched": ["email"], "policy": "refuse"})
    submission = SubmissionFactory.create(rejected=True, problem="duplicate-refused", answer=json.dumps(answer))
    event = LeadEventFactory.create(kind=EventKind.REFUSED, submission=submission, lead__nome="Lucía")
    page = admin_client.get(page_of(submission))
    assert "Refused as a duplicate. Same: e-mail. The leads that were here, and stay: Lucía" in text_of(page)
    assert reverse("admin:leads_lead_change", args=[event.lead_id]) in page.content.decode()
    assert "The leads that it became" not in text_of(page)
