"""The lines that the reference of assumption files names are those that formulas can read."""

from __future__ import annotations

import re

from conftest import every_good_case

from valuation.assumptions import Case
from valuation.expressions import names_in
from valuation.labels import labels
from valuation.order import resolve
from valuation.schedules import SCHEDULES


@every_good_case
def test_every_line_that_a_formula_of_a_case_reads_is_named(good: Case) -> None:
    for assumption in good.assumptions.values():
        for name in names_in(assumption.expression):
            target = resolve(name.dotted, assumption.scope, good.assumptions, {*good.workings}, assumption.name) or ""
            if target.endswith(".*"):
                line, named = name.dotted.rpartition(".")[2], labels(good.workings[target[:-2]].calculation.function)
                assert any(re.fullmatch(label.replace("*", r"\w+"), line) for label in named), (target, line)


def test_lines_whose_label_a_helper_is_given_are_named() -> None:
    assert {"cost_of_equity", "cost_of_debt_before_tax", "wacc"} <= {*labels(SCHEDULES["cost_of_capital"].function)}
    assert "equity_stub_per_share" in labels(SCHEDULES["stub_value"].function)
