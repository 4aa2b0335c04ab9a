"""Replicas: the model's formulas once a column give what NumPy gives, and the model itself where nothing is varied."""

from __future__ import annotations

from typing import Any

import formualizer
import numpy as np
import pytest
from conftest import ASSUMPTIONS, GOOD, SHIPPED
from openpyxl.formula.translate import Translator

from valuation.assumptions import Case
from valuation.formula import Formula, Reference, Row
from valuation.lines import Lines, snake
from valuation.model import value
from valuation.reading import load
from valuation.simulation.evaluator import Evaluator
from valuation.workbook.address import column_name
from valuation.workbook.book import Plan, draft_book
from valuation.workbook.pages import Draft, FormulaCell, NumberCell, Page, RawCell
from valuation.workbook.replica import Replica, direct
from valuation.workbook.replica_block import FIRST, LONGEST, Block, Lanes, write_block
from valuation.workbook.replica_spelling import spots

ALIBABA = ASSUMPTIONS / "alibaba"
COLUMNS = 5
EVERY = [*SHIPPED, *GOOD]
every_case = pytest.mark.parametrize("good", EVERY, ids=lambda path: path.stem, indirect=True)


def drafted(case: Case) -> Plan:
    return draft_book(case, None, dict.fromkeys(case.scenarios, 0.0), judged=False)


def computed(draft: Draft, columns: list[tuple[str, int, int]]) -> np.ndarray:
    """What an independent engine finds in cells when it computes the pages of a draft."""
    book = formualizer.Workbook()
    for title in draft.pages:
        book.add_sheet(title)
    for title, page in draft.pages.items():
        for (row, column), content in page.cells.items():
            match content:
                case NumberCell():
                    book.set_value(title, row + 1, column + 1, content.value)
                case FormulaCell():
                    text = draft.spelling.spell(content.formula, page.cell(row, column))
                    book.set_formula(title, row + 1, column + 1, text)
                case RawCell():
                    book.set_formula(title, row + 1, column + 1, content.text)
                case _:
                    book.set_value(title, row + 1, column + 1, content.text)
    book.evaluate_all()
    found = [book.get_value(sheet, row + 1, column + 1) for sheet, row, column in columns]
    return np.array([float(value) if isinstance(value, (int, float)) else np.nan for value in found])


def lanes_of(
    page: Page, at: int, given: dict[str, np.ndarray], rows: dict[str, Row]
) -> tuple[Lanes, dict[Row, Formula]]:
    """Inputs whose values are typed into the rows of a page, a column each."""
    lanes: dict[Row, Any] = {}
    varied: dict[Row, Formula] = {}
    for number, (name, values) in enumerate(given.items()):
        lane = Row(page.title, f"{name} given", rows[name].unit, False)
        lanes[lane] = page.cell(at + number, FIRST), values
        varied[rows[name]] = Reference(lane)
        for column, entry in enumerate(values.tolist(), start=FIRST):
            page.number(at + number, column, entry, "0.00")
    return Lanes({r: c for r, (c, _) in lanes.items()}, {r: v for r, (_, v) in lanes.items()}), varied


def block_of(plan: Plan, given: dict[str, np.ndarray]) -> Block:
    """Every row of the model that changes with inputs, repeated for the columns of their values."""
    page = plan.draft.page("Replicas", "Replicas")
    lanes, varied = lanes_of(page, 3, given, plan.made.recording.inputs)
    replica = Replica.of(plan.made.recording, varied, plan.made.recording.written)
    return write_block(page, 5 + len(given), plan.made.recording, plan.draft, replica, lanes)


def drawn(case: Case, columns: int) -> dict[str, np.ndarray]:
    """Values of the uncertain inputs, or of all where none is uncertain."""
    evaluator = Evaluator.of(case)
    names = [found.name for found in evaluator.uncertain] or [found.name for found in case.inputs]
    if not evaluator.uncertain:
        return {name: case.base_values[name] * np.linspace(0.97, 1.03, columns) for name in names}
    scores = np.random.default_rng(5).standard_normal((len(names), columns))
    return {name: values for name, values in evaluator.draw(scores).items() if name in names}


@every_case
def test_columns_at_the_base_are_the_model(good: Case) -> None:
    plan = drafted(good)
    given = {name: np.repeat(good.base_values[name], 2) for name in drawn(good, 1)}
    block = block_of(plan, given)
    assert block.places
    for row in plan.made.recording.written:
        if direct(row, block.varied) in block.values:
            found, model = block.of(row), plan.draft.values[row]
            # sums over years may be added in another order where there are several columns
            np.testing.assert_allclose(found, np.broadcast_to(model, found.shape), rtol=1e-14, err_msg=row.label)


@every_case
def test_random_columns_are_what_numpy_and_an_independent_engine_compute(good: Case) -> None:
    plan, given = drafted(good), drawn(good, COLUMNS)
    block = block_of(plan, given)
    lines = Lines(good.years)
    value(good, lines, {**good.base_values, **given})
    cells, expected, labels = [], [], []
    for row in plan.made.recording.written:
        here = direct(row, block.varied)
        if row is not here or row not in block.values:
            continue
        eager = np.broadcast_to(lines.scopes[row.scope][row.name or snake(row.label)], block.of(row).shape)
        np.testing.assert_allclose(block.of(row), eager, rtol=1e-14, err_msg=row.label)
        for spot in spots(row, good.years):
            if spot.year is None or 0 <= spot.year < good.years:
                for column in range(COLUMNS):
                    cells.append((block.page.title, block.places[spot], FIRST + column))
                    expected.append(eager[column] if spot.year is None else eager[spot.year, column])
                    labels.append(f"{row.scope}: {row.label}")
    found = computed(plan.draft, cells)
    scale = np.maximum(np.abs(expected), 1e-6 * np.nanmax(np.abs(expected)))
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    assert np.nanmax(np.abs(found - expected) / scale) <= 1e-9


@every_case
def test_formulas_of_a_block_are_short_and_the_same_in_every_column(good: Case) -> None:
    plan = drafted(good)
    block = block_of(plan, drawn(good, COLUMNS))
    for at in block.places.values():
        first, *others = (block.page.cells[at, FIRST + number] for number in range(COLUMNS))
        assert isinstance(first, RawCell)
        assert len(first.text) <= LONGEST
        for number, other in enumerate(others, start=FIRST + 1):
            here, there = (f"{column_name(column)}{at + 1}" for column in (FIRST, number))
            assert isinstance(other, RawCell)
            assert other.text == Translator(first.text, here).translate_formula(there)


def test_only_what_depends_on_the_varied_rows_is_repeated() -> None:
    plan = drafted(load(ALIBABA))
    wacc = plan.made.recording.scopes["cloud"].assumed("cloud.wacc")
    worth = plan.made.valuation.worths["cloud"].value.row
    assert wacc is not None
    replica = Replica.of(plan.made.recording, {wacc: Reference(wacc)}, [worth])
    labels = {row.label for row in replica.rows}
    assert "Discount factor, end of year" in labels
    assert not labels & {"Revenue", "Adjusted EBITA"}
    assert {row.scope for row in replica.rows} == {"cloud"}
