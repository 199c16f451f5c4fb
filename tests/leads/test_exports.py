import csv
import io
import tracemalloc
import zipfile
from collections.abc import Iterator, Sequence

import pytest
from openpyxl import load_workbook

from leads.exports import as_csv, as_xlsx, harmless

HEADERS = ["Name", "Phone"]


def read_xlsx(content: bytes) -> list[tuple[object, ...]]:
    sheet = load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
    return list(sheet.iter_rows(values_only=True))


def xlsx(*rows: Sequence[str], title: str = "Leads") -> bytes:
    return b"".join(as_xlsx(title, HEADERS, [rows]))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "+34 600", "-", "+0600111222", "＝1", "－1", "＠A"]
)
def test_what_a_spreadsheet_would_calculate_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        *((f"{space}=1", f"{space}'=1") for space in ("\t", "\r", "\n", " ", "\xa0", '"', ' "')),
        *((f"x{mark}=1", f"x{mark}'=1") for mark in (",", ";", "\t", "\n", "\r\n", ", ", ',"', ";;", '";"')),
        ("=1,=2;@3\n-x", "'=1,'=2;'@3\n'-x"),
        ("+34600111222, +39-", "+34600111222, '+39-"),
    ],
)
def test_so_does_what_another_spreadsheet_would(text: str, escaped: str) -> None:
    assert harmless(text) == escaped


@pytest.mark.parametrize(
    "text",
    ["", "Ana", "a=b", "a = b", 'a "=b"', "+34600111222", "-3.7038", "600-111", "'=1", "Calle 5, -1", "+34600, +39061"],
)
def test_what_calculates_nothing_stays(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize("text", ["\n" * 100_000, " ;" * 50_000, " =" * 50_000, '"' * 100_000])
def test_long_text_is_looked_at_once_whatever_it_is_made_of(text: str) -> None:
    # Looked at from each of its characters it would take minutes.
    assert harmless(text)


@pytest.mark.parametrize("wrong", [",", ";", "\t"])
@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("attack", ["x,=1", "x;=1", 'x,"=1', 'x";=1', "x\n=1", "x\t@1", "x\r\n;+1+1", ' ",=1'])
def test_reader_that_parts_cells_elsewhere_calculates_nothing(attack: str, language: str, wrong: str) -> None:
    text = b"".join(as_csv(HEADERS, [[["Ana", attack]], [[attack, "Ana"]]], language=language)).decode("utf-8-sig")
    cells = [cell.strip() for row in csv.reader(text.splitlines(), delimiter=wrong) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []


@pytest.mark.parametrize(("language", "mark"), [("es", ";"), ("it", ";"), ("en", ","), ("", ",")])
def test_csv_is_what_excel_reads_in_the_language(language: str, mark: str) -> None:
    content = b"".join(as_csv(HEADERS, [[["Lucía", "a;b,c"]]], language=language))
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert text.startswith(f"Name{mark}Phone\r\n")
    assert list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))[1] == ["Lucía", "a;b,c"]


def test_csv_escapes_headers_and_cells() -> None:
    lines = b"".join(as_csv(["=cmd"], [[["=1"]], [["+34600111222"]]], language="en")).decode("utf-8-sig").splitlines()
    assert lines == ["'=cmd", "'=1", "+34600111222"]


def test_workbook_has_every_cell_as_text() -> None:
    rows = [["=1+1", "+34600111222"], ["Lucía <&> \"'", "0600"], ["", "x"], [" a\nb ", "-1"]]
    assert read_xlsx(xlsx(*rows)) == [
        ("Name", "Phone"),
        ("=1+1", "+34600111222"),
        ("Lucía <&> \"'", "0600"),
        (None, "x"),
        (" a\nb ", "-1"),
    ]
    sheet = load_workbook(io.BytesIO(xlsx(*rows))).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} <= {"s", "inlineStr"}


def test_workbook_survives_what_xml_can_not_have() -> None:
    [_, row] = read_xlsx(xlsx(["a\x00\x07\ufffe\ud800b", "x" * 40_000]))
    assert str(row[0]).startswith("a")
    assert len(str(row[1])) == 32_767


def test_text_that_looks_like_the_number_of_a_character_stays_one() -> None:
    sheet = zipfile.ZipFile(io.BytesIO(xlsx(["_x0041_", ""]))).read("xl/worksheets/sheet1.xml")
    assert b">_x005F_x0041_<" in sheet


def test_title_that_no_sheet_can_have_is_cut() -> None:
    book = load_workbook(io.BytesIO(xlsx(title="Leads [a/b]: " + "x" * 40)))
    assert book.sheetnames == ["Leads  a b   " + "x" * 18]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_file_goes_out_while_its_rows_are_read(form: str) -> None:
    read = 0

    def pieces() -> Iterator[list[list[str]]]:
        nonlocal read
        for _ in range(3):
            read += 1
            yield [["Ana", "+34600111222"]]

    content = as_xlsx("Leads", HEADERS, pieces()) if form == "xlsx" else as_csv(HEADERS, pieces(), language="en")
    assert next(content)
    assert read == 0
    next(content)
    assert read == 1


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_memory_does_not_grow_with_the_rows(form: str) -> None:
    def peak(number: int) -> int:
        pieces = ([[f"Ana {n} {m}", "+34600111222"] for m in range(500)] for n in range(number))
        content = as_xlsx("Leads", HEADERS, pieces) if form == "xlsx" else as_csv(HEADERS, pieces, language="en")
        tracemalloc.start()
        for _ in content:
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(1)
    assert peak(40) < 2 * peak(4)
