"""Whether a workbook still matches a case: every sort of difference is found, with its cell and its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from conftest import CASES, GOOD, SHIPPED
from test_opening import converted
from workbooks import need_libreoffice

from valuation.cli import main
from valuation.reading import load as read
from valuation.study import load
from valuation.workbook.carried import case_of
from valuation.workbook.matching import Match, match
from valuation.workbook.opening import open_book

ALIBABA = CASES.parents[1] / "assumptions" / "alibaba"
TEXT = """\
name: Test
currency: CNY
date: 2026-02-02
years: 3
drivers:
  beta: ~ pert(0.8, 1, 1.3)
  premium: {value: ~ normal(5%, 1%), note: a note}
shares: {diluted: 10 m shares}
segments:
  a:
    method: dcf
    revenue: 100 CNY m
    growth: fade(10% to 4% over 3 years)
    margin: 20%
    tax_rate: 25%
    wacc: = 3% + beta * drivers.premium
    beta: = drivers.beta
    sales_to_capital: 2
    terminal_growth: 2%
    terminal_return: 12%
  b: {method: stake, value: ~ uniform(1 CNY m, 3 CNY m)}
correlations:
  - {between: [drivers.beta, drivers.premium], rank: 0.3}
scenarios:
  good: {probability: 40%, set: {a.margin: 25%}}
  bad: {probability: 60%, set: {a.margin: 15%}}
