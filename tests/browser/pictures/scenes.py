"""What is to be seen only after somebody has done something: a scene leaves the browser where the picture is taken."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth.tokens import default_token_generator
from django.test import Client
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.access.pages import Seen
from tests.admin.signing_in import digits
from tests.browser.pictures.world import World

TO_DARK = "document.documentElement.classList.remove('light'); document.documentElement.classList.add('dark')"


@dataclass(frozen=True)
class Stage:
    page: Page
    server: str
    world: World
    pages: dict[str, Seen]

    def open(self, name: str) -> Page:
        seen = self.pages[name]
        self.come_as(seen.session)
        self.page.goto(f"{self.server}{seen.url}")
        return self.page

    def come_as(self, session: str) -> None:
        self.page.context.clear_cookies()
        if session:
            self.page.context.add_cookies([{"name": "sessionid", "value": session, "url": self.server}])

    def enter(self, user: User) -> None:
        client = Client()
        client.force_login(user)
        self.come_as(client.cookies["sessionid"].value)


def new_token(stage: Stage) -> None:
    page = stage.open("credential-new")
    page.locator("#id_label").fill(stage.world.words.label)
    page.locator("#credential_form [type=submit]").click()
    expect(page.locator("#token")).to_be_visible()


def question_refused(stage: Stage) -> None:
    label, _, mistyped, _ = stage.world.words.question
    page = stage.open("question-new")
    page.locator("#id_label").fill(label)
    page.locator("#id_key").fill(mistyped)
    page.locator("[name=_save]").click()
    expect(page.locator(".errorlist").first).to_be_visible()


def mapping_filled_in(stage: Stage) -> None:
    page = stage.open("importmapping-new")
    page.locator("#id_user").select_option(str(stage.world.sender.pk))
    page.locator("#id_external_code").fill(f"{stage.world.words.code}_b")
    page.locator("#id_campaign").select_option(str(stage.world.campaign.pk))


def tried(stage: Stage) -> None:
    page = stage.open("importmapping-kit")
    page.locator("#try .kit-main").first.click()
    expect(page.locator("#tried")).to_be_visible()
    page.locator("#tried").scroll_into_view_if_needed()


def shared(stage: Stage) -> None:
    page = stage.open("importmapping-kit")
    page.locator("#share form[action$='/share/'] button").click()
    expect(page.locator("#made-link")).to_be_visible()


def share_closed(stage: Stage) -> None:
    stage.come_as("")
    stage.page.goto(f"{stage.server}/kit/nothing/")


def no_page(stage: Stage) -> None:
    stage.come_as("")
    stage.page.goto(f"{stage.server}/nothing")


def filling(stage: Stage) -> None:
    """What a key would fill, before it is filled."""
    page = stage.open("unknownkey-alias")
    page.locator("select").select_option("altro_telefono")
    page.locator(".submit-row [type=submit]").click()
    expect(page.locator("#preview")).to_be_visible()


def recovery_codes(stage: Stage) -> None:
    sara, _ = stage.world.people
    stage.enter(sara)
    stage.page.goto(f"{stage.server}/admin/second-factor/set-up/")
    stage.page.locator("#id_code").fill(digits(sara))
    stage.page.locator("form [type=submit]").first.click()
    expect(stage.page.locator("#codes")).to_be_visible()


def new_password(stage: Stage) -> None:
    user = stage.world.administrator
    stage.come_as("")
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    stage.page.goto(f"{stage.server}/admin/password-reset/{uid}/{default_token_generator.make_token(user)}/")


def dark(stage: Stage) -> None:
    stage.open("lead").evaluate(TO_DARK)


def narrow(stage: Stage) -> None:
    stage.page.set_viewport_size({"width": 390, "height": 844})
    stage.open("lead-list")


SCENES: dict[str, Callable[[Stage], object]] = {
    "token": new_token,
    "question-error": question_refused,
    "importmapping-new": mapping_filled_in,
    "importmapping-tried": tried,
    "importmapping-shared": shared,
    "share-closed": share_closed,
    "no-page": no_page,
    "unknownkey-preview": filling,
    "recovery-codes": recovery_codes,
    "password-reset-confirm": new_password,
    "lead-dark": dark,
    "lead-list-narrow": narrow,
}
