"""The sheet of scenarios: choosing one moves the whole book to what that scenario's own files are worth."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import ASSUMPTIONS, CASES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from workbooks import Engine, need_libreoffice, run_tool

from valuation.reading import load as load_case
from valuation.study import Study, load
from valuation.workbook.sheets.scenarios import BASE_CASE, TITLE
from valuation.workbook.verify import verify_book

SELECTOR = f"{TITLE}!C5"
VALUE = "Summary!C5"
SHAPES = """
drivers:
  free: 3%
segments:
  core:
    method: dcf
    revenue: 100 CNY m
    growth: fade(10% to 4% over 3 years)
    margin: [10%, 12%, ~ uniform(13%, 15%)]
    tax_rate: 25%
    wacc: = drivers.free + 1.1 * 5%
    sales_to_capital: ~ pert(1, 2, 4)
    terminal_growth: 2%
    terminal_return: = final(wacc)
  held: {method: stake, value: ~ uniform(20 CNY m, 40 CNY m)}
scenarios:
  numbers: {probability: 10%, set: {drivers.free: 4%, core.wacc.number2: 6%, core.margin.2028: 9%}}
  fixed: {probability: 10%, set: {core.wacc: 9%, held.value: "~ uniform(50 CNY m, 70 CNY m)"}}
  faded: {probability: 10%, set: {core.wacc: fade(12% to 8% over 2 years), core.growth.from: 30%}}
  other fade: {probability: 10%, set: {core.wacc: fade(11% to 7% over 3 years)}}
  slow: {probability: 10%, set: {core.growth: 5%}}
  decayed: {probability: 10%, set: {core.growth: fade(20% to 3% with half-life 2 years)}}
  formula: {probability: 10%, set: {core.terminal_return: "= final(wacc) + 1%"}}
  nothing: {probability: 30%, set: {}}
"""


@pytest.fixture(scope="module")
def alibaba(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Path]:
    study = load(ASSUMPTIONS / "alibaba")
    path = tmp_path_factory.mktemp("scenarios") / "alibaba.xlsx"
    return study, study.write_workbook(path, study.simulate(256, seed=7))


@pytest.fixture(scope="module")
def sales(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Path]:
    study = load(CASES / "good" / "dcf_by_sales.yaml")
    path = tmp_path_factory.mktemp("scenarios") / "sales.xlsx"
    return study, study.write_workbook(path, study.simulate(256, seed=7))


@pytest.fixture
def shapes(write: Callable[[str], Path], tmp_path: Path) -> tuple[Study, Path]:
    study = load(write(SHAPES))
    return study, study.write_workbook(tmp_path / "shapes.xlsx", study.simulate(64, seed=7))


def choose(engine: Engine, name: str) -> Any:
    """Choose a scenario and return the value per share of the book."""
    engine.book.set_value(TITLE, 5, 3, name)
    return engine.read(VALUE)


def labelled(path: Path, label: str) -> int:
    """The row of the sheet of scenarios that has a label."""
    sheet = openpyxl.load_workbook(path)[TITLE]
    return next(row[0].row for row in sheet.iter_rows(max_col=1) if row[0].value == label)


@pytest.mark.parametrize("which", ["alibaba", "sales", "shapes"])
def test_each_scenario_chosen_is_worth_what_its_own_files_are_worth(which: str, request: pytest.FixtureRequest) -> None:
    study, path = request.getfixturevalue(which)
    engine = Engine(path)
    status = f"{TITLE}!C{labelled(path, 'Status')}"
    wanted = {**study.scenarios(), BASE_CASE: study.value().per_share}
    assert len(wanted) > 2
    for name, value in wanted.items():
        assert choose(engine, name) == pytest.approx(value, rel=1e-9), name
        assert engine.read(status) == "OK", name


@pytest.mark.libreoffice
@pytest.mark.parametrize("which", ["alibaba", "sales", "shapes"])
def test_libreoffice_agrees_on_a_scenario_that_is_chosen(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    need_libreoffice()
    study, path = request.getfixturevalue(which)
    for name, value in study.scenarios().items():
        book = openpyxl.load_workbook(path)
        book[TITLE]["C5"] = name
        book.save(tmp_path / "chosen.xlsx")
        found = run_tool("recalc.py", str(tmp_path / "chosen.xlsx"), "--keep", str(tmp_path / "out.xlsx"))
        assert found.returncode in (0, 1), found.stdout + found.stderr  # openpyxl keeps no values to compare with
        there = openpyxl.load_workbook(tmp_path / "out.xlsx", data_only=True)["Summary"]["C5"].value
        assert there == pytest.approx(value, rel=1e-9), name


@pytest.mark.parametrize("which", ["alibaba", "sales", "shapes"])
def test_a_book_is_proved_whichever_scenario_it_shows(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    study, path = request.getfixturevalue(which)
    assert verify_book(path, draws=8).proved
    book = openpyxl.load_workbook(path)
    book[TITLE]["C5"] = next(iter(study.scenarios()))
    book.save(tmp_path / "chosen.xlsx")
    assert verify_book(tmp_path / "chosen.xlsx", draws=4).proved


def test_everything_in_these_scenarios_stands_in_cells(shapes: tuple[Study, Path]) -> None:
    _, path = shapes
    said = [cell.value for cell in openpyxl.load_workbook(path)[TITLE]["A"]]
    assert not [text for text in said if str(text).startswith("Only in the stored values")]


def test_a_change_that_no_cell_can_say_is_named_and_is_no_error(write: Callable[[str], Path], tmp_path: Path) -> None:
    study = load(
        write("""segments:
  a: {method: stake, value: 10 CNY m}
  b: {method: stake, value: 30 CNY m}
