# ruff: noqa: E501  lines of files stand in one piece here
"""A pull brings the edits of a book back into its files: the edited characters, and no others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import GOOD, SHIPPED
from editing import ODD, at, contents, copy_of, drafted, edited
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from valuation.assumptions import Case
from valuation.distributions.written import numbers_of
from valuation.problems import Problem
from valuation.pulling.report import Pulled
from valuation.pulling.targets import Target, targets
from valuation.reading import load
from valuation.workbook.address import Cell
from valuation.workbook.book import Plan

# Random edits -----------------------------------------------------------------------------------------------------

NUMERAL = re.compile(r"[-+]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?%?")


def numbers(plan: Plan) -> dict[Cell, Target]:
    """The numbers of a book that stand in its files: values of inputs, and numbers of distributions."""
    case, draft = plan.made.case, plan.draft
    inputs = {found.name: found for found in case.inputs}
    wanted = {}
    for cell, target in targets(plan).items():
        found = inputs.get(target.name)
        there = (cell.row, cell.column) in draft.pages[cell.sheet].cells
        if found is None or found.span is None or not there:
            continue
        if target.kind == "number" or (target.kind == "base" and found.distribution is None):
            wanted[cell] = target
    return wanted


def value_of(case: Case, target: Target) -> float:
    found = case.input(target.name)
    return found.base if target.kind == "base" else numbers_of(found.written)[int(target.part)].value


def near(value: float) -> st.SearchStrategy[float]:
    """Numbers near another, of at most fifteen digits, as somebody types them."""
    size = abs(value) or 0.1
    return st.integers(-400, 400).map(lambda k: float(f"{value + size * k / 10_000:.6g}"))


CASES = [*GOOD, *SHIPPED]


@pytest.fixture(scope="module")
def plans() -> Callable[[Path], Plan]:
    made: dict[Path, Plan] = {}

    def plan(path: Path) -> Plan:
        if path not in made:
            made[path] = drafted(path)
        return made[path]

    return plan


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_random_edits_come_back_as_they_are(data: st.DataObject, plans: Callable[[Path], Plan], tmp_path: Path) -> None:
    """Values are the edited ones; masked numbers aside, no character of any file changes; a new book agrees."""
    source = data.draw(st.sampled_from(CASES[:-3] * 6 + CASES))
    plan, path = plans(source), copy_of(source, tmp_path)
    cells = numbers(plan)
    chosen = data.draw(st.lists(st.sampled_from(list(cells)), min_size=1, max_size=6, unique=True))
    edits = {cell: data.draw(near(plan.draft.pages[cell.sheet].cells[cell.row, cell.column].value)) for cell in chosen}
    before = contents(path.parent)
    result = edited(plan, path, edits)
    after = contents(path.parent)
    if not result.good:
        assert before == after
        cells_told = {str(cell) for cell in edits}
        for problem in result.problems:  # of one cell, or of all that were edited together
            assert problem.place.file in cells_told or all(cell in problem.text for cell in cells_told), result
        return
    case = load(path, evidence=False)
    for cell, value in edits.items():
        target = cells[cell]
        if ".number" not in target.name:
            assert value_of(case, target) == pytest.approx(value, rel=1e-14, abs=1e-300)
    for name in before:
        assert NUMERAL.sub("#", before[name].decode()) == NUMERAL.sub("#", after[name].decode())
        assert len(before[name].split(b"\n")) == len(after[name].split(b"\n"))
    assert not edited(drafted(path), path, {}).changes


@pytest.mark.parametrize("source", CASES, ids=lambda path: path.stem)
def test_a_book_without_edits_changes_no_byte(source: Path, plans: Callable[[Path], Plan], tmp_path: Path) -> None:
    path = copy_of(source, tmp_path)
    before = contents(tmp_path)
    result = edited(plans(source), path, {})
    assert (result.good, result.changes, result.diff, result.written) == (True, (), "", ())
    assert contents(tmp_path) == before


# The odd file -----------------------------------------------------------------------------------------------------


def changed(path: Path, result: Pulled) -> Iterator[tuple[str, str]]:
    """The lines that a pull changed, old and new, without their line endings."""
    assert result.good, str(result)
    old, new = ODD.split("\r\n"), path.read_bytes().decode("utf-8").split("\r\n")
    assert len(old) == len(new)
    yield from ((a, b) for a, b in zip(old, new, strict=True) if a != b)


EDITS = [
    ({("drivers.risk_free", "base"): 0.025}, "  risk_free:   2.50%      # with a\ttab"),
    ({("drivers.erp", "a"): 0.045}, "  erp: {value: ~ pert(4.5%,5.14%, # the mode"),
    ({("drivers.erp", "c"): 0.08}, "      8.0%), base: 5.2%, source: judgement, why: 'It''s \"China\", ünder 5 %.'}"),
    ({("drivers.erp", "base"): 0.06}, "      7.0%), base: 6%, source: judgement, why: 'It''s \"China\", ünder 5 %.'}"),
    ({("drivers.erp", "why"): "It's \"India\", ünder 5 %."}, "      7.0%), base: 5.2%, source: judgement, why: 'It''s \"India\", ünder 5 %.'}"),
    ({("drivers.erp", "why"): "It's \"China\", ünder 6 %."}, "      7.0%), base: 5.2%, source: judgement, why: 'It''s \"China\", ünder 6 %.'}"),
    ({("drivers.boom", "base"): 0}, "  boom: {value: ~ event(70%), base: 0}"),
    ({("drivers.weighed", "base"): 0.5}, "  weighed: {value: ~ event( 40% ), base: 50%}"),
    ({("drivers.weighed", "a"): 0.5}, "  weighed: {value: ~ event( 50% ), base: 40%}"),
    ({("drivers.mix.cloud.gamma", "a"): 6}, "  mix: ~ dirichlet(cloud=6, chips=3)"),
    ({("drivers.plain", "base"): 1350}, "  plain: 1_350.00"),
    ({("drivers.tail", "b"): 0.015}, '  tail: "~ normal(5%,   1.5%)"'),
    ({("drivers.tail", "base"): 0.06}, '  tail: {value: "~ normal(5%,   1%)", base: 6%}'),
    ({("drivers.scale", "a"): 1500}, '  scale: {value: "~ uniform(1.5, 2)", unit: CNY bn}'),
    ({("drivers.scale", "base"): 1800}, '  scale: {value: "~ uniform(1.0, 2)", base: 1.8, unit: CNY bn}'),
    ({("core.revenue", "base"): 120000}, "      value: 120000"),
    ({("core.revenue", "why"): "Folded over three lines."}, "        three lines.  "),
    ({("core.growth.from", "b"): 0.06}, "    growth: fade( ~ pert(4%, 6%, 9%) for 2 years to"),
    ({("core.growth.from", "base"): 0.06}, "    growth: fade( ~ pert(4%, 5%, 9%) base 6% for 2 years to"),
    ({("core.growth.hold", "base"): 1}, "    growth: fade( ~ pert(4%, 5%, 9%) for 1 years to"),
    ({("core.growth.to", "base"): 0.015}, "      1.5% over 10 years )"),
    ({("core.growth.over", "base"): 8}, "      2% over 8 years )"),
    ({("core.margin.2026", "base"): 0.105}, "    margin: [10.5%, ~ normal(11%, 1%) base 12%,"),
    ({("core.margin.2027", "base"): 0.13}, "    margin: [10%, ~ normal(11%, 1%) base 13%,"),
    ({("core.margin.2027", "b"): 0.02}, "    margin: [10%, ~ normal(11%, 2%) base 12%,"),
    ({("core.margin.2028", "base"): 0.13}, "       1.3e1%]"),
    ({("core.tax_rate", "base"): 0.15}, "    tax_rate: '15%'"),
    ({("core.wacc.number1", "base"): 1.2}, "    wacc: = drivers.risk_free + 1.2 * drivers.erp + 0 * (drivers.boom + drivers.weighed) + 0.5%"),
    ({("core.wacc.number2", "base"): -0.0025}, "    wacc: = drivers.risk_free + 1.1 * drivers.erp + 0 * (drivers.boom + drivers.weighed) + (-0.25%)"),
    ({("core.sales_to_capital", "b"): 3}, "    sales_to_capital: ~ lognormal( p10=1.5, p90=3 )"),
    ({("core.debt_like", "base"): 2750}, "    debt_like: {value: 2.75 CNY bn}"),
    ({("shares.diluted", "base"): 11}, "shares: {diluted: 11 m shares, price: 100 CNY/share}"),
    ({("core.tax_rate", "distribution"): "~ pert(20%, 25%, 30%)"}, "    tax_rate: '~ pert(20%, 25%, 30%)'"),
    ({("drivers.tail", "distribution"): "~ uniform(a, b)", ("drivers.tail", "a"): 0.01, ("drivers.tail", "b"): 0.07}, '  tail: "~ uniform(1%, 7%)"'),
    ({("drivers.tail", "distribution"): "~ pert(a, b, c)", ("drivers.tail", "b"): 0.06, ("drivers.tail", "c"): 0.07}, '  tail: "~ pert(5%, 6%, 7%)"'),
    ({("drivers.tail", "distribution"): None, ("drivers.tail", "base"): 0.055}, '  tail: "5.5%"'),
    ({("core.terminal_growth", "why"): "Long: run"}, '    terminal_growth: {value: 2%, why: "Long: run"}'),
    ({("core.growth.to", "distribution"): "~ uniform(a, b)", ("core.growth.to", "a"): 0.01, ("core.growth.to", "b"): 0.03}, "      ~ uniform(1%, 3%) over 10 years )"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("edits", "line"), EDITS, ids=lambda value: str(next(iter(value))) if isinstance(value, dict) else ""
)
def test_each_edit_changes_its_own_characters(odd: Path, edits: dict[tuple[str, str], Any], line: str) -> None:
    plan = drafted(odd)
    result = edited(plan, odd, {at(plan, *place): value for place, value in edits.items()})
    assert [new for _, new in changed(odd, result)] == [line]


def test_many_edits_of_one_file_at_once(odd: Path) -> None:
    plan = drafted(odd)
    one = [(edits, line) for edits, line in EDITS if len(edits) == 1]
    together: dict[tuple[str, str], Any] = {}
    for edits, _ in one:
        (name, what), value = next(iter(edits.items()))
        if what in ("base", "a", "b", "c") and (name, what) not in together:
            together[name, what] = value
    result = edited(plan, odd, {at(plan, *place): value for place, value in together.items()})
    assert result.good, str(result)
    case = load(odd)
    for (name, what), value in together.items():
        if ".number" in name:
            continue
        found = case.input(name)
        if what != "base":
            value_now = numbers_of(found.written)["abc".index(what)].value
            assert value_now == pytest.approx(value, rel=1e-14)
        else:
            assert found.base == pytest.approx(value, rel=1e-14)


def test_a_default_that_was_edited_gets_a_line_of_its_own(odd: Path) -> None:
    plan = drafted(odd)
    result = edited(plan, odd, {at(plan, "core.owned", "base"): 0.9})
    assert result.good, str(result)
    text = odd.read_bytes().decode("utf-8")
    added = "    owned: 90%\r\n"
    assert text.replace(added, "") == ODD
    assert text.index(added) == text.index("shares: {") - len(added)


def test_the_base_year_is_given_where_it_followed_from_the_date(odd: Path) -> None:
    plan = drafted(odd)
    assert plan.draft.base_year is not None
    result = edited(plan, odd, {plan.draft.base_year: 2026})
    assert result.good, str(result)
    assert odd.read_bytes().decode("utf-8") == ODD + "base_year: 2026\r\n"


def test_a_base_that_follows_its_distribution_is_told(odd: Path) -> None:
    plan = drafted(odd)
    result = edited(plan, odd, {at(plan, "core.growth.from", "b"): 0.06})
    assert result.notes == ("core.growth.from: its base follows its distribution, 5% -> 6%",)


# Complaints -------------------------------------------------------------------------------------------------------


def told(problem: Problem) -> str:
    return str(problem)


BAD = [
    ({("core.tax_rate", "base"): "about a quarter"}, "base", "expected a number, found the text 'about a quarter'"),
    ({("core.tax_rate", "base"): "26%"}, "base", "expected a number, found the text '26%'; type it as a number: 26%"),
    ({("core.tax_rate", "base"): None}, "base", "expected a number, found nothing; it was 0.25"),
    ({("core.tax_rate", "base"): 10}, "base", "expected a percentage, found 10, which is 1000%; did you mean 10%"),
    ({("core.tax_rate", "base"): "=B3*2"}, "base", "expected a number, found the formula =B3*2"),
    ({("core.growth.from", "a"): 0.1}, "a", "pert: low <= mode <= high expected, found 0.1, 0.05, 0.09"),
    ({("drivers.boom", "base"): 0.3}, "base", "expected 0 or 1 for an event, found 0.3"),
    ({("drivers.boom", "a"): 1.3}, "a", "event: "),
    ({("core.owned", "base"): 1.2}, "base", "expected a value between 0% and 100%, found 120%"),
    ({("core.tax_rate", "distribution"): "normal(25%, 1%)"}, "distribution", "expected a distribution such as ~ pert(1, 2, 3)"),
    ({("core.tax_rate", "distribution"): "~ nromal(25%, 1%)"}, "distribution", "nromal is not a distribution; did you mean normal"),
    ({("core.tax_rate", "distribution"): "~ uniform(a, b)"}, "distribution", "reads the number a, and there is none in its column"),
    ({("core.tax_rate", "a"): 0.2}, "a", "is not read by any distribution: write one, such as ~ uniform(a, b)"),
    ({("drivers.erp", "why"): None}, "why", "a judgement needs its reason: add why"),
    ({("core.tax_rate", "unit"): "CNY m"}, "unit", "the unit of an assumption is changed in its file"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("edits", "column", "text"), BAD, ids=lambda value: str(next(iter(value))) if isinstance(value, dict) else ""
)
def test_an_edit_that_makes_no_sense_is_named_by_its_cell(
    odd: Path, edits: dict[tuple[str, str], Any], column: str, text: str
) -> None:
    plan = drafted(odd)
    result = edited(plan, odd, {at(plan, *place): value for place, value in edits.items()})
    assert not result.good
    name = next(iter(edits))[0]
    assert any(
        problem.place.file == str(at(plan, name, column)) and text in problem.text for problem in result.problems
    ), str(result)
    assert odd.read_bytes().decode("utf-8") == ODD


def test_all_complaints_come_at_once(odd: Path) -> None:
    plan = drafted(odd)
    bad: dict[Cell, Any] = {}
    for edits, _, _ in BAD:
        if len(edits) == 1:
            bad |= {at(plan, *place): value for place, value in edits.items() if place[1] in ("base", "a")}
    result = edited(plan, odd, bad)
    assert {problem.place.file for problem in result.problems} >= {
        str(cell) for cell in bad if "growth" not in str(cell)
    } - {
        str(at(plan, "core.owned", "base")),
        str(at(plan, "core.growth.from", "a")),
        str(at(plan, "drivers.boom", "a")),
    }
