"""Workbooks as files: written, edited by other programs, damaged, and pulled back by the command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import ASSUMPTIONS
from editing import ODD, at, contents, copy_of, drafted, held, open_in_openpyxl, typed
from workbooks import need_libreoffice

import valuation
from valuation.cli import main
from valuation.pulling.run import pulled
from valuation.workbook.address import Cell
from valuation.workbook.sheets import correlations, inputs


@pytest.fixture
def book(odd: Path) -> Path:
    """The odd case written as a book."""
    path = odd.with_name("book.xlsx")
    valuation.load(odd).write_workbook(path)
    return path


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["pull", *arguments])
    return result.exit_code, result.stdout, result.stderr


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


# The command ------------------------------------------------------------------------------------------------------


def test_a_book_as_written_changes_nothing(book: Path, odd: Path) -> None:
    before = contents(odd.parent)
    assert run(str(book), str(odd)) == (0, "nothing to pull: the book says what the files say\n", "")
    assert contents(odd.parent) == before


def test_an_edit_is_reported_and_written(book: Path, odd: Path) -> None:
    cell = at(drafted(odd), "core.tax_rate", "base")
    typed(book, {cell: 0.26})
    status, out, err = run(str(book), str(odd))
    line = ODD[: ODD.index("tax_rate")].count("\n") + 1
    assert (status, err) == (0, "")
    assert out == f"{odd}:{line}: core.tax_rate: 25% -> 26%  ({cell})\n1 change written to {odd}\n"
    assert text_of(odd) == ODD.replace("'25%'", "'26%'")


def test_a_dry_run_prints_a_difference_that_patch_takes(book: Path, odd: Path) -> None:
    plan = drafted(odd)
    typed(book, {at(plan, "core.revenue", "base"): 120000, at(plan, "core.terminal_growth", "base"): 0.03})
    status, out, err = run(str(book), str(odd), "--dry-run")
    assert status == 0
    assert "2 changes, nothing written (--dry-run)" in err
    assert text_of(odd) == ODD
    unix = ODD.replace("\r\n", "\n")
    odd.write_bytes(unix.encode())
    patched = subprocess.run(["patch", str(odd)], input=out, text=True, capture_output=True, check=False)
    assert patched.returncode == 0, patched.stderr
    assert text_of(odd) == unix.replace("118028", "120000").replace("terminal_growth: 2%", "terminal_growth: 3%")


def test_json_is_one_object_with_everything(book: Path, odd: Path) -> None:
    plan = drafted(odd)
    cells = at(plan, "core.tax_rate", "base"), at(plan, "core.revenue", "base")
    typed(book, dict(zip(cells, (0.26, 120000), strict=True)))
    status, out, _ = run(str(book), str(odd), "--json")
    found = json.loads(out)
    assert status == 0
    assert (found["book"], found["case"]) == (str(book), str(odd))
    assert {change["name"]: (change["cell"], change["old"], change["new"]) for change in found["changes"]} == {
        "core.tax_rate": (str(cells[0]), "25%", "26%"),
        "core.revenue": (str(cells[1]), "118028", "120000"),
    }
    assert all(change["file"] == str(odd) and change["line"] > 0 for change in found["changes"])
    assert (found["conflicts"], found["problems"], found["written"]) == ([], [], [str(odd)])
    assert found["diff"].startswith("--- a/")


def test_conflicts_and_problems_end_with_status_1(book: Path, odd: Path) -> None:
    plan = drafted(odd)
    typed(book, {at(plan, "core.tax_rate", "base"): 0.26})
    text = ODD.replace("'25%'", "'24%'")
    odd.write_bytes(text.encode())
    status, out, err = run(str(book), str(odd))
    assert (status, out) == (1, "")
    assert "in the book now            26%" in err
    assert "--take book or --take files" in err
    assert text_of(odd) == text
    status, out, _ = run(str(book), str(odd), "--json")
    assert status == 1
    assert json.loads(out)["conflicts"][0]["files"] == "24%"
    assert run(str(book), str(odd), "--take", "files")[0] == 0
    assert text_of(odd) == text
    assert run(str(book), str(odd), "--take", "book")[0] == 0
    assert text_of(odd) == ODD.replace("'25%'", "'26%'")


@pytest.mark.parametrize("arguments", [("gone.xlsx", "odd.yaml"), ("book.xlsx", "gone"), ("odd.yaml", "odd.yaml")])
def test_what_is_no_book_or_no_case_is_told_in_a_sentence(book: Path, odd: Path, arguments: tuple[str, str]) -> None:
    status, out, err = run(*(str(odd.parent / name) for name in arguments))
    assert (status, out) == (1, "")
    assert err.count("\n") == 1
    assert "Traceback" not in err


def test_a_book_of_other_values_than_its_files_is_not_edited(odd: Path) -> None:
    """--set changes the book, not the files: only what is edited afterwards goes back."""
    path = odd.with_name("set.xlsx")
    valuation.load(odd, {"core.tax_rate": "20%"}).write_workbook(path)
    assert valuation.pull(path, odd).changes == ()
    typed(path, {at(drafted(odd), "core.terminal_growth", "base"): 0.025})
    assert [change.name for change in valuation.pull(path, odd).changes] == ["core.terminal_growth"]


# Damage -----------------------------------------------------------------------------------------------------------


def test_a_number_over_a_formula_is_found_and_named(odd: Path) -> None:
    plan = drafted(odd)
    title = plan.made.titles["core"]
    place = max(place for place in held(plan).formulas[title])
    cell = Cell(title, *place)
    (problem,) = pulled(held(plan, {cell: 17.0}), odd).problems
    assert problem.place.file == str(cell)
    assert "was overwritten: it is now 17.0" in problem.text
    (problem,) = pulled(held(plan, {cell: "=1+1"}), odd).problems
    assert "was overwritten: it is now =1+1" in problem.text
    (problem,) = pulled(held(plan, {cell: None}), odd).problems
    assert "was overwritten: it is now empty" in problem.text


@pytest.mark.parametrize(("what", "told"), [("insert_rows", "was put in"), ("delete_rows", "was taken out")])
@pytest.mark.parametrize("sheet", ["inputs", "core"])
def test_a_row_put_in_or_taken_out_is_named(book: Path, odd: Path, sheet: str, what: str, told: str) -> None:
    plan = drafted(odd)
    title = inputs.TITLE if sheet == "inputs" else plan.made.titles["core"]
    row = plan.draft.names["core.tax_rate"].row if sheet == "inputs" else min(held(plan).formulas[title])[0] + 3
    with open_in_openpyxl(book) as opened:
        getattr(opened[title], what)(row + 1)
    result = valuation.pull(book, odd)
    assert not result.good
    assert any(
        problem.place.file.startswith(title) and f"row {row + 1}" in problem.text and told in problem.text
        for problem in result.problems
    ), str(result)
    assert len(result.problems) < 10
    assert text_of(odd) == ODD


def test_edits_are_found_by_name_where_rows_moved(book: Path, odd: Path) -> None:
    plan = drafted(odd)
    typed(book, {at(plan, "core.tax_rate", "base"): "a quarter"})
    with open_in_openpyxl(book) as opened:
        opened[inputs.TITLE].insert_rows(plan.draft.names["drivers.erp"].row + 1)
    problems = valuation.pull(book, odd).problems
    moved = Cell(inputs.TITLE, at(plan, "core.tax_rate", "base").row + 1, inputs.BASE)
    assert any(problem.place.file == str(moved) and "'a quarter'" in problem.text for problem in problems)


def test_a_missing_sheet_is_named(book: Path, odd: Path) -> None:
    with open_in_openpyxl(book) as opened:
        opened[correlations.TITLE].title = "Ranks"
    result = valuation.pull(book, odd)
    assert [problem.place.file for problem in result.problems if "missing or renamed" in problem.text] == [
        correlations.TITLE
    ]


def test_sheets_of_ones_own_are_left_alone(book: Path, odd: Path) -> None:
    with open_in_openpyxl(book) as opened:
        opened.create_sheet("Scratch")["A1"] = "=Inputs!C9*2"
    assert valuation.pull(book, odd).good


# Killed -----------------------------------------------------------------------------------------------------------

KILLED = """
import os, sys
from valuation.pulling import apply
from valuation.pulling.sides import Texts
real, count = os.replace, 0
def replace(old, new):
    global count
    if count == int(sys.argv[2]):
        os.kill(os.getpid(), 9)
    count += 1
    real(old, new)
