"""Ready lines: small programs that send one lead, to copy and run. Only the token has to be put in.

A plain HTML form can't carry the token: a form sends no header of its own, and a token in a page is everybody's. So the
form goes to a program beside it, on the sender's own server, that has the token and hands on what was filled in.
"""

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from leads.kit.contents import CODE_KEY, Kit

TOKEN = "YOUR_TOKEN"  # noqa: S105  what to replace


@dataclass(frozen=True, slots=True)
class Line:
    """`file` is the name to save `text` under, and `run` the command that then runs it, "" where it is one itself."""

    name: StrOrPromise
    text: str
    file: str = ""
    run: str = ""


def lines(kit: Kit, *, url: str) -> list[Line]:
    """All of them; `url` is the address that leads are sent to. What the form asks is in the language of the reader."""
    return [
        Line("curl", _curl(url, kit.lead)),
        Line("PHP", _rendered("lead.php", url, kit, _php), "lead.php", "php lead.php"),
        Line("JavaScript", _rendered("lead.mjs", url, kit, _json), "lead.mjs", "node lead.mjs"),
        Line("Python", _rendered("lead.py", url, kit, repr), "lead.py", "python3 lead.py"),
        Line(_("HTML form"), form(kit), "form.html"),
        Line(_("The form's program"), _rendered("form.php", url, kit, _php), "form.php", "php -S 127.0.0.1:8080"),
    ]


def _curl(url: str, lead: Mapping[str, str]) -> str:
    body = json.dumps(lead, ensure_ascii=False, indent=2)
    return (
        f"curl {shlex.quote(url)} \\\n"
        f"  --header 'Authorization: Bearer {TOKEN}' \\\n"
        f"  --header 'Content-Type: application/json' \\\n"
        f"  --data {shlex.quote(body)}\n"
    )


def _php(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _rendered(name: str, url: str, kit: Kit, quote: Callable[[str], str]) -> str:
    """A template of leads/kit, every text in it quoted as its language quotes."""
    context = {
        "url": quote(url),
        "authorization": quote(f"Authorization: Bearer {TOKEN}"),
        "bearer": quote(f"Bearer {TOKEN}"),
        "lead": [(quote(key), quote(value)) for key, value in kit.lead.items()],
        "code_key": quote(CODE_KEY),
        "code": quote(kit.code),
    }
    return _plain(render_to_string(f"leads/kit/{name}.txt", context))


def _plain(text: str) -> str:
    """A text to be shown: what a template has made counts as safe, and a page would run it."""
    return text.strip() + "\n"


def form(kit: Kit) -> str:
    """A page with a field for each thing that the example has, and the choices of its questions."""
    return _plain(render_to_string("leads/kit/form.html", {"kit": kit}))
