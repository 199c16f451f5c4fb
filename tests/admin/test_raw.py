import pytest

from leads.admin import raw


def test_visible_text_is_left_alone() -> None:
    text = "Lucía García,\tпривет مدريد 你好 😀 e\u0301\n\u00a0"
    assert raw.visible(text) == text


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x7f", "\x85", "\u200b", "\u202e", "\u2066", "\ufeff", "\ud800"])
def test_what_can_not_be_seen_is_shown_by_its_number(char: str) -> None:
    assert raw.visible(f"a{char}b") == f"a⟨U+{ord(char):04X}⟩b"


def test_text_is_cut_and_says_so() -> None:
    assert raw.shown("abc", limit=3) == raw.Shown("abc", is_cut=False)
    assert raw.shown("abcd", limit=3) == raw.Shown("abc", is_cut=True)


@pytest.mark.parametrize(
    ("body", "content_type", "text", "charset"),
    [
        ("Lucía".encode(), "", "Lucía", "utf-8"),
        ("Lucía".encode(), "text/plain; charset=iso-8859-1", "LucÃ\xada", "iso-8859-1"),
        ("10 €".encode("iso-8859-15"), "text/plain; charset=iso-8859-15", "10 €", "iso-8859-15"),
        ("Lucía".encode("cp1252"), "text/plain; charset=utf-8", "Lucía", "windows-1252"),
        (b"\xef\xbb\xbfa", "application/json", "a", "utf-8"),
        (b"a\x81\xe9", "application/json", "a\\x81é", "windows-1252"),
    ],
)
def test_bytes_are_read_as_the_intake_reads_them(body: bytes, content_type: str, text: str, charset: str) -> None:
    assert raw.decoded(body, content_type) == (text, charset)


@pytest.mark.parametrize("text", ['[1, {"a": "]"} ,"x"]', '{"leads":\n[1,{"a": "]"},"x"]}', '[1,\r\n\t{"a": "]"}]'])
def test_one_lead_of_a_batch_is_cut_out_letter_for_letter(text: str) -> None:
    assert raw.element(text, 1) == '{"a": "]"}'


@pytest.mark.parametrize("text", ["", "no json", "[1", "[1]", "[", "[" * 100_000, "{}"])
def test_the_whole_is_shown_where_a_part_is_not_to_be_had(text: str) -> None:
    assert raw.element(text, 1) == text


def test_number_of_many_digits_is_cut_out_too() -> None:
    assert raw.element(f"[1, {'9' * 5_000}, 2]", 1) == "9" * 5_000
