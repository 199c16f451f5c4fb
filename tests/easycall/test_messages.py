from pathlib import Path

import polib
import pytest

from easycall.messages import Message, faults, find, merge


def find_in(folder: Path, name: str, text: str) -> list[Message]:
    (folder / name).write_text(text, "utf-8")
    return find([folder])


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        ('_("Lead")', Message("Lead")),
        ('_("One lead, " "two lines")', Message("One lead, two lines")),
        ('gettext_lazy("Añadir")', Message("Añadir")),
        ('pgettext_lazy("menu", "Lead")', Message("Lead", context="menu")),
        ('ngettext("%(n)d lead", "%(n)d leads", n)', Message("%(n)d lead", plural="%(n)d leads")),
        ('npgettext("menu", "a lead", "leads", n)', Message("a lead", context="menu", plural="leads")),
    ],
)
def test_marked_strings_of_python_are_found(tmp_path: Path, marked: str, message: Message) -> None:
    assert find_in(tmp_path, "code.py", f"def f(n):\n    return {marked}\n") == [message]


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        ('{% translate "Lead" %}', Message("Lead")),
        ('{% translate "Lead" context "menu" as title %}', Message("Lead", context="menu")),
        ("{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}", Message("Hello %(name)s")),
        ("{% blocktranslate trimmed %}\n  Hello\n    you\n{% endblocktranslate %}", Message("Hello you")),
        (
            "{% blocktranslate count n=n %}a lead{% plural %}{{ n }} leads{% endblocktranslate %}",
            Message("a lead", plural="%(n)s leads"),
        ),
        ('{{ value|default:_("nothing") }}', Message("nothing")),
    ],
)
def test_marked_strings_of_templates_are_found(tmp_path: Path, marked: str, message: Message) -> None:
    page = f"<ul>\n      <li>it's\n   <p>{marked}</p>\n</ul>\n"
    assert find_in(tmp_path, "page.html", page) == [message]


def test_strings_that_are_not_marked_are_left_alone(tmp_path: Path) -> None:
    assert find_in(tmp_path, "code.py", 'name = "Lead"\nlog.info("Lead")\n') == []


def test_message_and_its_plural_are_one(tmp_path: Path) -> None:
    found = find_in(tmp_path, "code.py", '_("lead")\nngettext("lead", "leads", 2)\n')
    assert found == [Message("lead", plural="leads")]


def catalogue(*entries: polib.POEntry) -> polib.POFile:
    file = polib.POFile()
    file.extend(entries)
    return file


def test_merge_keeps_translations_adds_what_is_new_and_drops_what_is_gone() -> None:
    file = catalogue(polib.POEntry(msgid="b", msgstr="B"), polib.POEntry(msgid="gone", msgstr="x"))
    merge([Message("a", context="menu"), Message("b"), Message("c", plural="cs")], file)
    assert [(entry.msgctxt, entry.msgid, entry.msgstr) for entry in file] == [
        ("menu", "a", ""),
        (None, "b", "B"),
        (None, "c", ""),
    ]
    assert file[2].msgstr_plural == {0: "", 1: ""}


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (polib.POEntry(msgid="other", msgstr="x"), "missing: '%(n)s leads'"),
        (polib.POEntry(msgid="other", msgstr="x"), "left over: 'other'"),
        (polib.POEntry(msgid="gone", msgstr="x", obsolete=True), "obsolete: 'gone'"),
        (polib.POEntry(msgid="%(n)s leads", msgstr=" "), "empty: '%(n)s leads'"),
        (polib.POEntry(msgid="%(n)s leads", msgstr="%(n)s leads", flags=["fuzzy"]), "fuzzy: '%(n)s leads'"),
        (polib.POEntry(msgid="%(n)s leads", msgstr="%(m)s leads"), "other placeholders: '%(n)s leads'"),
        (polib.POEntry(msgid="%(n)s leads", msgstr="%(n) leads"), "other placeholders: '%(n)s leads'"),
    ],
)
def test_fault_is_named(entry: polib.POEntry, fault: str) -> None:
    assert fault in faults([Message("%(n)s leads")], catalogue(entry))


def test_braces_are_placeholders() -> None:
    entry = polib.POEntry(msgid="{phone}, as sent", msgstr="{telefono}, enviado")
    assert faults([Message("{phone}, as sent")], catalogue(entry)) == ["other placeholders: '{phone}, as sent'"]


def test_every_plural_form_is_looked_at() -> None:
    message = Message("a lead", plural="%(n)s leads")
    entry = polib.POEntry(msgid="a lead", msgid_plural="%(n)s leads", msgstr_plural={0: "un lead", 1: ""})
    assert faults([message], catalogue(entry)) == ["empty: 'a lead'"]
    entry.msgstr_plural[1] = "%(n)s lead"
    assert faults([message], catalogue(entry)) == []


def test_complete_catalogue_has_no_fault() -> None:
    entry = polib.POEntry(msgid="100 % of {n}", msgctxt="menu", msgstr="El 100 % de {n}")
    assert faults([Message("100 % of {n}", context="menu")], catalogue(entry)) == []
