"""Live draws: the book computes the first draws of its run, and an edited distribution moves them as NumPy says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from conftest import ASSUMPTIONS, CASES, every_shipped_case
from workbooks import Engine, need_libreoffice, run_tool

from valuation.assumptions import Case
from valuation.cli.commands import main
from valuation.reading import load
from valuation.simulation.engine import simulate
from valuation.simulation.evaluator import Evaluator
from valuation.simulation.few import Few, first_draws
from valuation.study import load as load_study
from valuation.workbook.book import draft_book, write_workbook
from valuation.workbook.replica_block import FIRST
from valuation.workbook.sheets import live_draws as page
from valuation.workbook.sheets import live_draws_data as data
from valuation.workbook.verify import verify_book

DRAWS = 60
AMAZON = ASSUMPTIONS / "amazon"


def few_of(case: Case, draws: int = DRAWS) -> Few:
    return first_draws(Evaluator.of(case, exact=True), simulate(case, 512, exact=True), draws)


def written(case: Case, path: Path) -> Path:
    values = dict.fromkeys(case.scenarios, 0.0)
    return write_workbook(case, path, simulate(case, 512, exact=True), values, few=few_of(case))


def draws_in(engine: Engine, count: int = DRAWS) -> np.ndarray:
    """The value per share of each draw, as the engine computes it; NaN for an impossible one."""
    engine.book.evaluate_all()
    found = [engine.book.get_value(page.TITLE, page.BLOCK + 2, FIRST + 1 + number) for number in range(count)]
    return np.array([value if isinstance(value, float) else np.nan for value in found])


@pytest.mark.parametrize(
    "how", [{}, {"kind": "lhs"}, {"kind": "random"}, {"kind": "antithetic"}, {"dependence": "iman-conover"}], ids=str
)
def test_the_first_draws_are_those_of_the_run(how: dict[str, str]) -> None:
    case = load(ASSUMPTIONS / "alibaba")
    evaluator = Evaluator.of(case, exact=True)
    run = simulate(case, 2048, seed=11, exact=True, **how)  # type: ignore[arg-type]
    few = first_draws(evaluator, run, 300)
    again = evaluator.per_share(evaluator.given(few.values), 300)
    np.testing.assert_array_equal(again, run.per_share[:300])
    for name, u, values in zip(few.names, few.uniforms, few.values, strict=True):
        distribution = case.input(name).distribution
        assert distribution is not None
        np.testing.assert_allclose(distribution.quantile(u), values, rtol=1e-9, atol=1e-12)


@every_shipped_case
def test_the_book_computes_the_draws_of_the_run(good: Case, tmp_path: Path) -> None:
    engine = Engine(written(good, tmp_path / "book.xlsx"))
    run = simulate(good, 512, exact=True)
    np.testing.assert_allclose(draws_in(engine), run.per_share[:DRAWS], rtol=1e-9)


def test_a_book_of_other_distributions_computes_the_draws_of_its_run(tmp_path: Path) -> None:
    case = load(CASES / "good" / "distributions")
    engine = Engine(written(case, tmp_path / "book.xlsx"))
    np.testing.assert_allclose(draws_in(engine), simulate(case, 512, exact=True).per_share[:DRAWS], rtol=1e-9)


def edited(case: Case, few: Few, name: str, text: str) -> np.ndarray:
    """The draws with another distribution, at the same probabilities."""
    changed = load(AMAZON, {name: text})
    distribution = changed.input(name).distribution
    assert distribution is not None
    evaluator = Evaluator.of(case)
    values = few.values.copy()
    row = few.names.index(name)
    values[row] = distribution.quantile(few.uniforms[row])
    return evaluator.per_share(evaluator.given(values), few.draws)


def an_edit(case: Case) -> tuple[str, str, str, float]:
    """A PERT of the case: its name, the cell of b, the text with another mode, and this mode."""
    plan = draft_book(case, simulate(case, 512), {}, None, few_of(case), judged=False)
    name = next(n for n in plan.draft.lanes if (d := case.input(n).distribution) is not None and d.name == "pert")
    low, mode, high = (plan.draft.value(number) for number in plan.draft.parameters[name][:3])
    moved = mode + 0.75 * (high - mode)
    cell = plan.draft.cells[plan.draft.parameters[name][1].row]
    unit = str(case.input(name).unit)
    scale, mark = (100, "%") if unit == "%" else (1, "" if unit in ("number", "x") else f" {unit}")
    text = f"~ pert({', '.join(f'{number * scale!r}{mark}' for number in (low, moved, high))})"
    return name, f"{cell.sheet}!{cell.name}", text, moved


def test_an_edited_mode_moves_draws_figures_and_histogram_as_numpy_says(tmp_path: Path) -> None:
    case = load(AMAZON)
    engine, few = Engine(written(case, tmp_path / "book.xlsx")), few_of(case)
    name, cell, text, moved = an_edit(case)
    before = draws_in(engine)
    engine.type(cell, moved)
    expected = edited(case, few, name, text)
    assert np.abs(expected - before).max() > 0.1
    np.testing.assert_allclose(draws_in(engine), expected, rtol=1e-9)
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")[page.TITLE]
    labels = {sheet.cell(row, 1).value: row for row in range(page.FIGURES + 1, page.BIN_HEAD)}
    figures = {label: engine.read(f"{page.TITLE}!C{row}") for label, row in labels.items() if label}
    assert figures["Mean"] == pytest.approx(expected.mean(), rel=1e-9)
    assert figures["Standard deviation"] == pytest.approx(expected.std(ddof=1), rel=1e-9)
    for level in page.LEVELS:
        assert figures[f"P{100 * level:g}"] == pytest.approx(np.quantile(expected, level), rel=1e-9)
    above = np.mean(expected > figures["Price"])
    assert figures["Probability that value is above the price"] == pytest.approx(above, rel=1e-9)
    bins = [engine.read(f"{page.TITLE}!D{page.BIN_HEAD + 2 + number}") for number in range(page.BINS)]
    counts, _ = np.histogram(expected, page.BINS)
    assert sum(bins) == pytest.approx(1)
    np.testing.assert_allclose(np.cumsum(bins), np.cumsum(counts) / DRAWS, atol=1.01 / DRAWS)  # a draw at an edge


@pytest.mark.libreoffice
def test_libreoffice_moves_the_same(tmp_path: Path) -> None:
    need_libreoffice()
    case = load(AMAZON)
    book, few = written(case, tmp_path / "book.xlsx"), few_of(case)
    name, cell, text, moved = an_edit(case)
    found = run_tool("recalc.py", str(book), "--set", f"{cell}={moved!r}", "--show", f"{page.TITLE}!C7")
    assert found.returncode == 0, found.stdout + found.stderr
    after = float(found.stdout.rpartition(" -> ")[2])
    assert after == pytest.approx(edited(case, few, name, text).mean(), rel=1e-9)


@pytest.mark.libreoffice
def test_libreoffice_computes_the_stored_values(tmp_path: Path) -> None:
    need_libreoffice()
    found = run_tool("recalc.py", str(written(load(AMAZON), tmp_path / "book.xlsx")), "--tol", "1e-9")
    assert found.returncode == 0, found.stdout + found.stderr


def test_an_input_that_no_formula_draws_stays_and_is_listed() -> None:
    case = load(CASES / "good" / "distributions")
    plan = draft_book(case, simulate(case, 512), {}, None, few_of(case), judged=False)
    staying = data.stays(plan.draft)
    notes = plan.draft.pages[page.TITLE].cells[page.NOTES + 1, 0].text  # type: ignore[union-attr]
    for name in plan.draft.lanes:
        assert (name in staying) == (name in notes)


def test_such_a_book_is_proved_and_passes_the_lint(tmp_path: Path) -> None:
    book = written(load(AMAZON), tmp_path / "book.xlsx")
    proof = verify_book(book, 3)
    assert proof.proved, str(proof)
    found = run_tool("workbook_lint.py", str(book))
    assert found.returncode == 0, found.stdout


def test_a_number_typed_over_a_live_draw_is_found(tmp_path: Path) -> None:
    path = written(load(AMAZON), tmp_path / "book.xlsx")
    book = openpyxl.load_workbook(path)
    book[page.TITLE].cell(page.BLOCK + 2, FIRST + 5).value = 1.0
    book.save(path)
    assert any(difference.found == "no formula" for difference in verify_book(path, 1).differences)


def test_the_command_writes_as_many_as_asked_for_and_none_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    runner = CliRunner()
    asked = runner.invoke(main, ["run", str(AMAZON), "-o", str(path), "--draws", "512", "--live-draws", "50"])
    assert asked.exit_code == 0, asked.output
    assert openpyxl.load_workbook(path)[page.TITLE]["C5"].value == "=COLUMNS($D$48:$BA$48)"
    plain = load_study(AMAZON).write_workbook(tmp_path / "plain.xlsx", simulate(load(AMAZON), 512))
    assert page.TITLE not in openpyxl.load_workbook(plain).sheetnames
    refused = runner.invoke(main, ["run", str(AMAZON), "--live-draws", "5000"])
    assert refused.exit_code == 2