"""


@pytest.fixture
def matched(write: Callable[[str], Path], tmp_path: Path) -> Callable[..., Match]:
    """A book written from TEXT and edited, against a case of another text."""

    def compare(old: str = "", new: str = "", edit: Callable[[openpyxl.Workbook], None] | None = None) -> Match:
        assert old in TEXT
        study = load(write(TEXT))
        path = study.write_workbook(tmp_path / "book.xlsx", study.simulate(32))
        if edit is not None:
            copy = openpyxl.load_workbook(path)
            edit(copy)
            copy.save(path)
        book = open_book(path)
        return match(book, case_of(book)[0], read(write(TEXT.replace(old, new, 1) if old else TEXT)))

    return compare


@pytest.mark.parametrize("path", [*GOOD, *SHIPPED], ids=lambda path: path.stem)
def test_a_book_just_written_matches_its_case(path: Path, tmp_path: Path) -> None:
    study = load(path)
    book = open_book(study.write_workbook(tmp_path / "book.xlsx"))
    found = match(book, case_of(book)[0], study.case)
    assert found.differences == ()
    assert found.same_files


@pytest.mark.libreoffice
def test_a_book_saved_by_libreoffice_still_matches(tmp_path: Path) -> None:
    need_libreoffice()
    study = load(ALIBABA)
    book = open_book(converted(study.write_workbook(tmp_path / "book.xlsx"), tmp_path / "out"))
    assert match(book, case_of(book)[0], study.case).differences == ()


CHANGES = [
    ("margin: 20%", "margin: 21%", "base", "a.margin"),
    ("10% to 4%", "10% to 5%", "base", "a.growth.to"),
    ("pert(0.8, 1, 1.3)", "pert(0.8, 1, 1.4)", "distribution", "drivers.beta"),
    ("~ uniform(1 CNY m, 3 CNY m)", "2 CNY m", "distribution", "b.value"),
    ("~ normal(5%, 1%)", "~ uniform(4%, 6%)", "distribution", "drivers.premium"),
    ("= 3% + beta", "= 3% + 1 + beta", "formula", "a.wacc"),
    ("= drivers.beta", "1", "input", "a.beta"),
    ("rank: 0.3", "rank: 0.4", "correlation", "drivers.beta and drivers.premium"),
    ("rank: 0.3", "rank: 0.3, weight: 2", "correlation", "drivers.beta and drivers.premium"),
    ("a.margin: 25%", "a.margin: 26%", "scenario", "good: a.margin"),
    ("a.margin: 25%", "a.tax_rate: 20%", "scenario", "good: a.tax_rate"),
    ("years: 3", "years: 4", "frame", "years"),
    ("date: 2026-02-02", "date: 2026-02-03", "frame", "date"),
    ("b: {method: stake", "c: {method: stake", "structure", "c"),
    ("margin: 20%", "margin: 20%\n    timing: end-year", "method", "a"),
]


@pytest.mark.parametrize(("old", "new", "kind", "name"), CHANGES, ids=[change[1] for change in CHANGES])
def test_a_change_of_the_files_is_found_with_its_place(
    old: str, new: str, kind: str, name: str, matched: Callable[..., Match]
) -> None:
    found = matched(old, new)
    assert not found.matches
    assert (kind, name) in {(difference.kind, difference.name) for difference in found.differences}
    difference = next(d for d in found.differences if (d.kind, d.name) == (kind, name))
    assert difference.book != difference.case
    if kind in ("base", "distribution", "formula"):
        line = TEXT[: TEXT.index(old)].count("\n") + 1
        assert difference.place.line == line
        assert str(difference).startswith(f"{difference.place.file}:{line}:")


@pytest.mark.parametrize(
    ("old", "new"),
    [("note: a note", "note: another"), ("years: 3", "years: 3  # a remark"), ("name: Test", "name: Tset")],
)
def test_what_moves_no_value_is_no_difference(old: str, new: str, matched: Callable[..., Match]) -> None:
    found = matched(old, new)
    assert found.differences == ()
    assert not found.same_files
    assert str(found).endswith("whose files differ in what moves no value")


def typed(name: str, value: object, columns: int = 0) -> Callable[[openpyxl.Workbook], None]:
    def edit(book: openpyxl.Workbook) -> None:
        sheet, _, address = book.defined_names[name].attr_text.replace("$", "").partition("!")
        cell = book[sheet][address]
        book[sheet].cell(cell.row, cell.column + columns).value = value

    return edit


def test_an_edited_base_is_found_by_its_cell(matched: Callable[..., Match]) -> None:
    [difference] = matched(edit=typed("a.margin", 0.22)).differences
    assert (difference.kind, difference.name, difference.book, difference.case) == ("base", "a.margin", "0.22", "0.2")
    assert difference.cell.startswith("Inputs!C")
    assert difference.place.line == TEXT[: TEXT.index("margin: 20%")].count("\n") + 1


def test_an_edited_number_of_a_distribution_is_found_by_its_cell(matched: Callable[..., Match]) -> None:
    [difference] = matched(edit=typed("drivers.beta", 1.5, columns=4)).differences
    assert (difference.kind, difference.name, difference.book) == ("distribution", "drivers.beta", "1.5")
    assert difference.case == "1.3 of ~ pert(0.8, 1, 1.3)"
    assert difference.cell.startswith("Inputs!G")


def test_a_text_or_nothing_in_a_cell_is_a_difference(matched: Callable[..., Match]) -> None:
    assert [d.book for d in matched(edit=typed("a.margin", "high")).differences] == ["high"]
    assert [d.book for d in matched(edit=typed("a.margin", None)).differences] == ["nothing"]


# The command --------------------------------------------------------------------------------------------------------


def verify(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["verify", *map(str, arguments), "--draws", "2"])


@pytest.fixture
def book(write: Callable[[str], Path], tmp_path: Path) -> Path:
    return load(write(TEXT)).write_workbook(tmp_path / "book.xlsx")


def test_the_command_says_that_a_book_matches(book: Path, tmp_path: Path) -> None:
    result = verify(book, tmp_path / "case_of_test.yaml")
    assert result.exit_code == 0
    assert result.stdout.endswith("the workbook matches case_of_test\n")


def test_proved_but_of_another_case_is_status_1(book: Path, write: Callable[[str], Path]) -> None:
    case = write(TEXT.replace("margin: 20%", "margin: 21%"))
    result = verify(book, case, "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["proved"], found["matches_case"]) == (1, True, False)
    [difference] = found["input_differences"]
    assert difference == {
        "kind": "base",
        "name": "a.margin",
        "book": "0.2",
        "case": "0.21",
        "cell": difference["cell"],
        "place": f"{case}:14:13",
    }
    assert "a.margin: base: 0.21 in the case, 0.2 in the book" in verify(book, case).stdout


def test_without_a_case_nothing_is_said_of_one(book: Path) -> None:
    found = json.loads(verify(book, "--json").stdout)
    assert (found["matches_case"], found["input_differences"]) == (None, [])


def test_values_set_beside_the_case_may_be_told_here_too(book: Path, write: Callable[[str], Path]) -> None:
    case = write(TEXT.replace("margin: 20%", "margin: 21%"))
    assert verify(book, case, "--set", "a.margin=20%").exit_code == 0
    assert verify(book, "--set", "a.margin=20%").exit_code == 2


@pytest.mark.parametrize("change", ["a.margin=22%", "a.wacc=9%", "drivers.beta=~ uniform(1, 2)"])
def test_a_book_of_values_that_were_set_is_proved_and_matches_them(
    change: str, write: Callable[[str], Path], tmp_path: Path
) -> None:
    case, book = write(TEXT), tmp_path / "set.xlsx"
    done = CliRunner().invoke(main, ["run", str(case), "-o", str(book), "--draws", "64", "--set", change])
    assert done.exit_code == 0, done.output
    result = verify(book, case, "--set", change)
    assert result.exit_code == 0, result.output
    assert verify(book, case).exit_code == 1
