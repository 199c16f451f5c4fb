from collections.abc import Sequence
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from easycall.errors import ContentTooLarge, MalformedBody, MissingContact, Problem, UnsupportedMediaType
from leads.intake.body import BATCH_LEADS, LEAD_BYTES, Pair, pointer, read

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"


def _pairs(raw: str | bytes, content_type: str) -> Sequence[tuple[str, object]]:
    (item,) = read(raw.encode() if isinstance(raw, str) else raw, content_type).items
    assert isinstance(item.content, list)
    return [(pair.key, pair.value) for pair in item.content]


@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        ("a=1&b=2", [("a", "1"), ("b", "2")]),
        ("a=1+2%2B3&&b", [("a", "1 2+3"), ("b", "")]),
        ("a%3D=b%26c=d", [("a=", "b&c=d")]),
        ("a=%zz%C3%B1", [("a", "%zzñ")]),
        ("a=1&a=1&a=2", [("a", "1"), ("a", "2")]),
        (b"\xef\xbb\xbfa=1", [("a", "1")]),
    ],
)
def test_form(raw: str | bytes, pairs: list[tuple[str, str]]) -> None:
    assert _pairs(raw, FORM) == pairs


def test_form_in_utf_16() -> None:
    assert _pairs("nombre=Lucía+%C3%B1".encode("utf-16"), f"{FORM}; charset=utf-16") == [("nombre", "Lucía ñ")]


@pytest.mark.parametrize(
    ("raw", "pairs"),
    [
        ("a: 1\nb=2\r\nc : 3\rd", [("a", "1"), ("b", "2"), ("c", "3"), ("line 4", "d")]),
        ("a = b: c\nd: e=f", [("a", "b: c"), ("d", "e=f")]),
        (": 1\nb:", [("", "1"), ("b", "")]),
        ("hora: 17:30\n\n \n", [("hora", "17:30")]),
        ("a: x\u2028y\x0bz", [("a", "x\u2028y\x0bz")]),
    ],
)
def test_text(raw: str, pairs: list[tuple[str, str]]) -> None:
    assert _pairs(raw, "text/plain") == pairs


def _part(disposition: str, value: str) -> str:
    return f"--b\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{value}\r\n"


def test_multipart_has_its_values_and_what_files_were_called() -> None:
    raw = _part('name="ñ"', "a\r\nb") + _part('name="cv"; filename="cv.pdf"', "12345") + "--b--\r\n"
    file = {"filename": "cv.pdf", "content_type": "application/octet-stream", "size": 5}
    assert _pairs(raw, MULTIPART) == [("ñ", "a\r\nb"), ("cv", file)]


def test_multipart_file_field_that_was_left_alone_is_empty() -> None:
    assert _pairs(_part('name="cv"; filename=""', "") + "--b--\r\n", MULTIPART) == [("cv", "")]


@pytest.mark.parametrize("raw", ["", "a=1", _part('name="a"', "1"), "--c\r\n\r\n--c--\r\n", "--b\r\n\r\n\r\n--b--\r\n"])
def test_multipart_that_is_not_whole_is_refused(raw: str) -> None:
    with pytest.raises(MalformedBody):
        read(raw.encode(), MULTIPART)


def test_batch_items_know_their_place() -> None:
    array, wrapped = read(b'[{"a": 1}, 2]', "application/json"), read(b'{"leads": [{}]}', "application/json")
    assert [item.pointer for item in array.items] == ["/0", "/1"]
    assert [item.pointer for item in wrapped.items] == ["/leads/0"]
    assert array.batch
    assert isinstance(array.items[1].content, MissingContact)


def test_leads_that_is_no_list_is_a_key_like_any_other() -> None:
    body = read(b'{"leads": "3"}', "application/json")
    assert not body.batch
    assert body.items[0].content == [Pair("leads", "3")]


@pytest.mark.parametrize("content_type", [FORM, "text/plain", MULTIPART])
def test_json_under_another_header_is_read_as_json(content_type: str) -> None:
    body = read(b'\xef\xbb\xbf\n{"a": "=:&"}', content_type)
    assert body.warnings == ["read_as_json"]
    assert body.items[0].content == [Pair("a", "=:&")]


@pytest.mark.parametrize("content_type", ["", "text/html", "application/xml", "application/json+x", ";", "text"])
def test_other_types_are_refused(content_type: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        read(b"{}", content_type)


def test_limits_hold_at_their_edge() -> None:
    assert len(read(b"[" + b",".join([b"{}"] * BATCH_LEADS) + b"]", "application/json").items) == BATCH_LEADS
    with pytest.raises(ContentTooLarge):
        read(b"[" + b",".join([b"{}"] * (BATCH_LEADS + 1)) + b"]", "application/json")
    blank = b"\n" * (LEAD_BYTES - 3)
    assert read(b"a:1" + blank, "text/plain")
    with pytest.raises(ContentTooLarge):
        read(b"a:1\n" + blank, "text/plain")


def test_the_limit_names_its_place_in_the_batch() -> None:
    problem = read(b'[{"a/~": "' + b"x" * 10_001 + b'"}]', "application/json").items[0].content
    assert isinstance(problem, ContentTooLarge)
    assert [error.pointer for error in problem.errors] == ["/0/a~1~0"]


def test_pointer_escapes_what_a_pointer_must() -> None:
    assert pointer("a/b~c") == "/a~1b~0c"


TYPES = ["application/json", FORM, "text/plain", MULTIPART, f"{FORM}; charset=utf-16", "text/plain; charset=utf-16"]


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode), st.sampled_from(TYPES) | st.text(max_size=20))
def test_any_bytes_of_any_type_are_pairs_or_a_problem(raw: bytes, content_type: str) -> None:
    try:
        items = read(raw, content_type).items
    except Problem:
        return
    for item in items:
        assert isinstance(item.content, Problem) or all(isinstance(pair.key, str) for pair in item.content)


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=9)), unique_by=lambda pair: pair[0], max_size=5))
def test_form_is_read_back_as_it_was_written(pairs: list[tuple[str, str]]) -> None:
    if not any("\0" in text for pair in pairs for text in pair):
        encoded = urlencode(pairs)
        assert _pairs(encoded, FORM) == pairs
