"""Opening workbooks: the same cells whoever saved them; hostile files are refused by a sentence, at little cost."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from workbooks import need_libreoffice

from valuation.cli import main
from valuation.problems import InvalidAssumptions
from valuation.study import load
from valuation.workbook.address import Cell
from valuation.workbook.cells import ErrorValue
from valuation.workbook.opening import OpenedBook, open_book

ALIBABA = Path(__file__).parents[1] / "assumptions" / "alibaba"

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET = f'<worksheet xmlns="{SPREADSHEET}">{{}}</worksheet>'
CELLS = SHEET.format("<sheetData>{}</sheetData>")
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'

Parts = dict[str, str | bytes]


def relation(number: int, kind: str, target: str, more: str = "") -> str:
    return f'<Relationship Id="r{number}" Type="{OFFICE}/{kind}" Target="{target}"{more}/>'


def parts(cells: str = "", *, titles: tuple[str, ...] = ("One",), **more: str | bytes) -> Parts:
    """The parts of a small workbook of one sheet or several alike."""
    sheets = "".join(f'<sheet name="{t}" sheetId="{n}" r:id="r1"/>' for n, t in enumerate(titles, start=1))
    relations = relation(1, "worksheet", "worksheets/sheet1.xml") + relation(2, "sharedStrings", "sharedStrings.xml")
    return {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}">{relation(1, "officeDocument", "xl/workbook.xml")}'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{relations}</Relationships>',
        "xl/worksheets/sheet1.xml": CELLS.format(cells),
        "xl/sharedStrings.xml": f'<sst xmlns="{SPREADSHEET}"><si><t>text</t></si></sst>',
        **more,
    }


@pytest.fixture
def packed(tmp_path: Path) -> Callable[[Parts], Path]:
    """Pack parts into a file."""

    def pack(content: Parts) -> Path:
        path = tmp_path / "book.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in content.items():
                archive.writestr(name, text)
        return path

    return pack


# The same book, whoever saved it ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def alibaba(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = load(ALIBABA)
    return study.write_workbook(tmp_path_factory.mktemp("opened") / "alibaba.xlsx", study.simulate(256))


def read_by_openpyxl(path: Path) -> tuple[Any, Any]:
    formulas: dict[str, Any] = {}
    constants: dict[str, Any] = {}
    for sheet in openpyxl.load_workbook(path).worksheets:
        formulas[sheet.title], constants[sheet.title] = {}, {}
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    kind = formulas if cell.data_type == "f" else constants
                    kind[sheet.title][cell.row - 1, cell.column - 1] = cell.value
    return formulas, constants


def same_book(found: OpenedBook, path: Path) -> None:
    formulas, constants = read_by_openpyxl(path)
    assert found.formulas == formulas
    assert found.constants == constants
    other = openpyxl.load_workbook(path)
    assert list(found.sheets) == other.sheetnames
    assert found.names == {name: defined.attr_text for name, defined in other.defined_names.items()}
    assert found.properties.category == other.properties.category
    assert found.properties.description == other.properties.description


def test_a_book_is_read_as_openpyxl_reads_it(alibaba: Path) -> None:
    same_book(open_book(alibaba), alibaba)


def test_a_book_saved_by_openpyxl_is_the_same_book(alibaba: Path, tmp_path: Path) -> None:
    openpyxl.load_workbook(alibaba).save(tmp_path / "saved.xlsx")
    first, second = open_book(alibaba), open_book(tmp_path / "saved.xlsx")
    assert (first.formulas, first.constants, first.names) == (second.formulas, second.constants, second.names)


@pytest.mark.libreoffice
def test_a_book_saved_by_libreoffice_is_the_same_book(alibaba: Path, tmp_path: Path) -> None:
    need_libreoffice()
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path), str(alibaba)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    first, second = open_book(alibaba), open_book(tmp_path / "alibaba.xlsx")
    same_book(second, tmp_path / "alibaba.xlsx")
    assert first.names == second.names
    for title, cells in first.constants.items():
        told = {
            spot: pytest.approx(cell, rel=1e-14) if isinstance(cell, float) else cell for spot, cell in cells.items()
        }
        assert second.constants[title] == told  # it writes fifteen digits
        assert second.formulas[title].keys() == first.formulas[title].keys()


def test_a_name_leads_to_its_cell(alibaba: Path) -> None:
    book = open_book(alibaba)
    cell = book.named("drivers.usd_cny")
    assert cell is not None
    assert book.constants[cell.sheet][cell.row, cell.column] == load(ALIBABA).case.input("drivers.usd_cny").base
    assert book.named("nobody") is None


def test_stored_values_are_those_that_pandas_sees(alibaba: Path) -> None:
    book, other = open_book(alibaba), openpyxl.load_workbook(alibaba, data_only=True)
    for title, cells in book.stored.items():
        for (row, column), value in cells.items():
            assert other[title].cell(row + 1, column + 1).value == value


def test_every_kind_of_cell_is_read(packed: Callable[[Parts], Path]) -> None:
    cells = (
        '<row r="2"><c r="B2"><v>1.5e-3</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c>'
        '<c t="s"><v>0</v></c><c t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c>'
        '<c t="str"><f>"a"&amp;"b"</f><v>ab_x000D__x005F_x0041_</v></c><c r="H2" s="1"/></row>'
        '<row><c><f t="shared" si="0" ref="A3:A4">B3*$C$1</f><v>2</v></c></row>'
        '<row r="4"><c r="A4"><f t="shared" si="0"/></c><c><f t="array" ref="B4">SUM(A1:A2)</f></c></row>'
    )
    book = open_book(packed(parts(cells)))
    assert book.constants["One"] == {
        (1, 1): 0.0015,
        (1, 2): True,
        (1, 3): ErrorValue("#N/A"),
        (1, 4): "text",
        (1, 5): "inline",
    }
    assert isinstance(book.constants["One"][1, 3], ErrorValue)
    assert book.formulas["One"] == {(1, 6): '="a"&"b"', (2, 0): "=B3*$C$1", (3, 0): "=B4*$C$1", (3, 1): "{=SUM(A1:A2)}"}
    assert book.stored["One"] == {(1, 6): "ab\r_x0041_", (2, 0): 2.0}


def test_a_quoted_sheet_of_a_name_is_found(packed: Callable[[Parts], Path]) -> None:
    names = (
        "<definedNames><definedName name=\"a\">'It''s one'!$C$4</definedName><definedName name=\"b\">1+1</definedName>"
        '<definedName name="c" localSheetId="0">One!$A$1</definedName></definedNames>'
    )
    content = parts(titles=("It's one",))
    content["xl/workbook.xml"] = str(content["xl/workbook.xml"]).replace("</workbook>", f"{names}</workbook>")
    book = open_book(packed(content))
    assert book.named("a") == Cell("It's one", 3, 2)
    assert book.named("b") is None
    assert set(book.names) == {"a", "b"}


# Hostile files ------------------------------------------------------------------------------------------------------

LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = ' TargetMode="External"'
SHARED = '<c><f t="shared" si="0"/></c>'
ROW = '<row r="{}"><c r="A{}"><v>1</v></c></row>'

HOSTILE: dict[str, tuple[Parts, str]] = {
    "macros": (parts(**{"xl/vbaProject.bin": b"x"}), r"holds macros \(xl/vbaProject\.bin\)"),
    "old macros": (parts(**{"xl/macrosheets/sheet1.xml": "<x/>"}), "holds macros"),
    "links": (parts(**{"xl/externalLinks/externalLink1.xml": "<x/>"}), "holds links to other workbooks"),
    "connections": (parts(**{"xl/connections.xml": "<x/>"}), "holds connections to outside data"),
    "objects": (parts(**{"xl/embeddings/oleObject1.bin": b"x"}), "holds embedded objects"),
    "outside": (
        parts(**{"xl/drawings/_rels/d.xml.rels": f"<R>{relation(1, 'image', 'http://evil/', OUTSIDE)}</R>"}),
        r"refers to something outside \(image: http://evil/\)",
    ),
    "entities": (parts(**{"xl/styles.xml": f"{LAUGHS}<x>&b;</x>"}), r"document type or entities in xl/styles\.xml"),
    "entities in UTF-16": (
        parts(**{"xl/theme.xml": f'<?xml version="1.0" encoding="UTF-16"?>{LAUGHS}<x/>'.encode("utf-16")}),
        "document type or entities",
    ),
    "entities in properties": (parts(**{"docProps/core.xml": f"{LAUGHS}<x/>"}), "document type or entities"),
    "an encoding nobody knows": (
        parts(**{"xl/styles.xml": b'<?xml version="1.0" encoding="UTF-7"?><x/>'}),
        "not valid XML",
    ),
    "broken XML": (parts(**{"xl/styles.xml": "<x><y></x>"}), r"not valid XML: xl/styles\.xml, line 1: mismatched tag"),
    "deep XML": (parts(**{"xl/styles.xml": "<x>" * 5_000 + "</x>" * 5_000}), "nested too deeply"),
    "a path upwards": (parts(**{"xl/../../evil.xml": "<x/>"}), "name leaves the workbook"),
    "a path from the root": (parts(**{"/etc/passwd": "x"}), "name leaves the workbook"),
    "a path of Windows": (parts(**{"C:/evil.xml": "x"}), "name leaves the workbook"),
    "many parts": (parts(**{f"xl/part{n}.xml": "" for n in range(2_100)}), "at most 2,000 parts, found 2,1"),
    "doubled sheets": (parts(titles=("One", "ONE")), "has the sheet 'One' twice"),
    "no sheets": (parts(titles=()), "without sheets"),
    "NaN": (parts('<row r="1"><c r="C1"><v>NaN</v></c></row>'), "One!C1: expected a number, found 'NaN'"),
    "infinity": (parts('<row r="1"><c r="C1"><v>1e999</v></c></row>'), "One!C1: expected a number, found '1e999'"),
    "a text that is not there": (parts('<row r="1"><c t="s"><v>9</v></c></row>'), "a text that the workbook does not"),
    "a far row": (parts(ROW.format(10_000_000, 10_000_000)), "One!A10000000?: is outside of any sheet"),
    "a far cell": (parts('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "One!XFD1048576: stands so far out"),
    "a row of no number": (parts('<row r="9999999999999"><c r="A1"><v>NaN</v></c></row>'), "One!A1: expected a number"),
    "many cells": (
        parts("".join(f"<row><c><v>{n}</v></c></row>" for n in range(510_000))),
        "at most 500,000 cells, found more",
    ),
    "many rows": (parts("<row/>" * 3_100_000), "packed so tightly"),
    "a long formula": (parts(f"<row><c><f>{'1+' * 5_000}1</f></c></row>"), "at most 8,192 characters, found 10,001"),
    "many shared formulas": (
        parts(f'<row><c><f t="shared" si="0">{"1+" * 4_000}1</f></c>{SHARED * 3_000}</row>'),
        "shares its formulas too often",
    ),
    "an endless attribute": (
        parts(**{"xl/styles.xml": f'<x a="{os.urandom(1_500_000).hex()}"/>'}),
        "endless name or attribute",
    ),
    "an endless text": (
        parts(**{"xl/sharedStrings.xml": f"<sst><si><t>{os.urandom(700_000).hex()}</t></si></sst>"}),
        "endless text",
    ),
    "a bomb of texts": (
        parts(**{"xl/sharedStrings.xml": f"<sst>{'<si><t>a</t></si>' * 600_000}</sst>"}),
        "packed so tightly",
    ),
    "many texts": (
        parts(**{"xl/sharedStrings.xml": "<sst>" + "".join(f"<si><t>{n}</t></si>" for n in range(510_000)) + "</sst>"}),
        "at most 500,000 different texts",
    ),
    "a bomb": (parts(**{"xl/media/image1.png": b"\0" * 90_000_000}), "packed so tightly that it is refused"),
    "a larger bomb": (parts(**{"xl/media/image1.png": b"\0" * 110_000_000}), "under 100,000,000 bytes unpacked"),
    "a binary workbook": (parts(**{"xl/workbook.bin": b"x"}), r"binary workbook \(\.xlsb\)"),
    "OpenDocument": ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, "OpenDocument"),
    "another archive": ({"readme.txt": "hello"}, "found another archive"),
    "no workbook part": ({"[Content_Types].xml": TYPES}, r"without its part xl/workbook\.xml"),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_book_is_refused_by_a_sentence(kind: str, packed: Callable[[Parts], Path]) -> None:
    content, message = HOSTILE[kind]
    path = packed(content)
    with pytest.raises(InvalidAssumptions, match=message) as refused:
        open_book(path)
    assert [str(path)] == [problem.place.file for problem in refused.value.problems]
    assert "\n" not in str(refused.value)


def test_links_to_click_are_no_harm(packed: Callable[[Parts], Path]) -> None:
    more = relation(1, "hyperlink", "https://example.org/", OUTSIDE)
    open_book(packed(parts(**{"xl/worksheets/_rels/sheet1.xml.rels": f"<R>{more}</R>"})))


def test_a_claimed_dimension_costs_nothing(packed: Callable[[Parts], Path]) -> None:
    content = parts(ROW.format(1, 1))
    for claim in ('<dimension ref="A1:XFD1048576"/>', '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'):
        sheet = str(content["xl/worksheets/sheet1.xml"])
        content["xl/worksheets/sheet1.xml"] = sheet.replace("</worksheet>", f"{claim}</worksheet>")
    assert open_book(packed(content)).constants["One"] == {(0, 0): 1.0}


def test_halves_of_characters_do_not_come_in(packed: Callable[[Parts], Path]) -> None:
    cell = '<row r="1"><c r="A1" t="str"><v>_xD83D__xDE00_ _xD800_</v></c></row>'
    assert open_book(packed(parts(cell))).constants["One"] == {(0, 0): "\U0001f600 \ufffd"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected an Excel workbook, found something else"),
        (b"PK\x03\x04 broken", "cut short or damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "with a password or in the old format"),
        (b"name: no workbook", "found something else"),
    ],
)
def test_what_is_no_workbook_is_told_as_what_it_is(content: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    with pytest.raises(InvalidAssumptions, match=message):
        open_book(path)


def test_a_book_cut_anywhere_is_refused(alibaba: Path, tmp_path: Path) -> None:
    whole = alibaba.read_bytes()
    path = tmp_path / "cut.xlsx"
    for length in range(4, len(whole), len(whole) // 40):
        path.write_bytes(whole[:length])
        with pytest.raises(InvalidAssumptions, match="cut short or damaged"):
            open_book(path)


def test_a_book_with_a_changed_byte_is_read_or_refused(alibaba: Path, tmp_path: Path) -> None:
    """Damage is found by the sums that a zip archive keeps, or the file is refused; nothing else is raised."""
    whole = alibaba.read_bytes()
    path = tmp_path / "damaged.xlsx"
    refused = 0
    for place in range(0, len(whole), len(whole) // 60):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            open_book(path)
        except InvalidAssumptions:
            refused += 1
    assert refused > 40


def test_an_encrypted_part_is_refused(packed: Callable[[Parts], Path]) -> None:
    path = packed(parts())
    whole = bytearray(path.read_bytes())
    entry = whole.rindex(b"PK\x01\x02")
    whole[entry + 8] |= 1
    path.write_bytes(bytes(whole))
    with pytest.raises(InvalidAssumptions, match="with a password"):
        open_book(path)


def test_overlapping_parts_are_refused(packed: Callable[[Parts], Path]) -> None:
    """Many entries over the same bytes: a small file that would unpack to a large one."""
    path = packed(parts())
    whole = bytearray(path.read_bytes())
    entries = [place for place in range(len(whole)) if whole[place : place + 4] == b"PK\x01\x02"]
    first = struct.unpack_from("<I", whole, entries[0] + 42)[0]
    struct.pack_into("<I", whole, entries[-1] + 42, first)
    path.write_bytes(bytes(whole))
    with pytest.raises(InvalidAssumptions, match="overlap"):
        open_book(path)


def test_a_part_that_lies_about_its_size_is_refused(packed: Callable[[Parts], Path]) -> None:
    path = packed(parts(**{"xl/styles.xml": "<x>" + " " * 50_000 + "</x>"}))
    whole = bytearray(path.read_bytes())
    entry = whole.index(b"PK\x01\x02", whole.rindex(b"xl/styles.xml") - 60)
    struct.pack_into("<I", whole, entry + 24, 100)
    path.write_bytes(bytes(whole))
    with pytest.raises(InvalidAssumptions, match=r"damaged|not valid XML"):
        open_book(path)


def test_a_part_twice_is_refused(packed: Callable[[Parts], Path]) -> None:
    path = packed(parts())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("XL/workbook.xml", "<x/>")
    with pytest.raises(InvalidAssumptions, match=r"has the part XL/workbook\.xml twice"):
        open_book(path)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.xlsx"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(10_000_000_000)
    with pytest.raises(InvalidAssumptions, match="found 10,000,000,000"):
        open_book(path)


BOUNDED = """
import resource, sys
from valuation.problems import InvalidAssumptions
from valuation.workbook.cells import ErrorValue
from valuation.workbook.opening import open_book
before = resource.getrusage(resource.RUSAGE_SELF)
try:
    open_book(sys.argv[1])
