"""Proof: the book's own formulas are pushed through an independent engine; a tampered one is found and named."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from conftest import every_good_case, every_shipped_case

from valuation.assumptions import Case
from valuation.cli import main
from valuation.problems import InvalidAssumptions
from valuation.simulation.engine import simulate
from valuation.study import load
from valuation.workbook.book import write_workbook
from valuation.workbook.verify import verify_book

ALIBABA = Path(__file__).parents[1] / "assumptions" / "alibaba"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = load(ALIBABA)
    return study.write_workbook(tmp_path_factory.mktemp("proof") / "alibaba.xlsx", study.simulate(256))


def tampered(book: Path, tmp_path: Path, cell: str, value: object) -> Path:
    copy = openpyxl.load_workbook(book)
    sheet, _, address = cell.rpartition("!")
    copy[sheet][address] = value
    path = tmp_path / "tampered.xlsx"
    copy.save(path)
    return path


@every_shipped_case
def test_the_workbook_of_a_shipped_case_is_proved(good: Case, tmp_path: Path) -> None:
    path = write_workbook(good, tmp_path / "book.xlsx", simulate(good, 64), dict.fromkeys(good.scenarios, 1.0))
    proof = verify_book(path, draws=50)
    assert proof.proved, str(proof)
    assert proof.worst <= 1e-9
    assert proof.compared > 3_000


@every_good_case
def test_a_workbook_of_every_method_is_proved(good: Case, tmp_path: Path) -> None:
    simulation = simulate(good, 32)
    path = write_workbook(good, tmp_path / "book.xlsx", simulation, dict.fromkeys(good.scenarios, 1.0))
    proof = verify_book(path, draws=100)
    assert proof.proved, str(proof)


def test_a_book_saved_by_another_program_is_still_proved(book: Path, tmp_path: Path) -> None:
    openpyxl.load_workbook(book).save(tmp_path / "saved.xlsx")
    assert verify_book(tmp_path / "saved.xlsx", draws=5).proved


def test_edited_inputs_do_not_spoil_the_proof(book: Path, tmp_path: Path) -> None:
    name = openpyxl.load_workbook(book).defined_names["drivers.usd_cny"].attr_text.replace("$", "")
    assert verify_book(tampered(book, tmp_path, name, 7.5), draws=5).proved


def first_formula(book: Path, sheet: str, wanted: str) -> str:
    for row in openpyxl.load_workbook(book)[sheet].iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith("=") and wanted in cell.value:
                return f"{sheet}!{cell.coordinate}"
    raise LookupError(wanted)


def test_a_tampered_formula_is_found_and_named(book: Path, tmp_path: Path) -> None:
    cell = first_formula(book, "Cloud Intelligence with T-Head", "SUM(")
    proof = verify_book(tampered(book, tmp_path, cell, "=1+1"), draws=5)
    assert not proof.proved
    assert cell in {difference.cell for difference in proof.differences}
    assert cell in str(proof)


def test_a_number_typed_over_a_formula_is_found_and_named(book: Path, tmp_path: Path) -> None:
    cell = first_formula(book, "Bridge", "SUM(")
    proof = verify_book(tampered(book, tmp_path, cell, 3_000_000), draws=5)
    assert cell in {difference.cell for difference in proof.differences}


def test_a_formula_that_nobody_expects_is_found(book: Path, tmp_path: Path) -> None:
    proof = verify_book(tampered(book, tmp_path, "Bridge!H40", "=1+1"), draws=5)
    assert "Bridge!H40" in {difference.cell for difference in proof.differences}


def test_a_book_of_another_version_says_so(book: Path, tmp_path: Path) -> None:
    copy = openpyxl.load_workbook(tampered(book, tmp_path, first_formula(book, "Bridge", "SUM("), "=1"))
    copy.properties.category = "valuation 0.0.1"
    copy.save(tmp_path / "old.xlsx")
    assert str(verify_book(tmp_path / "old.xlsx", draws=1)).startswith("written by valuation 0.0.1, verified by")


def test_a_text_in_a_blue_cell_is_named(book: Path, tmp_path: Path) -> None:
    name = openpyxl.load_workbook(book).defined_names["cloud.beta"].attr_text.replace("$", "")
    proof = verify_book(tampered(book, tmp_path, name, "about one"), draws=5)
    assert not proof.proved
    assert [difference.cell for difference in proof.differences] == [name]


def test_the_command_prints_the_worst_difference(book: Path) -> None:
    result = CliRunner().invoke(main, ["verify", str(book), "--draws", "5"])
    assert result.exit_code == 0
    assert "worst difference" in result.stdout


def test_the_command_fails_on_a_tampered_book(book: Path, tmp_path: Path) -> None:
    path = tampered(book, tmp_path, first_formula(book, "Bridge", "SUM("), "=1")
    result = CliRunner().invoke(main, ["verify", str(path), "--draws", "2", "--json"])
    assert result.exit_code == 1
    assert '"proved": false' in result.stdout


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04 broken"])
def test_what_is_no_workbook_is_refused_with_its_name(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "not.xlsx"
    path.write_bytes(content)
    with pytest.raises(InvalidAssumptions, match=r"not\.xlsx: expected an Excel workbook"):
        verify_book(path)


def test_another_workbook_is_refused(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(InvalidAssumptions, match="written by valuation"):
        verify_book(tmp_path / "other.xlsx")


def test_a_file_name_outside_the_case_is_refused(book: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidAssumptions, match="outside the case"):
        verify_book(tampered(book, tmp_path, "Audit files!A5", "../../evil.yaml"), draws=1)


def test_a_missing_book_is_the_environments_error() -> None:
    result = CliRunner().invoke(main, ["verify", "nowhere.xlsx"])
    assert result.exit_code == 1
    assert "nowhere.xlsx" in result.stderr
