"""The Football field and the Bridge chart: pieces of bars add up, follow the inputs, and stand where the price is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import GOOD, SHIPPED
from hypothesis import given
from hypothesis import strategies as some
from test_market import MARKET, PARTS
from workbooks import Engine

from valuation import Study, load
from valuation.formula import Reference
from valuation.units import NUMBER
from valuation.workbook.pages import Draft
from valuation.workbook.range_bars import RangeBars
from valuation.workbook.verify import verify_book
from valuation.workbook.waterfall import LEVEL, Bars, nice_floor

ALIBABA = next(path for path in SHIPPED if path.name == "alibaba")
amounts = some.floats(-200, 200)


@pytest.fixture(scope="module")
def study() -> Study:
    return load(ALIBABA)


@pytest.fixture(scope="module")
def book(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return study.write_workbook(tmp_path_factory.mktemp("field") / "book.xlsx", study.simulate(1024, seed=7))


def rows_of(path: Path, sheet: str) -> dict[str, list[Any]]:
    return {
        str(row[0].value): [cell.value for cell in row]
        for row in openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(min_row=5)
    }


def row_of(path: Path, sheet: str, label: str) -> int:
    cells = openpyxl.load_workbook(path)[sheet].iter_rows(max_col=1)
    return next(cell.row for (cell,) in cells if cell.value == label)


def placed(draft: Draft, page: Any, numbers: list[float]) -> list[Reference]:
    """Numbers in cells of a sheet of their own."""
    cells = []
    for number, value in enumerate(numbers):
        draft.store(page, number, 0, value, NUMBER, ("given", str(number)))
        cells.append(draft.run["given", str(number)])
    return cells


def number(draft: Draft, page: Any, row: int, column: int) -> float:
    content = page.cells[row, column]
    return float(content.value)


@given(low=amounts, middle=amounts, high=amounts, price=some.floats(0.1, 200))
def test_pieces_of_a_bar_reach_from_low_to_high_around_the_price(
    low: float, middle: float, high: float, price: float
) -> None:
    low, middle, high = sorted((low, middle, high))
    draft = Draft(1)
    page, inputs = draft.page("Field", "Field"), draft.page("Given", "Given")
    ends = placed(draft, inputs, [low, middle, high, price, 0.01])
    bars = RangeBars(page, draft, NUMBER, 2, 6, ends[3], ends[4])
    bars.row(0, *ends[:3])
    start = bars.pieces + 1
    pieces = [number(draft, page, 0, start + place) for place in range(len(bars.colours))]
    above, below = pieces[:-2], pieces[-2:]
    assert all(piece >= 0 for piece in above)
    assert all(piece <= 1e-12 for piece in below)
    assert sum(below) == pytest.approx(min(low, 0))
    mark = price * 1.01
    assert sum(above[:4]) == pytest.approx(price)  # the mark stands where the price is
    assert above[0] == pytest.approx(min(max(low, 0), price))
    reach = max(high, mark, 0)
    assert sum(above) == pytest.approx(reach)
    coloured = above[1] + above[2] + above[6] + above[7]
    hidden = max(0, min(max(high, 0), mark) - max(low, price, 0))
    assert coloured == pytest.approx(max(high, 0) - max(low, 0) - max(hidden, 0), abs=1e-9)


@given(start=amounts, step=amounts)
def test_pieces_of_a_step_reach_from_level_to_level(start: float, step: float) -> None:
    draft = Draft(1)
    page, inputs = draft.page("Walk", "Walk"), draft.page("Given", "Given")
    before, by = placed(draft, inputs, [start, step])
    fall = Bars(draft, page, NUMBER, 2, below=True)
    level = fall.whole(0, before)
    fall.step(1, level, by)
    after = number(draft, page, 1, 2 + LEVEL)
    pieces = {piece: number(draft, page, 1, 2 + piece) for piece in fall.colours}
    top = sum(value for value in pieces.values() if value > 0)
    bottom = sum(value for value in pieces.values() if value < 0)
    assert after == pytest.approx(start + step)
    assert top == pytest.approx(max(start, after, 0))
    assert bottom == pytest.approx(min(start, after, 0))
    hidden = [value for piece, value in pieces.items() if fall.colours[piece] is not None]
    assert sum(abs(value) for value in hidden) == pytest.approx(abs(step), abs=1e-9)


def test_the_floor_of_an_axis_is_round_and_below_every_level() -> None:
    assert [nice_floor(least) for least in (172.9, 8.1, 6773.0, 30.0, -1.0)] == [150, 7, 6000, 25, 0]


def test_the_field_shows_the_run_the_scenarios_and_the_brokers(study: Study, book: Path) -> None:
    rows, found = rows_of(book, "Football field"), study.simulate(1024, seed=7)
    base, scenarios = study.value().per_share, study.scenarios().values()
    wanted = {
        "Simulation, P5 to P95": (found.quantile(0.05), base, found.quantile(0.95)),
        "Simulation, P25 to P75": (found.quantile(0.25), base, found.quantile(0.75)),
        "3 scenarios": (min(scenarios), base, max(scenarios)),
        "Brokers: lowest, mean, highest of 6": (172, (180 + 210 + 225 + 205 + 172 + 230) / 6, 230),
    }
    for label, ends in wanted.items():
        assert rows[label][2:5] == pytest.approx(ends, rel=1e-12), label
    for name, part in study.case.parts.items():
        low, high = (found.part_quantiles(name)[q] for q in (0.05, 0.95))
        per_share = next(told.per_share for told in study.value().parts if told.id == name)
        assert rows[part.name.partition(" (")[0]][2:5] == pytest.approx((low, per_share, high), rel=1e-12)


def test_the_base_in_the_field_moves_with_the_inputs_and_the_run_stays(study: Study, book: Path) -> None:
    row = row_of(book, "Football field", "Cloud Intelligence with T-Head")
    engine = Engine(book)
    low, base, dark = (engine.read(f"Football field!{column}{row}") for column in "CDN")
    engine.type("cloud.cloud_margin.to", 0.25)
    changed = load(ALIBABA, {"cloud.cloud_margin.to": "25%"}).value()
    now = engine.read(f"Football field!D{row}")
    assert now == pytest.approx(next(part.per_share for part in changed.parts if part.id == "cloud"), rel=1e-12)
    assert engine.read(f"Football field!C{row}") == low
    assert engine.read(f"Football field!N{row}") - dark == pytest.approx(now - base, rel=1e-9)


def test_the_last_52_weeks_stand_in_the_field_without_a_run(write: Callable[[str], Path], tmp_path: Path) -> None:
    path = load(write(PARTS + MARKET)).write_workbook(tmp_path / "book.xlsx")
    rows = rows_of(path, "Football field")
    assert rows["Last 52 weeks"][2:5] == [8, 14, 14]
    assert rows["Brokers: lowest, mean, highest of 2"][2:5] == [12, 15, 18]
    assert verify_book(path, 2).proved


@pytest.mark.parametrize("path", [*SHIPPED, *GOOD], ids=lambda path: path.stem)
def test_the_bridge_ends_at_the_value_of_one_share(path: Path, tmp_path: Path) -> None:
    study = load(path)
    rows = rows_of(study.write_workbook(tmp_path / "book.xlsx"), "Bridge chart")
    walk = [row for row in rows.values() if isinstance(row[3], (int, float))]
    first, *steps, last = walk
    assert first[2] == pytest.approx(study.value().sum_of_parts, rel=1e-12)
    assert last[3] == pytest.approx(study.value().per_share, rel=1e-12)
    assert first[3] + sum(row[3] for row in steps) == pytest.approx(last[3], rel=1e-9)
    level = 9
    assert [first, *steps][-1][level] == pytest.approx(last[level], rel=1e-9)


def test_a_changed_bridge_item_moves_the_waterfall(book: Path) -> None:
    row, engine = row_of(book, "Bridge chart", "Cash"), Engine(book)
    level, rise = engine.read(f"Bridge chart!J{row}"), engine.read(f"Bridge chart!L{row}")
    cash = next(name for name in engine.names if name.startswith("bridge.cash"))
    engine.type(cash, engine.read(cash) * 1.1)
    moved = engine.read(f"Bridge chart!L{row}") - rise
    assert moved > 0
    assert engine.read(f"Bridge chart!J{row}") - level == pytest.approx(moved, rel=1e-9)
