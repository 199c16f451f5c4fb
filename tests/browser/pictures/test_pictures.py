"""The pictures of the documentation: those that it names, of an installation in each language.

`make screenshots` keeps them in docs/img; otherwise those of one language are taken and thrown away.
"""

import os
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from PIL import Image
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.access.pages import Seen, pages, visitors
from tests.browser.pictures.scenes import SCENES, Stage
from tests.browser.pictures.words import WORDS, Words
from tests.browser.pictures.world import NOW, World
from tests.guides import pictures_of

pytestmark = pytest.mark.django_db(transaction=True)

KEPT = os.environ.get("SCREENSHOTS", "")
LANGUAGES = [*WORDS] if KEPT else ["es"]
SIZE = {"width": 1280, "height": 720}
# What is below is more of the same.
HIGHEST = 1700
COLOURS = 160
# The port of the moment tells nobody anything.
SAY_ADDRESS = """([from, to]) => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(from, to);
}"""


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def words(language: str) -> Words:
    return WORDS[language]


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], words: Words) -> dict[str, Any]:
    return browser_context_args | {"locale": words.browser, "viewport": SIZE, "reduced_motion": "reduce"}


def small(picture: bytes) -> bytes:
    """The same picture in few colours, which nobody sees and which takes a fraction of the bytes."""
    found = Image.open(BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    out = BytesIO()
    found.save(out, "PNG", optimize=True)
    return out.getvalue()


def take(page: Page, server: str, file: Path) -> None:
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.evaluate(SAY_ADDRESS, [server, "https://leads.example.com"])
    height = page.evaluate("document.documentElement.scrollHeight")
    # The menu is as high as the window, and what stays at its foot stays there.
    page.set_viewport_size({"width": page.viewport_size["width"], "height": min(height, HIGHEST)})
    file.write_bytes(small(page.screenshot(animations="disabled")))


@pytest.fixture
def world(db: None, words: Words, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> World:
    settings.EMAIL_URL = "smtp://mail.example.com"
    return World(words, monkeypatch)


@pytest.fixture
def folder(language: str, tmp_path: Path) -> Path:
    """Where the pictures go; those that are not shown any more are taken away from there."""
    folder = Path(KEPT) / language if KEPT else tmp_path
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        if old.stem not in pictures_of(language):
            old.unlink()
    return folder


@time_machine.travel(NOW)
def test_pictures_of_the_documentation_are_taken(
    live_server: LiveServer, page: Page, language: str, world: World, folder: Path
) -> None:
    names = pictures_of(language)
    world.make_sender()
    first = Stage(page, live_server.url, world, {"index": Seen("/admin/", "")})
    first.enter(world.administrator)
    page.goto(f"{live_server.url}/admin/")
    take(page, live_server.url, folder / "first-steps.png")

    world.make_campaigns()
    world.make_questions()
    world.make_mappings()
    world.make_people()
    world.receive()
    world.decide()
    world.use_lists()
    seen = pages(world.things(), visitors(world.administrator, *world.people))
    stage = Stage(page, live_server.url, world, seen)
    # What a scene does is not to be seen on the page of another picture.
    for name in sorted(names - {"first-steps"}, key=lambda name: name in SCENES):
        page.set_viewport_size(SIZE)
        SCENES[name](stage) if name in SCENES else stage.open(name)
        take(page, live_server.url, folder / f"{name}.png")