except InvalidAssumptions:
    pass
after = resource.getrusage(resource.RUSAGE_SELF)
print(after.ru_utime - before.ru_utime, (after.ru_maxrss - before.ru_maxrss) / 1024)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no resource module")
@pytest.mark.parametrize("kind", [*HOSTILE, "as large as it may be"])
def test_a_hostile_book_costs_little(kind: str, packed: Callable[[Parts], Path]) -> None:
    """No more than 10 seconds of processor time and 500 MB more memory, whatever it holds; measured: 3 s, 250 MB."""
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="str"><v>{n:x}{n * n:x}</v></c></row>' for n in range(1, 490_000))
    content = parts(cells) if kind not in HOSTILE else HOSTILE[kind][0]
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED, str(packed(content))], capture_output=True, text=True, check=True
    )
    seconds, megabytes = map(float, done.stdout.split())
    assert seconds < 10
    assert megabytes < 500


# What the command says ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["macros", "entities", "a bomb", "NaN"])
def test_the_command_refuses_with_status_1_and_one_line(kind: str, packed: Callable[[Parts], Path]) -> None:
    path = packed(HOSTILE[kind][0])
    result = CliRunner().invoke(main, ["verify", str(path), "--json"])
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert [check["place"] for check in json.loads(result.stdout)["checks"]] == [str(path)]


