import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from easycall.errors import CampaignInactive, UnknownCampaign
from leads.intake.body import Pair
from leads.intake.route import active_mappings, route
from leads.models import ImportMapping
from tests.factories import CampaignFactory, ImportMappingFactory, UserFactory

pytestmark = pytest.mark.django_db


def _route(mappings: list[ImportMapping], *pairs: Pair, url_code: str = "") -> ImportMapping:
    mapping, _ = route(list(pairs), url_code=url_code, mappings=_by_code(mappings), place="")
    return mapping


def _by_code(mappings: list[ImportMapping]) -> dict[str, ImportMapping]:
    return {mapping.external_code: mapping for mapping in mappings}


def test_active_rows_of_the_user_come_in_one_query() -> None:
    user = UserFactory()
    mine = ImportMappingFactory(user=user)
    ImportMappingFactory(user=user, active=False)
    ImportMappingFactory()

    with CaptureQueriesContext(connection) as queries:
        mappings = active_mappings(user.pk)
        assert [mapping.campaign.name for mapping in mappings.values()] == [mine.campaign.name]
    assert len(queries) == 1


def test_code_is_found_in_any_name_of_the_envelope() -> None:
    first, second = ImportMappingFactory(), ImportMappingFactory()
    assert _route([first, second], Pair("código campaña", second.external_code)) == second


def test_decomposed_code_is_the_same_code() -> None:
    first, second = ImportMappingFactory(external_code="campaña"), ImportMappingFactory()
    assert _route([first, second], Pair("Campaign", "campan\u0303a")) == first


def test_leads_code_wins_over_the_urls_with_a_warning() -> None:
    first, second = ImportMappingFactory(), ImportMappingFactory()
    pairs = [Pair("Campaign", first.external_code)]
    mapping, warnings = route(pairs, url_code=second.external_code, mappings=_by_code([first, second]), place="")
    assert (mapping, warnings) == (first, ["conflicting_campaign"])


@pytest.mark.parametrize("value", [None, " ", ["demo"]])
def test_a_code_that_is_no_text_is_none(value: object) -> None:
    only = ImportMappingFactory()
    assert _route([only], Pair("Campaign", value)) == only


def test_one_row_is_not_taken_for_a_code_that_is_wrong() -> None:
    with pytest.raises(UnknownCampaign):
        _route([ImportMappingFactory()], Pair("Campaign", "nope"))


def test_own_codes_are_listed_closest_first_and_fifty_at_most() -> None:
    mappings = [ImportMappingFactory.build(external_code=f"code_{number}") for number in range(60)]
    with pytest.raises(UnknownCampaign) as caught:
        _route(mappings, Pair("Campaign", "CODE_42x"))
    assert caught.value.members["campaign_codes"][0] == "code_42"
    assert len(caught.value.members["campaign_codes"]) == 50


def test_inactive_campaign_is_named() -> None:
    mapping = ImportMappingFactory(campaign=CampaignFactory(active=False))
    with pytest.raises(CampaignInactive):
        _route([mapping])