scenarios:
  linked: {probability: 40%, set: {b.value: "= a.value * 2"}}
  plain: {probability: 60%, set: {b.value: 50 CNY m}}
""")
    )
    path = study.write_workbook(tmp_path / "book.xlsx", study.simulate(16))
    texts = [cell.value for row in openpyxl.load_workbook(path)[TITLE].iter_rows() for cell in row if cell.value]
    assert [text for text in texts if "b.value: = a.value * 2 (a formula in place of a number)" in str(text)]
    engine = Engine(path)
    status = f"{TITLE}!C{labelled(path, 'Status')}"
    choose(engine, "linked")
    assert engine.read(status) == "NOTE"
    assert choose(engine, "plain") == pytest.approx(study.scenarios()["plain"], rel=1e-9)
    assert engine.read(status) == "OK"


def test_an_edited_input_or_cell_of_a_scenario_makes_the_stored_values_those_of_that_time(
    alibaba: tuple[Study, Path],
) -> None:
    _, path = alibaba
    status = f"{TITLE}!C{labelled(path, 'Status')}"
    engine = Engine(path)
    engine.type("cloud.beta", 1.3)
    assert engine.read(status) == "NOTE"
    engine = Engine(path)
    before = choose(engine, "bull")
    row = next(row for row in openpyxl.load_workbook(path)[TITLE].iter_rows() if row[0].value and row[3].value == 0.24)
    engine.type(f"{TITLE}!{row[3].coordinate}", 0.26)
    assert engine.read(VALUE) > before
    assert engine.read(status) == "NOTE"


def test_a_word_replaced_by_a_number_joins_the_scenario(alibaba: tuple[Study, Path]) -> None:
    study, path = alibaba
    engine = Engine(path)
    row = next(row for row in openpyxl.load_workbook(path)[TITLE].iter_rows() if row[3].value == 0.24)
    assert row[4].value == "base"
    engine.type(f"{TITLE}!{row[4].coordinate}", 0.25)
    changed = load(study.path, {"cloud.cloud_margin.to": "25%"})
    assert choose(engine, "base") == pytest.approx(changed.value().per_share, rel=1e-12)
    assert choose(engine, "bear") == pytest.approx(study.scenarios()["bear"], rel=1e-12)


def test_the_weighted_value_weighs_each_scenario_by_its_probability(alibaba: tuple[Study, Path]) -> None:
    study, path = alibaba
    row = labelled(path, "Value per share, weighted by probability")
    wanted = sum(study.case.scenarios[name].probability * value for name, value in study.scenarios().items())
    assert Engine(path).read(f"{TITLE}!C{row}") == pytest.approx(wanted, rel=1e-12)


def test_names_that_excel_holds_for_the_same_are_told_apart(write: Callable[[str], Path], tmp_path: Path) -> None:
    study = load(
        write("""segments:
  a: {method: stake, value: 10 CNY m}
