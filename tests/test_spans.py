"""Where the reader says that each number stands: the characters there are the number, in every case."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import GOOD, SHIPPED

from valuation.assumptions import DEFAULT, Case
from valuation.problems import InvalidAssumptions, Problems
from valuation.reading import load
from valuation.reading.tree import Items, Node, Text, parse_yaml


def scalars(node: Node) -> dict[tuple[int, int], str]:
    """Every scalar of a tree by line and column."""
    if isinstance(node, Text):
        return {(node.place.line, node.place.column): node.text}
    children = node.items if isinstance(node, Items) else [child for _, child in node]
    return {place: text for child in children for place, text in scalars(child).items()}


@pytest.mark.parametrize("path", [*GOOD, *SHIPPED], ids=lambda path: path.stem)
def test_each_span_is_spelled_as_its_input_is_written(path: Path) -> None:
    case = load(path)
    texts: dict[str, dict[tuple[int, int], str]] = {}
    for found in case.inputs:
        if found.span is None:
            assert found.origin.sources == (DEFAULT,) or found.name.endswith(".gamma")
            continue
        file = found.span.place.file
        if file not in texts:
            tree = parse_yaml(Path(file).read_text("utf-8"), file, Problems())
            assert tree is not None
            texts[file] = scalars(tree)
        whole = texts[file][found.span.place.line, found.span.place.column]
        spelled = whole[found.span.start : found.span.end]
        if found.distribution is not None:
            assert spelled.startswith("~") and spelled.endswith(")")
        else:
            digits = float(spelled.split()[0].rstrip("%"))
            assert found.base == pytest.approx(digits / 100 if "%" in spelled else digits * 10.0**found.span.power)


def test_a_distribution_in_a_fade_or_a_list_may_say_its_base(case_of: Callable[[str], Case]) -> None:
    case = case_of(
        "segments:\n  a:\n    method: dcf\n    revenue: 100 CNY m\n    margin: 10%\n    tax_rate: 25%\n    wacc: 9%\n"
        "    sales_to_capital: 2\n    terminal_growth: 2%\n    terminal_return: 10%\n"
        "    growth: fade(~ pert(4%, 5%, 9%) base 6% to ~ uniform(1%, 2%) base 2% over 3 years)\n"
        "    path: [1%, ~ normal(2%, 1%) base 3%, 4%]\n    read: = total(path)\n    stub: = 0.5 + 0 * read\n"
    )
    bases = {found.name: (found.base, found.written) for found in case.inputs}
    assert bases["a.growth.from"] == (0.06, "~ pert(4%, 5%, 9%)")
    assert bases["a.growth.to"] == (0.02, "~ uniform(1%, 2%)")
    assert bases["a.path.2027"] == (0.03, "~ normal(2%, 1%)")


def test_a_base_is_said_once(case_of: Callable[[str], Case]) -> None:
    with pytest.raises(InvalidAssumptions, match="expected one base, found base twice"):
        case_of("segments: {a: {method: stake, value: {value: ~ uniform(1, 3) base 2, base: 2, unit: CNY m}}}\n")
