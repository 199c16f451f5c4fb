import pytest

from easycall.errors import MalformedBody, UnsupportedMediaType
from leads.intake.charset import decode, decode_pieces, is_utf_16

TEXT = "Lucía Ñandú"


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "iso-8859-1", "ISO-8859-15", "windows-1252", "utf-16", " utf-8 "])
def test_declared_charset_is_read(charset: str) -> None:
    assert decode(TEXT.encode(charset.strip()), charset) == (TEXT, [])


def test_utf_8_is_the_default_and_its_mark_is_no_text() -> None:
    assert decode(TEXT.encode("utf-8-sig"), None) == (TEXT, [])


def test_mark_is_no_mark_but_at_the_start_of_a_body() -> None:
    assert decode("\ufeffa\ufeff".encode("utf-8-sig"), "utf-8") == ("\ufeffa\ufeff", [])
    assert decode_pieces(["\ufeffa".encode(), b"b"], None) == (["\ufeffa", "b"], [])


def test_other_bytes_are_read_as_windows_1252_with_a_warning() -> None:
    assert decode(f"{TEXT} €".encode("windows-1252"), None) == (f"{TEXT} €", ["read_as_windows_1252"])


def test_all_pieces_are_read_in_one_charset() -> None:
    texts, warnings = decode_pieces(["ñ".encode(), "ñ".encode("windows-1252")], None)
    assert (texts, warnings) == (["Ã±", "ñ"], ["read_as_windows_1252"])


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_in_either_order(codec: str) -> None:
    assert decode(TEXT.encode(codec), "utf-16") == (TEXT, [])


@pytest.mark.parametrize(
    ("raw", "charset"),
    [(b"\xed", "utf-8"), (b"\x81", None), (b"\x81", "windows-1252"), (b"a", "utf-16"), (b"\xff\xfe\x00\xd8", "utf-16")],
)
def test_bytes_that_are_not_of_the_charset_are_refused(raw: bytes, charset: str | None) -> None:
    with pytest.raises(MalformedBody):
        decode(raw, charset)


@pytest.mark.parametrize("charset", ["latin-1", "ascii", "utf-7", "utf-16-le", "", "rot13", "ñ"])
def test_other_charsets_are_refused(charset: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        decode(b"a", charset)


def test_utf_16_is_known_by_its_name() -> None:
    assert is_utf_16("UTF-16")
    assert not is_utf_16(None)
