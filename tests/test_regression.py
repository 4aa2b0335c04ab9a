"""Regression of multiples: SciPy and textbook algebra as independent engines, and the live sheet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import formualizer
import numpy as np
import pytest
from conftest import CASES
from scipy import stats
from workbooks import need_libreoffice, run_tool

from valuation.assumptions import Case, PeerTable
from valuation.formula import Column
from valuation.least_squares import sample
from valuation.lines import Lines, snake
from valuation.peers import peer_column
from valuation.reading import load
from valuation.recording import Recording, evaluate_all
from valuation.schedules import SCHEDULES, regression
from valuation.units import NUMBER, RATE
from valuation.workbook.pages import Draft, write_page
from valuation.workbook.sheets.lines import place_rows
from valuation.workbook.sheets.peers import place_peers
from valuation.workbook.styles import Styles

RANDOM = np.random.default_rng(5)
PEERS = 14
GROWTH = RANDOM.uniform(0.02, 0.6, PEERS)
MARGIN = RANDOM.uniform(-0.1, 0.3, PEERS)
PAID = 3 + 12 * GROWTH + 9 * MARGIN + RANDOM.normal(0, 1, PEERS)
RESEARCH = RANDOM.uniform(0, 0.25, PEERS)
PAID_FOR = {"growth": GROWTH, "margin": MARGIN, "research": RESEARCH}
BLANK = np.where(np.arange(PEERS) == 4, np.nan, PAID)


def one(lines: Any, label: str) -> float:
    return float(np.ravel(lines[label])[0])


def test_one_regressor_is_scipys() -> None:
    lines = regression(multiple=PAID, growth=GROWTH, target_growth=0.3)
    expected = stats.linregress(GROWTH, PAID)
    assert one(lines, "Slope on growth") == pytest.approx(expected.slope, rel=1e-12)
    assert one(lines, "Intercept") == pytest.approx(expected.intercept, rel=1e-12)
    assert one(lines, "Standard error of the slope on growth") == pytest.approx(expected.stderr, rel=1e-12)
    assert one(lines, "Standard error of the intercept") == pytest.approx(expected.intercept_stderr, rel=1e-12)
    assert one(lines, "R squared") == pytest.approx(expected.rvalue**2, rel=1e-12)
    assert one(lines, "Predicted multiple") == pytest.approx(expected.intercept + 0.3 * expected.slope)


@pytest.mark.parametrize("scale", ["multiple", "log of the multiple"])
@pytest.mark.parametrize("target", [(0.3, 0.1), (0.9, 0.1), (0.1, -0.5), (0.3, 0.1, 0.2), (0.1, 0.2, -0.1)])
def test_several_regressors_predict_as_the_textbook_says(scale: str, target: tuple[float, ...]) -> None:
    given = list(PAID_FOR)[: len(target)]
    columns = {name: PAID_FOR[name] for name in given}
    targets = {f"target_{name}": at for name, at in zip(given, target, strict=True)}
    lines = regression(multiple=BLANK, scale=scale, confidence=0.9, **columns, **targets)
    whole = np.isfinite(BLANK)
    x = np.column_stack([np.ones(whole.sum()), *(PAID_FOR[name][whole] for name in given)])
    y = np.log(BLANK[whole]) if scale != "multiple" else BLANK[whole]
    b, squares = np.linalg.lstsq(x, y, rcond=None)[:2]
    size, terms = x.shape
    inverse, at = np.linalg.inv(x.T @ x), np.array([1, *target])
    s = np.sqrt(squares[0] / (size - terms))
    leverage = at @ inverse @ at
    reach = stats.t.ppf(0.95, size - terms) * s * np.sqrt(1 + leverage)
    back = np.exp if scale != "multiple" else np.asarray
    expected = {
        "Intercept": b[0],
        **{f"Slope on {name}": b[at] for at, name in enumerate(given, 1)},
        **{f"Standard error of the slope on {name}": s * np.sqrt(inverse[at, at]) for at, name in enumerate(given, 1)},
        "Standard error of the intercept": s * np.sqrt(inverse[0, 0]),
        "Peers in the regression": 13,
        "Adjusted R squared": 1 - (squares[0] / (size - terms)) / np.var(y, ddof=1),
        "Standard error of the regression": s,
        **{
            f"Variance inflation factor of {name}": inflation
            for name, inflation in zip(given, np.diag(np.linalg.inv(np.corrcoef(x[:, 1:].T))), strict=True)
        },
        "Leverage of the target": leverage,
        "Target has a high leverage": leverage > 2 * terms / size,
        "Target growth outside the peers' range": target[0] > GROWTH[whole].max(),
        "Target margin outside the peers' range": target[1] < MARGIN[whole].min(),
        "Standard error of prediction": s * np.sqrt(1 + leverage),
        "Low end of the prediction interval": back(b @ at - reach),
        "High end of the prediction interval": back(b @ at + reach),
        "Predicted multiple": back(b @ at),
    }
    for label, value in expected.items():
        assert one(lines, label) == pytest.approx(float(value), rel=1e-10), label


def test_nine_in_ten_peers_lie_within_a_nine_in_ten_interval() -> None:
    inside = 0
    for _ in range(400):
        growth = RANDOM.uniform(0, 0.5, 8)
        paid = 2 + 10 * growth + RANDOM.normal(0, 1, 8)
        lines = regression(multiple=paid[1:], growth=growth[1:], target_growth=growth[0], confidence=0.9)
        low, high = (one(lines, f"{end} end of the prediction interval") for end in ("Low", "High"))
        inside += low <= paid[0] <= high
    assert abs(inside / 400 - 0.9) < 4 * np.sqrt(0.9 * 0.1 / 400)


def test_the_targets_may_be_drawn() -> None:
    draws = np.array([0.1, 0.3, 0.9, np.nan])
    lines = regression(multiple=PAID, growth=GROWTH, target_growth=draws)
    each = [one(regression(multiple=PAID, growth=GROWTH, target_growth=g), "Predicted multiple") for g in draws]
    np.testing.assert_allclose(lines["Predicted multiple"], each, rtol=1e-14)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (dict(multiple=PAID[:2], growth=GROWTH[:2]), "expected at least 3 peers with a number in each column, found 2"),
        (dict(multiple=PAID, growth=np.ones(PEERS)), "expected regressors that vary and do not move together"),
        (dict(multiple=np.arange(50.0), growth=np.full(50, 0.05)), "expected regressors that vary"),  # mean is not 0.05
        (dict(multiple=PAID, growth=GROWTH, margin=2 * GROWTH, target_margin=0), "do not move together"),
        (dict(multiple=PAID, growth=GROWTH, margin=MARGIN), "target_margin is missing: margin comes with it"),
        (dict(multiple=PAID, growth=GROWTH, research=RESEARCH), "target_research is missing: research comes with it"),
        (
            dict(
                multiple=PAID,
                growth=GROWTH,
                margin=MARGIN,
                target_margin=0,
                research=GROWTH - MARGIN,
                target_research=0,
            ),
            "do not move together",
        ),
        (dict(multiple=PAID, growth=GROWTH[1:]), "expected columns of one table of peers"),
        (dict(multiple=-PAID, growth=GROWTH, scale="log of the multiple"), "expected at least 3 peers .*, found 0"),
    ],
)
def test_a_regression_without_an_answer_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        regression(target_growth=0.2, **given)


def test_columns_of_two_tables_do_not_mix() -> None:
    one_table, other = (Column(name, "growth", GROWTH, NUMBER) for name in "ab")
    with pytest.raises(TypeError, match="one table of peers"):
        sample(one_table, other)
    assert SCHEDULES["regression"] is regression


# The sheet ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def market() -> Case:
    return load(CASES / "good" / "market")


def drafted(case: Case, **choices: Any) -> tuple[Recording, Draft, dict[str, Any]]:
    """Record the schedule over the market's peers, and draft its sheet and theirs."""
    table: PeerTable = case.peers["chips"]
    names = {"multiple": "ev_sales_fy1", "growth": "growth", "margin": "margin", "research": "research"}
    without = {name for name in ("margin", "research") if f"target_{name}" not in choices}
    used = {key: name for key, name in names.items() if key not in without}
    inputs = {"target_growth": 0.3, "target_margin": 0.1, "target_research": 0.12, "confidence": 0.8}
    recording = Recording(1)
    given = {name: recording.input(name, name, RATE) for name in inputs}
    targets = {name: given[name] for name in inputs if name.removeprefix("target_") not in without}
    columns = {key: peer_column(table, name, case.date, recorded=True) for key, name in used.items()}
    regression.run(recording, **columns, **targets, scale=choices.get("scale", "multiple"))
    lines = Lines(1)
    arrays = {key: peer_column(table, name, case.date, recorded=False) for key, name in used.items()}
    eager = {name: np.array([inputs[name]]) for name in targets}
    regression.run(lines, **arrays, **eager, scale=choices.get("scale", "multiple"))
    draft = Draft(1)
    pages = [draft.page(title, title) for title in ("Peers", "Model", "Inputs")]
    for number, row in enumerate([*recording.inputs.values(), *(row for row, _ in recording.constants.values())]):
        draft.cells[row] = pages[2].cell(number, 2)
        value = inputs.get(row.name, dict(recording.constants.values()).get(row, 0.0))
        pages[2].number(number, 2, value, "0.0")
    place_peers(pages[0], case, recording, draft)
    draft.values = evaluate_all(recording, {row: np.array([inputs[name]]) for name, row in recording.inputs.items()})
    place_rows(pages[1], recording.scopes[""], draft)
    for row in recording.written:
        cell = draft.cells[row]
        draft.place(pages[1], row, cell.row, cell.column)
    return recording, draft, {label: np.ravel(lines[label])[0] for label in lines}


