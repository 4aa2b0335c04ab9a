"""Two-way tables: every cell is the model at its levels, the middle is the model, and edits move them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ASSUMPTIONS, GOOD, SHIPPED
from workbooks import Engine

from valuation.assumptions import Case
from valuation.calculation import two_way
from valuation.formula import Row
from valuation.kinds import Rate
from valuation.lines import Line, Lines
from valuation.methods.method import Worth, method
from valuation.model import scope_of, value
from valuation.reading import load
from valuation.recording import evaluate_row
from valuation.workbook.address import HEAD_ROW, Cell
from valuation.workbook.book import Plan, draft_book, write_workbook
from valuation.workbook.sheets.two_way import CELLS, HEIGHT, LEVEL, TITLE
from valuation.workbook.sheets.two_way_workings import NOTHING
from valuation.workbook.two_way import LEVELS, MOST, Axis, tables

EVERY = [*SHIPPED, *GOOD]
every_case = pytest.mark.parametrize("good", EVERY, ids=lambda path: path.stem, indirect=True)
MIDDLE = LEVELS // 2


def drafted(case: Case) -> Plan:
    return draft_book(case, None, dict.fromkeys(case.scenarios, 0.0), judged=False)


class Book:
    """A book in the independent engine, with the places of its tables."""

    def __init__(self, case: Case, path: Path) -> None:
        self.case = case
        self.plan = drafted(case)
        self.tables = tables(self.plan.made)
        self.engine = Engine(write_workbook(case, path, None, dict.fromkeys(case.scenarios, 0.0)))

    def at(self, table: int, row: int, column: int) -> Any:
        cell = Cell(TITLE, HEAD_ROW + 1 + table * HEIGHT + row, column)
        return self.engine.read(f"{cell.sheet}!{cell.name}")

    def levels(self, table: int) -> tuple[np.ndarray, np.ndarray]:
        down = [self.at(table, 2 + number, LEVEL) for number in range(LEVELS)]
        across = [self.at(table, 1, CELLS + number) for number in range(LEVELS)]
        return np.array(down), np.array(across)

    def cells(self, table: int) -> np.ndarray:
        cells = [[self.at(table, 2 + row, CELLS + column) for column in range(LEVELS)] for row in range(LEVELS)]
        return np.array(cells, dtype=float)

    def status(self, table: int) -> Any:
        return self.at(table, 2 + LEVELS, LEVEL)


class Model:
    """The model with other values of figures: read eagerly, or its rows one by one where a worth is set."""

    def __init__(self, book: Book, given: dict[str, np.ndarray]) -> None:
        self.book, self.case, self.given, self.lines = book, book.case, dict(given), Lines(book.case.years)
        self.base = value(self.case, self.lines, given)
        self.fixed: dict[str, Any] = {}
        self.set: dict[Row, np.ndarray] = {}

    def move(self, axis: Axis, levels: np.ndarray) -> None:
        """Set a figure to a level: an input, an assumption, or the worth of a part."""
        assumption = self.case.assumptions.get(axis.name)
        found = self.book.plan.made.valuation
        if assumption is None:
            part, _, what = axis.name.partition(" ")
            scope = self.case.segments[part].views[0]
            amount = self.base.worths[scope].measures.metric if what == "multiple" else 1.0
            self.set[found.worths[scope].value.row] = levels * amount
        elif assumption.plain:
            self.given[assumption.inputs[0].name] = levels
        else:
            scope = scope_of(assumption)
            own = self.lines.scopes[scope][axis.name]
            self.fixed[axis.name] = own + (levels - own[-1]) if own.ndim == 2 else levels
            row = self.book.plan.made.recording.scopes[scope].assumed(axis.name)
            assert row is not None
            self.set[row] = self.fixed[axis.name]

    def per_share(self) -> np.ndarray:
        """The value per share in each cell."""
        if len(self.set) == len(self.fixed):
            found = value(self.case, Lines(self.case.years), self.given, fixed=self.fixed).per_share
        else:
            found = self._by_rows()
        return np.broadcast_to(np.asarray(found, dtype=float), (LEVELS * LEVELS,))

    def _by_rows(self) -> np.ndarray:
        recording = self.book.plan.made.recording
        values = {recording.inputs[name]: array for name, array in self.given.items()}
        values |= {row: np.array([number]) for row, number in recording.constants.values()}
        values[recording.period_row] = np.arange(1.0, recording.years + 1)[:, None]
        for row in recording.written:
            values[row] = self.set[row] if row in self.set else evaluate_row(row, values, recording.years)
        return values[self.book.plan.made.valuation.per_share.row]


@every_case
def test_each_cell_is_the_model_at_its_levels_also_after_edits(good: Case, tmp_path: Path) -> None:
    book = Book(good, tmp_path / "book.xlsx")
    assert len(book.tables) <= MOST
    given = dict(good.base_values)
    moved = [found.name for found in good.inputs if found.distribution is not None or not found.unit.pure][:20]
    for number, name in enumerate(moved):
        given[name] = given[name] * (1 - 0.001 * (number + 1)) if given[name][0] not in (0, 1) else given[name]
        book.engine.type(name, float(given[name][0]))
    for number, table in enumerate(book.tables):
        assert book.status(number) == "OK", table.heading
        down, across = book.levels(number)
        model = Model(book, given)
        model.move(table.axes[0], np.repeat(down, LEVELS))
        model.move(table.axes[1], np.tile(across, LEVELS))
        cells = book.cells(number)
        np.testing.assert_allclose(cells.ravel(), model.per_share(), rtol=1e-9, err_msg=table.heading)
        np.testing.assert_allclose(cells[MIDDLE, MIDDLE], float(np.ravel(model.base.per_share)[0]), rtol=1e-12)
        assert np.ptp(cells[:, MIDDLE]) > 0, table.heading
        assert np.ptp(cells[MIDDLE]) > 0, table.heading


def test_which_tables_there_are_follows_from_the_case() -> None:
    shown = {path.name: [table.heading for table in tables(drafted(load(path)).made)] for path in SHIPPED}
    assert all(shown.values())
    alibaba = " ".join(shown["alibaba"])
    for words in (
        "WACC, last year and Terminal growth",
        "Multiple and Metric",
        "Holding discount rate and Owned",
        "Years",
    ):
        assert words in alibaba
    assert "market value" in alibaba.lower()
    assert len(shown["alibaba"]) == MOST


def test_an_impossible_pair_of_levels_is_told_by_a_word(tmp_path: Path) -> None:
    book = Book(load(ASSUMPTIONS / "amazon"), tmp_path / "book.xlsx")
    table = next(number for number, table in enumerate(book.tables) if table.axes[0].name.endswith(".wacc"))
    step = book.plan.draft.cells[book.tables[table].steps[0].row]
    book.engine.type(f"{step.sheet}!{step.name}", 0.04)
    corner = book.at(table, 2, CELLS + LEVELS - 1)
    assert corner == NOTHING
    assert book.status(table) == "OK"


def test_a_pair_of_what_is_no_parameter_is_refused() -> None:
    def wrong(line: Line, *, rate: Rate) -> Worth:
        """A method.

        Args:
            rate: rate; a rate
        """
        return Worth(rate, "equity")

    with pytest.raises(TypeError, match="two-way table of growth, which is no parameter"):
        method(two_way(("rate", "growth"))(wrong))
