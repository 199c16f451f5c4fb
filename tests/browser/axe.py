"""What axe finds on a page, in light and in dark. It is put into a page once, and says only what is wrong."""

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

_GRAVE = {"serious", "critical"}
# The theme goes by its class, our own pages by what the system likes.
_TO_DARK = "document.documentElement.classList.remove('light'); document.documentElement.classList.add('dark')"
_RUN = "([within, options]) => axe.run(within, options).then(results => results.violations)"
_EVERYTHING: dict[str, Any] = {"resultTypes": ["violations"]}
# Nothing but the colours is another in the dark.
_COLOURS = _EVERYTHING | {"runOnly": ["color-contrast", "link-in-text-block"]}


def faults(page: Page, where: str, within: str = "html") -> Iterator[str]:
    """A line for each serious fault. The page is left in the dark; the next one is light again."""
    page.evaluate(AXE_SCRIPT)
    yield from _said(f"{where} in light", page.evaluate(_RUN, [within, _EVERYTHING]))
    page.emulate_media(color_scheme="dark")
    page.evaluate(_TO_DARK)
    yield from _said(f"{where} in dark", page.evaluate(_RUN, [within, _COLOURS]))
    page.emulate_media(color_scheme="light")


def _said(where: str, violations: list[dict[str, Any]]) -> Iterator[str]:
    for found in violations:
        if found["impact"] in _GRAVE:
            nodes = "; ".join(f"{node['html'][:160]} {_colours(node)}" for node in found["nodes"][:10])
            yield f"{where}: {found['id']}: {nodes}"


def _colours(node: dict[str, Any]) -> str:
    data = next((check["data"] for check in node["any"] if isinstance(check["data"], dict)), {})
    return f"({data['fgColor']} on {data['bgColor']})" if "fgColor" in data and "bgColor" in data else ""
