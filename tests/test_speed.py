"""What was made fast says what the long way round says. Nothing here depends on a clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter
from conftest import CASES, every_shipped_case
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.stats import rankdata
from solving import PRICED, panel

from benchmarks import books, write_fifty
from valuation.assumptions import Case
from valuation.checks import Recorded
from valuation.checks.runs import drawn, drawn_rows
from valuation.formula import Reference
from valuation.lines import snake
from valuation.recording import Recording
from valuation.sensitivity.draws import ranks
from valuation.simulation.engine import simulate
from valuation.simulation.evaluator import Evaluator
from valuation.study import load
from valuation.trial import record
from valuation.units import NUMBER
from valuation.workbook.book import draft_book, write_workbook
from valuation.workbook.pages import FormulaCell, RawCell
from valuation.workbook.worksheet import worksheet_class


@given(arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.integers(-3, 3).map(float)))
def test_ranks_are_those_of_scipy_with_ties_shared(values: np.ndarray) -> None:
    assert np.array_equal(ranks(values), rankdata(values, axis=1))


def test_no_values_have_no_ranks() -> None:
    assert ranks(np.empty((2, 0))).shape == (2, 0)


@every_shipped_case
def test_rows_drawn_alone_are_those_of_the_whole_model(good: Case) -> None:
    recorded = Recorded(good, *record(good))
    evaluator = Evaluator.of(good)
    wanted = [row for row in recorded.recording.written if not row.name][::7]
    found = drawn_rows(recorded, [Reference(row) for row in wanted], 256, 7)
    _, lines = evaluator.run(drawn(evaluator, 256, 7))
    for row in wanted:
        eager = lines.scopes[row.scope][snake(row.label)]
        together = np.broadcast_arrays(found[row], eager)
        np.testing.assert_allclose(*together, rtol=1e-12, err_msg=f"{row.scope}: {row.label}")


def test_a_line_is_found_by_its_label_also_when_an_assumption_gave_up_that_label() -> None:
    recording = Recording(3)
    assumed = recording("Margin", recording.input("a.margin", "Margin", NUMBER), name="a.margin").row
    line = recording("Margin", recording.input("a.margin", "Margin", NUMBER) + 1).row
    scope = recording.scopes[""]
    assert (line, assumed) == (scope.row("margin"), scope.row("Margin (assumed: margin)"))
    assert (line, assumed) == (scope.row("Margin"), scope.assumed("a.margin"))
    assert [assumed, line] == scope.rows


def test_a_part_that_is_not_owned_leaves_what_the_price_implies_for_others(case_of: Callable[..., Case]) -> None:
    parts = PRICED + "segments:\n  a: {method: stake, value: 10 CNY m}\n  b: {method: stake, value: 20 CNY m}\n"
    alone = panel(case_of(parts))
    beside = panel(case_of(parts + "  c: {method: stake, value: 5 CNY m, owned: 0%}\n"))
    names = ("Attributable value: A", "Attributable value: B")
    assert [beside[name] for name in names] == [alone[name] for name in names] == [(10, 780, 770), (20, 790, 770)]


@pytest.mark.parametrize("path", [CASES / "good" / "market", Path("assumptions/alibaba")], ids=lambda path: path.name)
def test_formulas_are_written_as_xlsxwriter_writes_them(path: Path) -> None:
    case = load(path).case
    plan = draft_book(case, None, dict.fromkeys(case.scenarios, 1.0))
    spelling, quick = plan.draft.spelling, worksheet_class()()
    plain = xlsxwriter.worksheet.Worksheet()
    for page in plan.draft.pages.values():
        for (row, column), content in page.cells.items():
            if isinstance(content, FormulaCell):
                text = spelling.spell(content.formula, page.cell(row, column))
            elif isinstance(content, RawCell):
                text = content.text
            else:
                continue
            assert quick._prepare_formula(text) == plain._prepare_formula(text)


def test_a_function_that_excel_knows_by_a_longer_name_gets_it_each_time() -> None:
    sheet = worksheet_class()()
    for _ in range(2):
        assert sheet._prepare_formula("=SUM(A1:A3)") == "SUM(A1:A3)"
        assert sheet._prepare_formula("=SUM(XLOOKUP(A1,B1:B3,C1:C3))") == "SUM(_xlfn.XLOOKUP(A1,B1:B3,C1:C3))"
        assert sheet._prepare_formula("{=SUM(A1:A3)}") == "SUM(A1:A3)"


@every_shipped_case
def test_a_study_and_a_case_write_the_same_bytes(good: Case, tmp_path: Path) -> None:
    study = load(good.place.file if Path(good.place.file).is_dir() else Path(good.place.file).parent)
    run = study.simulate(512, seed=7)
    study.findings(run)  # known before the book asks
    kept = study.write_workbook(tmp_path / "kept.xlsx", run)
    found = write_workbook(study.case, tmp_path / "found.xlsx", run, study.scenarios(), study._quick(7))
    assert kept.read_bytes() == found.read_bytes()


def test_the_large_case_is_one_that_can_be_measured(tmp_path: Path) -> None:
    case = load(write_fifty.write(tmp_path / "fifty", 3, 4)).case
    drawn_of_segments = [found.name for found in Evaluator.of(case).uncertain if found.name != "drivers.erp"]
    assert (3, 4, 3 * 4) == (len(case.parts), case.years, len(drawn_of_segments))
    assert np.isfinite(simulate(case, 64).per_share).all()
    row = books.measure(tmp_path / "fifty", 64, 1)
    assert row["formulas"] > 3 * 4 * 20 and row["cells"] > row["formulas"] and row["ratio"] > 0
