"""What the analyst is told of a base case without a value: each guarded line has words, pinned by a case."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import BAD

from valuation.demands import broken
from valuation.impossible import IMPOSSIBLE
from valuation.lines import snake
from valuation.problems import InvalidAssumptions

PACKAGE = Path(__file__).parents[1] / "valuation"
GUARDS = {"valid", "positive", "not_negative", "proper_share", "spread_over"}
NOT_TOLD = {
    "new_shares": "no part of the value",
    "spot_after_exercise": "eight steps of Newton's method solve every dilution on the broad grid of test_option",
}


def guarded_lines() -> Iterator[str]:
    """The labels of lines whose formula stands inside ``valid``; what a label is formatted with is a ``*``."""
    for folder in ("methods", "schedules", "transactions", "bridge.py"):
        path = PACKAGE / folder
        for file in [path] if path.is_file() else sorted(path.glob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "line":
                    inside = {n.id for argument in node.args[1:] for n in ast.walk(argument) if isinstance(n, ast.Name)}
                    if inside & GUARDS:
                        yield _label(node.args[0])


def _label(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return snake(str(node.value))
    if isinstance(node, ast.JoinedStr):
        parts = ["0star0" if isinstance(part, ast.FormattedValue) else str(part.value) for part in node.values]  # type: ignore[attr-defined]
        return snake("".join(parts)).replace("0star0", "*")
    return ast.unparse(node)


def test_every_guarded_line_has_its_words() -> None:
    labels = set(guarded_lines())
    assert len(labels) > 30
    told = {label for label in labels if any(_alike(pattern, label) for pattern in IMPOSSIBLE)}
    assert labels - told - {"label"} == set(NOT_TOLD)


def _alike(pattern: str, label: str) -> bool:
    return label == pattern or re.fullmatch(re.escape(label).replace(r"\*", r"\w+"), pattern) is not None


def test_every_demand_is_pinned_by_a_bad_case() -> None:
    pinned = [path.read_text("utf-8").partition("# problems\n")[2] for path in BAD]
    for line, demands in IMPOSSIBLE.items():
        for demand in demands:
            words = re.escape(demand.text.partition(", found")[0])
            cause = re.escape(demand.cause).replace(r"\*", r"\w+")
            shown = re.compile(rf"\.{cause}: {words}" if demand.cause else rf": {words}")
            assert any(shown.search(text) for text in pinned), (line, demand.cause)


def test_a_line_that_asks_nothing_and_a_demand_that_is_met_say_nothing() -> None:
    assert broken(IMPOSSIBLE, "enterprise_value", {"wacc": 0.1}) is None
    assert broken(IMPOSSIBLE, "wacc_less_terminal_growth", {"wacc": 0.1, "terminal_growth": 0.02}) is None
    assert broken(IMPOSSIBLE, "wacc_less_terminal_growth", {"wacc": 0.01}) is None


def test_large_amounts_are_written_in_full() -> None:
    found = broken(IMPOSSIBLE, "net_operating_loss_at_the_outset", {"nol": -12_345_678.0})
    assert found is not None
    assert found.text == "expected a loss carried forward of at least 0, found -12,345,678"


def test_a_line_beside_the_value_is_never_the_cause(case_of: Callable[..., object]) -> None:
    # the schedule has no value either, but the value of a share does not hang on it
    text = """schedules:
  fund: {schedule: holding_discount, nav: -10 CNY m, market_cap: 5 CNY m, control: 5%}
segments:
  a: {method: multiple, metric: -5 CNY m, multiple: 10, basis: EV/EBIT}
"""
    with pytest.raises(InvalidAssumptions) as caught:
        case_of(text)
    assert [problem.name for problem in caught.value.problems] == ["a.metric"]