os.replace = replace
names = ["a.yaml", "b.yaml", "c.yaml"]
apply.write_all(Texts(sys.argv[1], dict.fromkeys(names, "old\\n")), dict.fromkeys(names, "new\\n"))
"""


@pytest.mark.parametrize("at_rename", range(4))
def test_a_kill_leaves_each_file_old_or_new(tmp_path: Path, at_rename: int) -> None:
    for name in ("a.yaml", "b.yaml", "c.yaml"):
        (tmp_path / name).write_text("old\n")
    ended = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), str(at_rename)], check=False)
    assert ended.returncode == (-9 if at_rename < 3 else 0)
    found = [(tmp_path / name).read_text() for name in ("a.yaml", "b.yaml", "c.yaml")]
    assert found == ["new\n"] * at_rename + ["old\n"] * (3 - at_rename)


# Saved by others --------------------------------------------------------------------------------------------------


def libreoffice(book: Path, saved: Path, edits: list[list[Any]]) -> None:
    """Edit a book in LibreOffice, by a Python that has its bridge."""
    need_libreoffice()
    python = next((name for name in ("/usr/bin/python3", "python3") if _has_uno(name)), None)
    if python is None:
        if os.environ.get("CI"):
            pytest.fail("no Python has LibreOffice's uno")
        pytest.skip("no Python has LibreOffice's uno (Debian: python3-uno)")
    script = saved.with_suffix(".json")
    script.write_text(json.dumps(edits))
    command = [python, str(Path(__file__).parent / "uno_edits.py"), str(book), str(saved), str(script)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert ended.returncode == 0, ended.stderr


def _has_uno(python: str) -> bool:
    if shutil.which(python) is None:
        return False
    return subprocess.run([python, "-c", "import uno"], capture_output=True, check=False).returncode == 0


def as_typed(edits: Mapping[Cell, Any]) -> list[list[Any]]:
    return [[cell.sheet, cell.row, cell.column, value] for cell, value in edits.items()]


REASON = "Mode is Damodaran's total premium for China, a little rounded up."


@pytest.mark.libreoffice
def test_a_script_of_edits_in_libreoffice_comes_back_as_exactly_the_intended_difference(tmp_path: Path) -> None:
    case = copy_of(ASSUMPTIONS / "alibaba", tmp_path)
    book = tmp_path / "alibaba.xlsx"
    study = valuation.load(case)
    study.write_workbook(book, study.simulate(draws=2_000))
    before = contents(case)
    plan = drafted(case)
    pair = plan.draft.pages[correlations.TITLE].cell(correlations.TOP, correlations.RANK)
    peer = next(cell for cell, (_, head, row) in plan.draft.pasted.items() if head == "sales_2026" and row == 0)
    edits = {
        at(plan, "shares.usd_hkd", "base"): 7.85,
        at(plan, "cloud.first_half", "base"): 73300,
        at(plan, "drivers.equity_risk_premium", "b"): 0.0525,
        at(
            plan, "drivers.equity_risk_premium", "why"
        ): "Mode is Damodaran's total premium for China, a little rounded up.",
        at(plan, "all_others.growth.from", "c"): 0.09,
        at(plan, "all_others.growth.over", "base"): 7,
        at(plan, "china_ecommerce.second_half_before.number1", "base"): 0.11,
        at(plan, "aidc.multiple", "distribution"): "~ triangular(0.6, a, 1.9)",
        pair: 0.45,
        peer: 14600,
    }
    saved = tmp_path / "saved.xlsx"
    libreoffice(book, saved, as_typed(edits))
    result = valuation.pull(saved, case)
    assert result.good, str(result)
    expected = {
        "shares.yaml": [("7.80", "7.85")],
        "segments/cloud.yaml": [("value: 73222", "value: 73300")],
        "drivers.yaml": [
            ("~ pert(4.4%, 5.14%, 7.0%)", "~ pert(4.4%, 5.25%, 7.0%)"),
            (plan.made.case.assumptions["drivers.equity_risk_premium"].origin.why, REASON),
        ],
        "segments/all_others.yaml": [
            ("fade(~ pert(2%, 5%, 8%) to 2.5% over 8 years)", "fade(~ pert(2%, 5%, 9%) to 2.5% over 7 years)")
        ],
        "segments/china_ecommerce.yaml": [("june_quarter / (1 + 10%)", "june_quarter / (1 + 11%)")],
        "segments/aidc.yaml": [("~ lognormal(1.0, 0.35)", "~ triangular(0.6, 1.0, 1.9)")],
        "correlations.yaml": [("rank: 0.4, why: Demand for AI", "rank: 0.45, why: Demand for AI")],
        "peers/ai_chips.csv": [("6500,14575", "6500,14600")],
    }  # fmt: skip
    after = contents(case)
    for name, text in before.items():
        wanted = text.decode()
        for old, new in expected.get(name, []):
            assert wanted.count(old) == 1, (name, old)
            wanted = wanted.replace(old, new)
        assert after[name].decode() == wanted
    assert valuation.pull(saved, case).changes == ()


@pytest.mark.libreoffice
def test_a_row_put_in_by_libreoffice_and_a_formula_typed_over_are_named(book: Path, odd: Path) -> None:
    plan = drafted(odd)
    saved = book.with_name("saved.xlsx")
    row = plan.draft.names["core.tax_rate"].row
    libreoffice(book, saved, [[inputs.TITLE, row, "insert row", 1]])
    result = valuation.pull(saved, odd)
    assert [problem.place.file for problem in result.problems] == [f"{inputs.TITLE}!A{row + 1}"], str(result)
    title = plan.made.titles["core"]
    place = max(place for place in held(plan).formulas[title])
    libreoffice(book, saved, as_typed({Cell(title, *place): 17}))
    (problem,) = valuation.pull(saved, odd).problems
    assert problem.place.file == str(Cell(title, *place))
