"""The Simulation page of the workbook: the figures of the run, how well they are known, and how they came about."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import GOOD
from test_pool import StoppedAfter

from valuation import Study, load
from valuation.simulation.results import Simulation
from valuation.simulation.sampling import KINDS, TILE, Kind
from valuation.workbook.verify import verify_book

SALES = next(path for path in GOOD if path.stem == "dcf_by_sales")
EQUITY = next(path for path in GOOD if path.stem == "methods_of_equity")
LABEL, VALUE, ERROR, LOW, HIGH = 0, 2, 3, 4, 5
CHARTS = "Simulation charts"

Cells = list[list[Any]]


def stored(numbers: Iterable[float]) -> Any:
    """Numbers as a workbook stores them, in 16 digits."""
    return pytest.approx([float(number) for number in numbers], rel=1e-15, abs=0)


def page_of(study: Study, simulation: Simulation, path: Path) -> Cells:
    """The values of the page, row by row; the book is proved on the way."""
    study.write_workbook(path, simulation)
    proof = verify_book(path, 2)
    assert proof.proved, str(proof)
    return cells_of(path, "Simulation")


def cells_of(path: Path, sheet: str) -> Cells:
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows()]


def row(cells: Cells, label: str) -> list[Any]:
    return next(line for line in cells if line[LABEL] == label)


def trace(path: Path) -> Cells:
    """The rows of the table of convergence, from its numbers on."""
    cells = cells_of(path, CHARTS)
    start = next(number for number, line in enumerate(cells) if line[LABEL] == "Convergence") + 1
    return [line[VALUE:] for line in cells[start:] if line[VALUE] is not None]


def test_each_estimate_stands_beside_its_error_and_interval(tmp_path: Path) -> None:
    study = load(SALES)
    found = study.simulate(20_000, 3)
    cells = page_of(study, found, tmp_path / "book.xlsx")
    mean = row(cells, "Mean")
    assert stored([found.mean, found.standard_error, *found.value.mean_interval]) == mean[VALUE : HIGH + 1]
    for q, quantile in found.quantiles.items():
        told = row(cells, f"P{100 * q:g}")[VALUE : HIGH + 1]
        assert stored([quantile, found.quantile_error(q), *found.value.quantile_interval(q)]) == told
        assert told[LOW - VALUE] <= told[0] <= told[HIGH - VALUE]
    worst = row(cells, "Mean of the worst 5% (expected shortfall)")[VALUE]
    assert stored([found.value.expected_shortfall(0.05)]) == [worst]
    assert worst < found.quantile(0.05)


def test_the_table_of_convergence_is_the_trace_and_the_chart_shows_all_of_it(tmp_path: Path) -> None:
    study, book = load(SALES), tmp_path / "book.xlsx"
    found = study.simulate(20_000, 3)
    page_of(study, found, book)
    told = trace(book)
    last = found.trace[-1].quantiles
    assert len(told) == len(found.trace) > 5
    for line, point in zip(told, found.trace, strict=True):
        away = [value - last[q] for q, value in point.quantiles.items()]
        bars = [2 * error for error in point.errors.values()]
        assert stored([point.draws, *point.quantiles.values(), *away, *bars]) == line[:10]
    with zipfile.ZipFile(book) as archive:
        charts = [archive.read(name).decode() for name in archive.namelist() if "charts/chart" in name]
    [chart] = [text for text in charts if "Estimates after so many draws" in text]
    first = next(number for number, line in enumerate(page_rows(book), start=1) if line == "After draws") + 1
    for column in "GHIJKL":
        assert f"${column}${first}:${column}${first + len(told) - 1}" in chart


def page_rows(book: Path) -> list[Any]:
    return [line[VALUE] for line in cells_of(book, CHARTS)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_design_is_told_in_words(kind: Kind, tmp_path: Path) -> None:
    study = load(EQUITY)
    told = {
        "sobol": "16 scrambled Sobol sequences of 64 draws",
        "lhs": "16 Latin hypercubes of 64 draws",
        "antithetic": "500 antithetic pairs of draws",
        "random": "independent draws",
    }
    cells = page_of(study, study.simulate(1_000, 3, kind=kind), tmp_path / "book.xlsx")
    assert told[kind] == row(cells, "Design")[VALUE]
    assert "yes" == row(cells, "Complete")[VALUE]


def test_what_was_asked_of_a_run_stands_beside_what_it_reached(tmp_path: Path) -> None:
    study = load(SALES)
    found = study.simulate(until=0.01)
    cells = page_of(study, found, tmp_path / "book.xlsx")
    reached = row(cells, "Largest standard error of P5, P50 and P95")[VALUE]
    assert stored([0.01, found.relative_error]) == [row(cells, "The error that was asked for")[VALUE], reached]
    assert reached <= 0.01


def test_a_stopped_run_says_so(tmp_path: Path) -> None:
    study = load(SALES)
    found = study.simulate(16 * 4096, 7, pool=StoppedAfter(17), chunk=TILE)
    cells = page_of(study, found, tmp_path / "book.xlsx")
    assert "no: stopped, this is what there was" == row(cells, "Complete")[VALUE]


def test_a_run_that_kept_no_draws_has_its_histogram_and_no_trace(tmp_path: Path) -> None:
    study = load(SALES)
    found = study.simulate(20_000, 3, keep_draws="none")
    page_of(study, found, tmp_path / "book.xlsx")
    cells = cells_of(tmp_path / "book.xlsx", CHARTS)
    shares = [line[3] for line in cells[4:44]]
    assert stored(found.histogram(40)["shares"]) == shares
    assert sum(shares) == pytest.approx(1, abs=1e-12)
    assert [found.draws] == [line[0] for line in trace(tmp_path / "book.xlsx")]
    assert "The draws were summarised, not kept, so that only the last estimate is known" in [line[0] for line in cells]


def test_repaired_correlations_are_told_before_and_after(write: Callable[[str], Path], tmp_path: Path) -> None:
    text = "segments:\n" + "".join(
        f"  p{n}: {{method: stake, value: '~ normal(1{n} CNY m, 1 CNY m)'}}\n" for n in "123"
    )
    pairs = [("1", "2", 0.8), ("2", "3", 0.8), ("1", "3", 0.25)]
    text += "correlations:\n" + "".join(f"  - {{between: [p{a}.value, p{b}.value], rank: {r}}}\n" for a, b, r in pairs)
    study = load(write(text))
    found = study.simulate(1_000, 3)
    cells = page_of(study, found, tmp_path / "book.xlsx")
    assert found.repair is not None
    for change in found.repair.changes:
        told = row(cells, " and ".join(change.between))
        assert stored([change.before, change.after]) == told[VALUE : ERROR + 1]
    assert 3 == len(found.repair.changes)


def test_impossible_draws_are_counted_by_line(tmp_path: Path) -> None:
    study = load(EQUITY)
    found = study.simulate(2_000, 3)
    cells = page_of(study, found, tmp_path / "book.xlsx")
    assert found.invalid
    assert found.invalid == {name: row(cells, name)[VALUE] for name in found.invalid}