def written(draft: Draft, path: Path) -> Path:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    styles = Styles(book)
    for title, page in draft.pages.items():
        write_page(book, book.add_worksheet(title), page, draft.spelling, styles)
    book.close()
    return path


CHOICES = [
    {},
    {"target_margin": True},
    {"scale": "log of the multiple"},
    {"target_margin": True, "scale": "log of the multiple"},
    {"target_research": True},
    {"target_margin": True, "target_research": True},
]


@pytest.mark.parametrize("choices", CHOICES, ids=str)
def test_the_sheet_computes_what_numpy_computes(choices: dict[str, Any], market: Case, tmp_path: Path) -> None:
    recording, draft, expected = drafted(market, **choices)
    engine = formualizer.load_workbook(str(written(draft, tmp_path / "book.xlsx")))
    engine.evaluate_all()
    for row in recording.written:
        cell = draft.cells[row]
        found = engine.get_value(cell.sheet, cell.row + 1, cell.column + 1)
        assert float(found) == pytest.approx(expected[row.label], rel=1e-9, abs=1e-12), row.label
        assert float(draft.values[row][0]) == pytest.approx(expected[row.label], rel=1e-12, abs=1e-14)
        assert len(draft.spelling.spell(row.formula, cell)) <= 160, row.label
    assert {snake(row.label) for row in recording.written} == set(map(snake, expected))


def test_libreoffice_computes_the_regression_alike(market: Case, tmp_path: Path) -> None:
    need_libreoffice()
    _, draft, _ = drafted(market, target_margin=True, target_research=True, scale="log of the multiple")
    result = run_tool("recalc.py", str(written(draft, tmp_path / "book.xlsx")))
    assert result.returncode == 0, result.stdout