def test_a_folder_in_place_of_a_book_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["verify", str(tmp_path)])
    assert (1, f"{tmp_path}: is a folder, not a workbook\n") == (result.exit_code, result.stderr)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "book.xlsx")
    with pytest.raises(OSError, match="is no file"):
        open_book(tmp_path / "book.xlsx")


def test_a_locked_book_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel locks on Windows what it has open; here permissions stand for the lock, unless the user is root."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"PK\x03\x04")
    path.chmod(0)
    if os.access(path, os.R_OK):

        def locked(self: Path, mode: str) -> None:
            raise PermissionError(13, "Permission denied", str(self))

        monkeypatch.setattr(Path, "open", locked)
    result = CliRunner().invoke(main, ["verify", str(path)])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{path}: cannot be read: another program may have it open")


def test_a_name_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(InvalidAssumptions, match="expected the name of a file"):
        open_book("book\0.xlsx")


def test_a_case_of_a_book_is_told_by_the_book(alibaba: Path, tmp_path: Path) -> None:
    copy = openpyxl.load_workbook(alibaba)
    copy["Audit files"]["B5"] = "name: [broken"
    copy.save(tmp_path / "broken.xlsx")
    result = CliRunner().invoke(main, ["verify", str(tmp_path / "broken.xlsx")])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{tmp_path / 'broken.xlsx'}: Audit files: case.yaml:")
