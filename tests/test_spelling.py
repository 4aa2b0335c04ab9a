"""The law of one definition, in Excel: a Formula spelled on a sheet computes what NumPy computes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from strategies import Model, models
from workbooks import recalculated

from valuation.formula import Formula, Reference, Row
from valuation.lines import snake
from valuation.operations import add_up, log, maximum, previous
from valuation.recording import Recording
from valuation.units import NUMBER
from valuation.workbook.address import Cell, column_name, quoted, sheet_title
from valuation.workbook.spelling import Spelling


@settings(max_examples=150, deadline=None)
@given(models(count=1, nested=True) | models(count=1, nested=False))
def test_random_formulas_agree_between_numpy_and_the_workbook(model: Model) -> None:
    eager = model.eager()
    assume(not model.disputed)
    recording, _ = model.recorded()
    values = recalculated(recording, {name: draws[0] for name, draws in model.draws.items()})
    for row in recording.written:
        expected = np.ravel(eager.scopes[""][snake(row.label)])
        found = np.broadcast_to(values[row], expected.shape) if expected.size > 1 else values[row]
        np.testing.assert_allclose(
            found, np.broadcast_to(expected, found.shape), rtol=1e-9, atol=1e-12, err_msg=row.label
        )


@pytest.fixture
def cells() -> dict[str, Formula]:
    return {name: Reference(Row("s", name, NUMBER, False)) for name in "abc"}


def spelled(formula: Formula, cells: dict[str, Formula]) -> str:
    places = {
        cell.row: Cell("S", number, 2) for number, cell in enumerate(cells.values()) if isinstance(cell, Reference)
    }
    return Spelling(places, 3, {}).spell(formula, Cell("S", 9, 2)).replace("$", "")


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda a, b, c: a - (b - c), "=C1-(C2-C3)"),
        (lambda a, b, c: a - b - c, "=C1-C2-C3"),
        (lambda a, b, c: a + (b + c), "=C1+(C2+C3)"),
        (lambda a, b, c: a / (b * c), "=C1/(C2*C3)"),
        (lambda a, b, c: (a + b) * c, "=(C1+C2)*C3"),
        (lambda a, b, c: (-a) ** b, "=(-C1)^C2"),
        (lambda a, b, c: -(a**b), "=-(C1^C2)"),
        (lambda a, b, c: a**b**c, "=C1^(C2^C3)"),
        (lambda a, b, c: (a**b) ** c, "=(C1^C2)^C3"),
        (lambda a, b, c: a * -b, "=C1*(-C2)"),
        (lambda a, b, c: 1 - maximum(a, 0) / log(b), "=1-MAX(C1,0)/LN(C2)"),
        (add_up, "=SUM(C1:C3)"),
        (lambda a, b, c: add_up(a, c), "=SUM(C1,C3)"),
    ],
)
def test_brackets_keep_the_order_in_which_numpy_computes(make: object, text: str, cells: dict[str, Formula]) -> None:
    assert spelled(make(*cells.values()), cells) == text  # type: ignore[operator]


def test_a_row_is_read_in_the_same_year_and_before_it() -> None:
    model = Model(("roll", "grown", ("scalar", "a"), ("yearly", "x")), {})
    recording, _ = model.recorded()
    rolled = next(row for row in recording.written if row.opening is not None)
    places = {row: Cell("S", number, 4) for number, row in enumerate(recording.written)}
    places |= {row: Cell("Inputs", number, 2) for number, row in enumerate(recording.inputs.values())}
    spelling = Spelling(places, 3, {})
    assert rolled.formula is not None
    assert spelling.spell(rolled.formula, Cell("S", 1, 5)) == "=E2*(1+F1)"


@pytest.mark.parametrize(("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_their_letters(column: int, name: str) -> None:
    assert column_name(column) == name


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Cloud", "Cloud"),
        ("A/B: [c]*?", "A B   c"),
        ("History", "History of the company"),
        ("'quoted'", "quoted"),
        ("", "Part"),
        ("Cloud (the part that is very, very long)", "Cloud"),
        ("A very long name that goes on and on for ever", "A very long name that goes on"),
        ("x" * 40, "x" * 31),
        ("🚀 chips of a very long name indeed", "chips of a very long name"),
    ],
)
def test_sheet_titles_are_legal(text: str, title: str) -> None:
    assert sheet_title(text, set()) == title


def test_a_title_that_is_taken_gets_a_number() -> None:
    assert sheet_title("Cloud", {"cloud"}) == "Cloud 2"
    assert sheet_title("y" * 31, {"y" * 31, "y" * 29 + " 2"}) == "y" * 29 + " 3"


@pytest.mark.parametrize(
    ("sheet", "text"),
    [("Inputs", "Inputs"), ("T-Head", "'T-Head'"), ("TAX2026", "'TAX2026'"), ("O'B", "'O''B'"), ("RC", "RC")],
)
def test_titles_are_quoted_where_excel_needs_it(sheet: str, text: str) -> None:
    assert quoted(sheet) in (text, f"'{sheet}'")


def test_a_list_needs_inputs_that_follow_one_another() -> None:
    model = Model(("yearly", "x"), {})
    recording, result = model.recorded()
    rows = list(recording.inputs.values())
    places = {row: Cell("Inputs", 2 * number, 2) for number, row in enumerate(rows)}
    places |= {row: Cell("S", number, 4) for number, row in enumerate(recording.written)}
    assert result.row.formula is not None
    with pytest.raises(ValueError, match="must follow one another"):
        Spelling(places, 3, {}).spell(result.row.formula, Cell("S", 0, 4))
    assert isinstance(recording, Recording)


def test_a_link_points_at_where_the_number_is_worked_out() -> None:
    given = Row("s", "given", NUMBER, False)
    first = Row("s", "first", NUMBER, False, Reference(given))
    second = Row("s", "second", NUMBER, False, Reference(first))
    places = {row: Cell("S", number, 2) for number, row in enumerate((given, first, second))}
    spelling = Spelling(places, 3, {})
    assert spelling.spell(Reference(second), Cell("S", 9, 2)) == "=$C$1"
    assert spelling.spell(1 + Reference(second), Cell("S", 9, 2)) == "=1+$C$3"


def test_the_lag_of_a_lag_is_a_sum_and_stays_in_its_brackets() -> None:
    source = Row("s", "source", NUMBER, True)
    lag = Row("s", "lag", NUMBER, True, previous(Reference(source), 0))
    places = {row: Cell("S", number, 4) for number, row in enumerate((source, lag))}
    spelling, here = Spelling(places, 3, {}), Cell("S", 5, 5)
    assert lag.formula is not None and spelling.spell(lag.formula, here) == "=E1"
    assert spelling.spell(previous(Reference(lag), 0), here) == "=E2+0"
    assert spelling.spell(1 - previous(Reference(lag), 0), here) == "=1-E2"
