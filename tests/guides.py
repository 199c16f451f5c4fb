"""What the documentation is made of: its files, the pictures in them, the words of the screen that they name."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
IMAGES = ROOT / "docs" / "img"
GUIDES = {"es": ROOT / "docs" / "admin.es.md", "it": ROOT / "docs" / "admin.it.md", "en": ROOT / "docs" / "admin.md"}
IMAGE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<target>[^)]+)\)")
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


def documents() -> list[Path]:
    return [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


def pictures() -> Iterator[tuple[Path, str]]:
    """The file of each picture that a document shows, and its words for who can't see it."""
    for document in documents():
        for found in IMAGE.finditer(document.read_text("utf-8")):
            yield (document.parent / found["target"]).resolve(), found["alt"]


def pictures_of(language: str) -> set[str]:
    """The names of those that are taken in a language."""
    return {file.stem for file, _ in pictures() if file.parent == IMAGES / language}


def words_of_the_screen(guide: Path) -> list[str]:
    """What a guide has in bold, below its head: names of pages, fields and buttons."""
    text = guide.read_text("utf-8")
    return [" ".join(found.split()) for found in BOLD.findall(text[text.index("\n## ") :])]
