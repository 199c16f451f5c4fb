import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.utils.translation import override

from campaigns.enums import QuestionType
from campaigns.fields import ENVELOPE_BY_KEY, FIELD_BY_KEY
from campaigns.models import Campaign, Question
from campaigns.models.question import validate_choices, validate_key
from tests.factories import CampaignFactory, ImportMappingFactory, QuestionFactory


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("constraint", "column"),
    [
        ("campaign_has_a_name", {"name": ""}),
        ("campaign_country_is_iso", {"country": "es"}),
        ("campaign_country_is_iso", {"country": ""}),
        ("campaign_country_is_iso", {"country": "E1"}),
        ("campaign_has_a_time_zone", {"time_zone": ""}),
        ("campaign_duplicate_scope_is_known", {"duplicate_scope": "world"}),
        ("campaign_duplicate_action_is_known", {"duplicate_action": ""}),
        ("campaign_duplicate_days_in_range", {"duplicate_days": 0}),
        ("campaign_duplicate_days_in_range", {"duplicate_days": 36_501}),
    ],
)
def test_the_database_refuses_a_campaign(constraint: str, column: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        Campaign.objects.bulk_create([Campaign(**{"name": "Expo", **column})])


def test_a_campaign_compares_phones_and_the_email_for_ever_and_marks() -> None:
    campaign = Campaign()
    assert campaign.compared == ["mobile", "landline", "phone", "email"]
    assert (campaign.duplicate_scope, campaign.duplicate_days, campaign.duplicate_action) == ("campaign", None, "mark")


@pytest.mark.django_db
@pytest.mark.parametrize("other", ["Expo", "EXPO", "expo"])
def test_the_database_refuses_two_campaigns_of_one_name_in_any_letter_case(other: str) -> None:
    with pytest.raises(IntegrityError):
        Campaign.objects.bulk_create([Campaign(name="Expo"), Campaign(name=other)])


@pytest.mark.django_db
def test_a_campaign_that_leads_go_to_can_not_be_deleted() -> None:
    campaign = ImportMappingFactory().campaign

    with pytest.raises(ProtectedError):
        campaign.delete()


@pytest.mark.parametrize(
    "column", [{"country": "XX"}, {"country": "es"}, {"time_zone": "Europe/Sevilla"}, {"time_zone": "localtime"}]
)
def test_a_campaign_needs_a_country_and_a_time_zone_that_exist(column: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        Campaign(**{"name": "Expo", **column}).clean_fields()

    assert list(caught.value.message_dict) == list(column)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("constraint", "column"),
    [
        ("question_key_form", {"key": ""}),
        ("question_key_form", {"key": "Clave"}),
        ("question_key_form", {"key": "año"}),
        ("question_key_form", {"key": "2_pisos"}),
        ("question_key_form", {"key": "dos palabras"}),
        ("question_key_form", {"key": "clave\n"}),
        ("question_key_is_free", {"key": "telefono"}),
        ("question_key_is_free", {"key": "telefono__movil_"}),
        ("question_key_is_free", {"key": "campaign"}),
        ("question_has_a_label", {"label": ""}),
        ("question_type_is_known", {"type": "colour"}),
        ("question_choices_fit_type", {"type": QuestionType.CHOICE, "choices": []}),
        ("question_choices_fit_type", {"type": QuestionType.TEXT, "choices": ["piso"]}),
    ],
)
def test_the_database_refuses_a_question(constraint: str, column: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        Question.objects.bulk_create([Question(**{"key": "inmueble", "label": "Inmueble", **column})])


@pytest.mark.django_db
def test_the_database_refuses_two_questions_of_one_key() -> None:
    with pytest.raises(IntegrityError):
        Question.objects.bulk_create([Question(key="inmueble", label="A"), Question(key="inmueble", label="B")])


@pytest.mark.django_db
def test_a_campaign_that_a_question_is_asked_in_can_be_deleted_and_the_question_stays() -> None:
    campaign = CampaignFactory()
    question = QuestionFactory(campaigns=[campaign])

    campaign.delete()

    assert not question.campaigns.exists()


@pytest.mark.parametrize("key", ["a", "chiave_nueva", "codice_promo", "x2", "nome2", "telefono_2"])
def test_a_key_may_be_lower_case_letters_digits_and_underscores(key: str) -> None:
    validate_key(key)


@pytest.mark.parametrize(
    ("key", "suggestion"),
    [
        ("Chiave Nueva", "chiave_nueva"),
        ("Año de nacimiento", "ano_de_nacimiento"),
        ("2 pisos", "pisos"),
        ("precio (€)", "precio"),
        ("clave-nueva", "clave_nueva"),
    ],
)
def test_a_key_of_another_form_is_refused_with_the_key_to_write(key: str, suggestion: str) -> None:
    with pytest.raises(ValidationError) as caught:
        validate_key(key)

    assert f"“{suggestion}”" in caught.value.messages[0]


@pytest.mark.parametrize("key", ["…", "Télefono Móvil", "ID"])
def test_what_can_be_no_key_at_all_is_refused_without_a_suggestion(key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        validate_key(key)

    assert "Write it as" not in caught.value.messages[0]


@pytest.mark.parametrize("key", sorted(FIELD_BY_KEY))
def test_no_spelling_of_a_predefined_field_is_a_key(key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        validate_key(key)

    assert FIELD_BY_KEY[key].name in caught.value.messages[0]


@pytest.mark.parametrize(("key", "field"), [("Teléfono Móvil", "telefono_mobile"), ("first name", "nome")])
def test_a_predefined_field_is_named_whatever_the_form_of_the_key(key: str, field: str) -> None:
    with override("en"), pytest.raises(ValidationError, match=f"predefined field “{field}”"):
        validate_key(key)


@pytest.mark.parametrize("key", sorted(ENVELOPE_BY_KEY))
def test_no_name_of_the_envelope_is_a_key(key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        validate_key(key)

    assert f"“{key}_2”" in caught.value.messages[0]


@pytest.mark.parametrize("choices", [["piso", "casa"], ["Sí", "No"]])
def test_choices_are_different_texts(choices: list[str]) -> None:
    validate_choices(choices)


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ("piso", "choices_form"),
        ({"piso": 1}, "choices_form"),
        (["piso", 2], "choices_form"),
        (["piso", " "], "choices_form"),
        (["piso", "PISO"], "choices_repeated"),
        (["sí", "si"], "choices_repeated"),
    ],
)
def test_what_are_no_choices_is_refused(choices: object, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        validate_choices(choices)

    assert caught.value.code == code