scenarios:
  high: {probability: 40%, set: {a.value: 20 CNY m}}
  HIGH: {probability: 30%, set: {a.value: 40 CNY m}}
  base case: {probability: 30%, set: {a.value: 5 CNY m}}
""")
    )
    path = study.write_workbook(tmp_path / "book.xlsx")
    heads = [cell.value for cell in openpyxl.load_workbook(path)[TITLE][4]][2:6]
    assert len({str(head).casefold() for head in heads}) == 4
    engine = Engine(path)
    assert [choose(engine, str(head)) for head in heads] == pytest.approx([1.0, 2.0, 4.0, 0.5], rel=1e-12)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wacc=st.one_of(
        st.floats(0.05, 0.2).map(lambda rate: f"{rate:.4%}"),
        st.tuples(st.floats(0.05, 0.2), st.floats(0.05, 0.2), st.integers(2, 5)).map(
            lambda t: f"fade({t[0]:.4%} to {t[1]:.4%} over {t[2]} years)"
        ),
    ),
    revenue=st.floats(1, 1e5).map(lambda amount: f"{amount:.3f} CNY m"),
    growth=st.floats(-0.2, 0.4).map(lambda rate: f"{rate:.4%}"),
)
def test_any_numbers_of_a_scenario_move_the_book_to_its_own_value(
    tmp_path_factory: pytest.TempPathFactory, wacc: str, revenue: str, growth: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "case.yaml").write_text(f"""name: Any
currency: CNY
date: 2026-02-02
years: 4
shares: {{diluted: 10 m shares}}
segments:
  core: {{method: dcf, revenue: 100 CNY m, growth: fade(10% to 4% over 3 years), margin: 20%, tax_rate: 25%,
         wacc: = 4% + 1.2 * 5%, sales_to_capital: 2, terminal_growth: 2%, terminal_return: 12%}}
scenarios:
  drawn: {{probability: 100%, set: {{core.wacc: "{wacc}", core.revenue: "{revenue}", core.growth.from: "{growth}"}}}}
""")
    study = load(folder / "case.yaml")
    engine = Engine(study.write_workbook(folder / "book.xlsx"))
    assert choose(engine, "drawn") == pytest.approx(study.scenarios()["drawn"], rel=1e-9)
    assert choose(engine, BASE_CASE) == pytest.approx(study.value().per_share, rel=1e-12)


RULES = "R01,R02,R03,R05,R06,R07,R08,R13,R14,R15,R16,R21,R22,R23,R24,R28,R32,R33,R34,R36,R39,R43"


@pytest.mark.parametrize("which", ["alibaba", "sales", "shapes"])
def test_the_strict_rules_find_nothing_on_the_sheet(which: str, request: pytest.FixtureRequest) -> None:
    _, path = request.getfixturevalue(which)
    found = run_tool("workbook_lint.py", str(path), "--strict", "--only", RULES, "--show", "99")
    assert f"{TITLE}!" not in found.stdout, found.stdout


def test_a_case_without_scenarios_has_no_such_sheet(write: Callable[[str], Path], tmp_path: Path) -> None:
    study = load(write("segments: {a: {method: stake, value: 10 CNY m}}\n"))
    assert TITLE not in openpyxl.load_workbook(study.write_workbook(tmp_path / "book.xlsx")).sheetnames
    assert load_case(study.path).scenarios == {}
