"""Rows of texts as a file, in pieces: no more of it is in memory than one piece. Pure.

A spreadsheet takes a cell that begins with `=` for a formula, which a stranger may have sent. In CSV such a cell gets
an apostrophe; in XLSX every cell is a text, which none calculates. Where a cell of CSV begins depends on who reads it:
an Excel of another language parts the lines at another mark, and then minds no quotes in the middle of one.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

Row = Sequence[str]

# What a sheet has room for, and a cell.
XLSX_ROWS = 1_048_575
XLSX_CELL = 32_767

# With this mark Excel reads the file as UTF-8.
_BOM = "\ufeff"
# In these languages a comma is in numbers, and Excel takes a semicolon between cells.
_SEMICOLON = frozenset({"es", "it"})
# What may come before the first character of a cell, and that character; the wide forms count in some languages.
# Each run is looked at once: the lookbehind keeps a long one from being tried again from each of its characters.
_FORMULA = re.compile(r"""(?:\A|(?<![\s",;])(?=[\s",;]))([\s",;]*+)([=+@＝＋－＠-][^\t\r\n,;]*)""")
_ENDS_A_CELL = re.compile(r"[\t\r\n,;]")
# A phone in E.164, a longitude to the west: nothing in them can be calculated.
_HARMLESS = re.compile(r"\+[1-9][0-9]{1,14}|-[0-9]+(\.[0-9]+)?")
# What XML can't have, and what would be read as one of the numbers that stand for it.
_NOT_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_(?=x[0-9A-Fa-f]{4}_)")
_SHEET = "xl/worksheets/sheet1.xml"
_DIMENSION = re.compile(rb"<dimension [^>]*/>")


def separator(language: str) -> str:
    return ";" if language[:2] in _SEMICOLON else ","


def as_csv(headers: Row, pieces: Iterable[Sequence[Row]], *, language: str) -> Iterator[bytes]:
    """CSV in UTF-8, a piece of bytes for each piece of rows."""
    yield (_BOM + _lines([headers], language)).encode()
    for rows in pieces:
        yield _lines(rows, language).encode()


def _lines(rows: Sequence[Row], language: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=separator(language), lineterminator="\r\n").writerows(map(harmless, row) for row in rows)
    return text.getvalue()


def harmless(text: str) -> str:
    """`text`, with an apostrophe before each place that a spreadsheet would calculate."""
    return _FORMULA.sub(_quoted, text)


def _quoted(found: re.Match[str]) -> str:
    before, cell = found.groups()
    begins = found.start() == 0 or _ENDS_A_CELL.search(before)
    return f"{before}'{cell}" if begins and not _HARMLESS.fullmatch(cell.rstrip()) else found[0]


def as_xlsx(title: str, headers: Row, pieces: Iterable[Sequence[Row]]) -> Iterator[bytes]:
    """A workbook of one sheet, which begins to go out before its rows are read."""
    out = _Outlet()
    frame = zipfile.ZipFile(_frame(title, headers))
    columns = [xl_col_to_name(place) for place in range(len(headers))]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        for name in frame.namelist():
            if name != _SHEET:
                book.writestr(name, frame.read(name))
        head, end, tail = _DIMENSION.sub(b"", frame.read(_SHEET)).partition(b"</sheetData>")
        with book.open(_SHEET, "w") as sheet:
            sheet.write(head)
            yield out.taken()
            number = 1
            for rows in pieces:
                lines = (_row_xml(number + place, columns, row) for place, row in enumerate(rows, 1))
                sheet.write("".join(lines).encode())
                number += len(rows)
                yield out.taken()
            sheet.write(end + tail)
    yield out.taken()


def _frame(title: str, headers: Row) -> io.BytesIO:
    """A whole workbook with the headers only."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(headers) - 1, 0), 20)
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, book.add_format({"bold": True}))
    file.seek(0)
    return file


def _row_xml(number: int, columns: Sequence[str], row: Row) -> str:
    cells = (_cell_xml(f"{column}{number}", text) for column, text in zip(columns, row, strict=True) if text)
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell_xml(place: str, text: str) -> str:
    safe = escape(_NOT_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text[:XLSX_CELL]))
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{safe}</t></is></c>'


class _Outlet(io.RawIOBase):
    """Where a zip file is written to, and taken from piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(memoryview(data))  # type: ignore[arg-type]  # whatever has bytes
        self._pieces.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
