import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Question
from tests.admin.pages import errors_of, grows, text_of
from tests.factories import CampaignFactory, QuestionFactory

pytestmark = pytest.mark.django_db

LIST = reverse("admin:campaigns_question_changelist")
ADD = reverse("admin:campaigns_question_add")
CHIAVE_NUEVA = {"key": "chiave_nueva", "label": "Clave nueva", "type": "text", "choices": "", "visible": "on"}


def page_of(question: Question) -> str:
    return reverse("admin:campaigns_question_change", args=[question.pk])


def test_a_question_is_made_and_every_campaign_asks_it(admin_client: Client) -> None:
    response = admin_client.post(ADD, CHIAVE_NUEVA)

    question = Question.objects.get()
    assert response.headers["Location"] == LIST
    assert (question.key, question.type, question.choices) == ("chiave_nueva", "text", [])
    assert (question.required, question.visible) == (False, True)
    assert not question.campaigns.exists()


def test_a_question_may_be_asked_in_some_campaigns_and_hidden_from_operators(admin_client: Client) -> None:
    first, second, _ = CampaignFactory.create_batch(3)
    data = {name: value for name, value in CHIAVE_NUEVA.items() if name != "visible"}

    admin_client.post(ADD, data | {"required": "on", "campaigns": [first.pk, second.pk]})

    question = Question.objects.get()
    assert (question.required, question.visible) == (True, False)
    assert set(question.campaigns.all()) == {first, second}


@pytest.mark.parametrize("pk", ["x", "0", "-1", str(2**63), "9" * 30])
def test_a_campaign_that_there_can_not_be_is_not_chosen(pk: str, admin_client: Client) -> None:
    assert errors_of(admin_client.post(ADD, CHIAVE_NUEVA | {"campaigns": [CampaignFactory().pk, pk]}))
    assert not Question.objects.exists()


def test_the_form_says_the_rules_before_a_mistake(admin_client: Client) -> None:
    page = admin_client.get(ADD)

    assert page.context["title"] == "New question"
    assert "lower-case letters without accents, digits and “_”, starting with a letter" in text_of(page)
    assert "Choose none and every campaign asks it." in text_of(page)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("Chiave Nueva", "Write it as “chiave_nueva”."),
        ("telefono", "the predefined field “telefono”"),
        ("telefono__movil", "the predefined field “telefono_mobile”"),
        ("campaign", "something of the request itself"),
    ],
)
def test_a_key_that_can_not_be_is_refused_once_and_with_the_reason(admin_client: Client, key: str, words: str) -> None:
    errors = errors_of(admin_client.post(ADD, CHIAVE_NUEVA | {"key": key}))

    assert len(errors) == 1
    assert words in errors[0]
    assert not Question.objects.exists()


def test_a_key_that_is_taken_is_refused(admin_client: Client) -> None:
    QuestionFactory(key="chiave_nueva")

    assert errors_of(admin_client.post(ADD, CHIAVE_NUEVA)) == ["Question with this Key already exists."]


def test_choices_come_one_a_line(admin_client: Client) -> None:
    admin_client.post(ADD, CHIAVE_NUEVA | {"type": "choice", "choices": "piso\r\n\r\n casa con jardín \r\n"})

    assert Question.objects.get().choices == ["piso", "casa con jardín"]


def test_choices_are_shown_one_a_line_and_saving_them_changes_nothing(admin_client: Client) -> None:
    question = QuestionFactory(choices=["piso", "casa"])

    form = admin_client.get(page_of(question)).context["adminform"].form
    assert form["choices"].value() == "piso\ncasa"

    data = {"key": question.key, "label": question.label, "type": "choice", "choices": "piso\r\ncasa", "visible": "on"}
    admin_client.post(page_of(question), data)

    question.refresh_from_db()
    assert question.choices == ["piso", "casa"]
    history = admin_client.get(reverse("admin:campaigns_question_history", args=[question.pk]))
    assert "No fields changed." in text_of(history)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"type": "choice", "choices": " \r\n "}, "A question with choices needs at least one."),
        ({"type": "text", "choices": "piso"}, "Only a question of the type “choice” has choices."),
        ({"type": "choice", "choices": "piso\r\nPiso"}, "Two choices are the same but for case, accents or blanks."),
    ],
)
def test_choices_that_do_not_fit_are_refused(admin_client: Client, fields: dict[str, str], words: str) -> None:
    assert errors_of(admin_client.post(ADD, CHIAVE_NUEVA | fields)) == [words]


def test_before_deleting_a_question_the_page_says_what_becomes_of_answers(admin_client: Client) -> None:
    url = reverse("admin:campaigns_question_delete", args=[QuestionFactory().pk])

    assert "keep their answers" in text_of(admin_client.get(url))
    admin_client.post(url, {"post": "yes"})

    assert not Question.objects.exists()


def test_the_list_says_which_campaigns_ask(admin_client: Client) -> None:
    QuestionFactory(key="a", campaigns=[CampaignFactory(name="Expo")])
    QuestionFactory(key="b")

    page = admin_client.get(LIST)

    assert [page.context["cl"].model_admin.asked_in(q) for q in page.context["cl"].result_list] == ["Expo", "all"]


def test_the_list_needs_the_same_queries_for_one_question_and_for_thirty(admin_client: Client) -> None:
    campaigns = CampaignFactory.create_batch(2)
    QuestionFactory(campaigns=campaigns)

    assert not grows(admin_client, LIST, lambda: QuestionFactory.create_batch(30, campaigns=campaigns))
