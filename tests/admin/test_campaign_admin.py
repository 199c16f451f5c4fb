import phonenumbers
import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from accounts.models import User
from campaigns.admin.campaign import time_zone_choices
from campaigns.admin.countries import country_choices
from campaigns.models import Campaign
from tests.admin.pages import errors_of, grows, text_of
from tests.factories import CampaignFactory, ImportMappingFactory, LeadFactory

pytestmark = pytest.mark.django_db

LIST = reverse("admin:campaigns_campaign_changelist")
ADD = reverse("admin:campaigns_campaign_add")
EXPO = {
    "name": "Expo 2026",
    "active": "on",
    "country": "IT",
    "time_zone": "Europe/Rome",
    "duplicate_scope": "campaign",
    "duplicate_action": "mark",
}


def delete_page_of(campaign: Campaign) -> str:
    return reverse("admin:campaigns_campaign_delete", args=[campaign.pk])


def test_a_campaign_is_made_with_four_answers(admin_client: Client) -> None:
    response = admin_client.post(ADD, EXPO)

    campaign = Campaign.objects.get()
    assert response.headers["Location"] == LIST
    assert (campaign.name, campaign.active, campaign.country, campaign.time_zone) == (
        "Expo 2026",
        True,
        "IT",
        "Europe/Rome",
    )


def test_the_form_begins_with_spain_and_its_time(admin_client: Client) -> None:
    page = admin_client.get(ADD)

    form = page.context["adminform"].form
    assert page.context["title"] == "New campaign"
    assert form["country"].value() == "ES"
    assert form["time_zone"].value() == "Europe/Madrid"
    assert "Phones without a country code are read as numbers of this country." in text_of(page)


def test_the_form_begins_with_italy_for_who_reads_italian(admin_client: Client, admin: User) -> None:
    User.objects.filter(pk=admin.pk).update(language="it")
    assert admin_client.get(ADD).context["adminform"].form["country"].value() == "IT"


def test_the_countries_begin_with_spain_and_italy_and_go_on_by_name() -> None:
    with override("es"):
        names = [name for _, name in country_choices()]

    assert names[:4] == ["España (+34)", "Italia (+39)", "Afganistán (+93)", "Albania (+355)"]


@pytest.mark.parametrize(
    ("language", "name"),
    [("es", "Alemania (+49)"), ("es-mx", "Alemania (+49)"), ("it", "Germania (+49)"), ("en", "Germany (+49)")],
)
def test_the_countries_are_in_the_language_of_the_reader(language: str, name: str) -> None:
    with override(language):
        assert dict(country_choices())["DE"] == name


def test_list_names_the_country(admin_client: Client) -> None:
    CampaignFactory.create(country="IT")
    page = admin_client.get(LIST, headers={"accept-language": "es"})
    assert "Italia Europe/Madrid" in text_of(page)


def test_every_country_whose_numbers_can_be_read_is_there_once() -> None:
    codes = [code for code, _ in country_choices()]

    assert sorted(codes) == sorted(phonenumbers.SUPPORTED_REGIONS)


def test_the_time_zones_begin_with_those_of_spain_and_italy() -> None:
    names = [name for name, _ in time_zone_choices()]

    assert names[:3] == ["Europe/Madrid", "Atlantic/Canary", "Europe/Rome"]
    assert len(names) == len(set(names))
    assert "America/Buenos_Aires" in names


@pytest.mark.parametrize("field", [{"country": "XX"}, {"time_zone": "Europe/Sevilla"}, {"name": " "}])
def test_what_the_form_does_not_offer_is_refused(admin_client: Client, field: dict[str, str]) -> None:
    response = admin_client.post(ADD, EXPO | field)

    assert len(errors_of(response)) == 1
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("taken", ["Expo 2026", "EXPO 2026"])
def test_a_name_that_is_taken_is_refused_in_any_letter_case(admin_client: Client, taken: str) -> None:
    CampaignFactory(name=taken)

    assert errors_of(admin_client.post(ADD, EXPO)) == [
        "A campaign with this name exists already, perhaps in other letter case."
    ]


def test_a_campaign_keeps_its_name_in_another_letter_case(admin_client: Client) -> None:
    campaign = CampaignFactory(name="EXPO 2026")

    admin_client.post(reverse("admin:campaigns_campaign_change", args=[campaign.pk]), EXPO)

    campaign.refresh_from_db()
    assert campaign.name == "Expo 2026"


def test_a_campaign_without_leads_is_deleted_after_a_question(admin_client: Client) -> None:
    campaign = CampaignFactory()

    assert "for good?" in text_of(admin_client.get(delete_page_of(campaign)))
    admin_client.post(delete_page_of(campaign), {"post": "yes"})

    assert not Campaign.objects.exists()


@pytest.mark.parametrize("factory", [ImportMappingFactory, LeadFactory])
def test_a_campaign_in_use_is_not_deleted_and_the_page_says_what_to_do(admin_client: Client, factory: type) -> None:
    campaign = factory().campaign

    for response in (
        admin_client.get(delete_page_of(campaign)),
        admin_client.post(delete_page_of(campaign), {"post": "yes"}),
    ):
        assert "Untick “active” instead" in text_of(response)
    assert Campaign.objects.get() == campaign


def test_the_page_before_deleting_reads_no_lead(admin_client: Client) -> None:
    lead = LeadFactory()

    def thirty_more() -> None:
        LeadFactory.create_batch(30, mapping=lead.mapping)

    assert not grows(admin_client, delete_page_of(lead.campaign), thirty_more)


def test_the_list_needs_the_same_queries_for_one_campaign_and_for_thirty(admin_client: Client) -> None:
    CampaignFactory()

    assert not grows(admin_client, LIST, lambda: CampaignFactory.create_batch(30))


def test_the_form_has_a_group_for_duplicates_with_what_is_compared_ticked(admin_client: Client) -> None:
    page = admin_client.get(ADD)
    assert "What happens when the same person comes again" in text_of(page)
    form = page.context["adminform"].form
    ticked = [name for name in form.fields if name.startswith("compare_") and form[name].value()]
    assert ticked == ["compare_mobile", "compare_landline", "compare_phone", "compare_email"]


def test_the_policy_of_duplicates_is_chosen(admin_client: Client) -> None:
    policy = {"compare_tax_id": "on", "duplicate_scope": "all", "duplicate_days": "30", "duplicate_action": "refuse"}
    admin_client.post(ADD, EXPO | policy)

    campaign = Campaign.objects.get()
    assert campaign.compared == ["tax_id"]
    assert (campaign.duplicate_scope, campaign.duplicate_days, campaign.duplicate_action) == ("all", 30, "refuse")


def test_with_nothing_ticked_nothing_is_compared(admin_client: Client) -> None:
    admin_client.post(ADD, EXPO)
    assert Campaign.objects.get().compared == []


@pytest.mark.parametrize("days", ["0", "-1", "36501", "99999999999", "x"])
def test_days_are_of_a_hundred_years(admin_client: Client, days: str) -> None:
    assert len(errors_of(admin_client.post(ADD, EXPO | {"duplicate_days": days}))) == 1
