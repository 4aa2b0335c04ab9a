"""Random models for Hypothesis: trees over every operation of the table, to be read in any reading.

    @given(models())
    def test(model):
        lines = model.eager()                       # arrays by label
        recording, rows = model.recorded()          # Formulas by label; rows of the inputs in recording.inputs

A new operation joins ``ELEMENTWISE`` (or gets a branch in ``Model._node``); a test counts that none is forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

from valuation import operations as op
from valuation.formula import Block, Constant, Reference
from valuation.lines import Line, Lines
from valuation.model import is_yearly
from valuation.operations import OPERATIONS
from valuation.recording import Recording
from valuation.units import NUMBER

YEARS = 3
SCALARS = ("a", "b", "c")
YEARLY = ("x", "y")
ELEMENTWISE: Mapping[str, int] = {
    "add": 2, "subtract": 2, "multiply": 2, "divide": 2, "power": 2, "negate": 1, "maximum": 2, "minimum": 2,
    "absolute": 1, "exp": 1, "log": 1, "sqrt": 1, "normal_cdf": 1, "above": 2, "below": 2, "at_least": 2, "at_most": 2,
    "both": 2, "either": 2, "opposite": 1, "where": 3, "valid": 2, "add_up": 3,
    "median_of": 3, "average_of": 3, "harmonic_mean_of": 3, "lowest_of": 3, "highest_of": 3,
}  # fmt: skip
WHOLE_ROW = ("total", "final", "first")
NEIGHBOURS = ("previous", "following")
STEPS = {
    "added": lambda before, value: before + value,
    "highest": op.maximum,
    "grown": lambda before, value: before * (1 + value),
}
INPUTS = (*SCALARS, *(f"{name}.{year}" for name in YEARLY for year in range(1, YEARS + 1)))


@dataclass
class Model:
    """A tree of operations with draws of its inputs; ``nested`` keeps expressions whole instead of a line a node."""

    tree: tuple[Any, ...]
    draws: dict[str, list[float]]
    nested: bool = True
    _count: int = field(default=0, repr=False)
    disputed: bool = field(default=False, repr=False)  # 0^0 was met: an error in Excel and for us, 1 in other engines

    @property
    def inputs(self) -> dict[str, np.ndarray]:
        return {name: np.array(values) for name, values in self.draws.items()}

    def eager(self) -> Lines:
        lines = Lines(YEARS)
        with np.errstate(all="ignore"):
            self.build(lines, self.inputs)
        return lines

    def recorded(self) -> tuple[Recording, Reference]:
        recording = Recording(YEARS)
        given = {name: recording.input(name, name, NUMBER) for name in INPUTS}
        return recording, self.build(recording, given)

    def build(self, line: Line, given: Mapping[str, Any]) -> Any:
        """Run the tree in a reading; the last line is the result."""
        self._count = 0
        return line("Result", self._node(line, given, self.tree))

    def _node(self, line: Line, given: Mapping[str, Any], node: tuple[Any, ...]) -> Any:
        head, *rest = node
        if head == "scalar":
            return given[rest[0]]
        if head == "constant":
            return Constant(rest[0]) if isinstance(line, Recording) else np.float64(rest[0])
        if head == "period":
            return line.period
        if head == "yearly":
            return self._yearly(line, [given[f"{rest[0]}.{year}"] for year in range(1, YEARS + 1)])
        if head == "roll":
            return self._rolled(line, given, *rest)
        operands = [self._node(line, given, child) for child in rest]
        result = self._applied(line, head, operands)
        return result if self.nested else self._kept(line, result)

    def _applied(self, line: Line, head: str, operands: list[Any]) -> Any:
        if head in WHOLE_ROW:
            return OPERATIONS[head](self._kept(line, operands[0])) if is_yearly(operands[0]) else operands[0]
        if head in NEIGHBOURS:
            row = operands[0] if is_yearly(operands[0]) else operands[0] + line.period
            return getattr(op, head)(self._kept(line, row), self._single(line, operands[1]))
        if head == "power" and not isinstance(line, Recording):
            self.disputed |= bool(np.any(np.equal(operands[0], 0) & np.equal(operands[1], 0)))
        return OPERATIONS[head](*operands)

    def _rolled(self, line: Line, given: Mapping[str, Any], step: str, opening: Any, value: Any) -> Any:
        start = self._single(line, self._node(line, given, opening))
        row = self._node(line, given, value)
        row = self._kept(line, row if is_yearly(row) else row * line.period)
        return self._kept(line, op.roll_forward(STEPS[step], start, row))

    def _single(self, line: Line, quantity: Any) -> Any:
        return op.final(self._kept(line, quantity)) if is_yearly(quantity) else quantity

    def _kept(self, line: Line, quantity: Any) -> Any:
        self._count += 1
        return line(f"Line {self._count}", quantity)

    @staticmethod
    def _yearly(line: Line, items: list[Any]) -> Any:
        return Block(tuple(items), line.period) if isinstance(line, Recording) else np.stack(items)


def _taking(count: int) -> list[str]:
    return [name for name, wanted in ELEMENTWISE.items() if wanted == count]


def _trees() -> st.SearchStrategy[tuple[Any, ...]]:
    leaves = st.one_of(
        st.tuples(st.just("scalar"), st.sampled_from(SCALARS)),
        st.tuples(st.just("yearly"), st.sampled_from(YEARLY)),
        st.tuples(st.just("constant"), st.sampled_from((0.0, 1.0))),
        st.just(("period",)),
    )

    def grown(children: st.SearchStrategy[tuple[Any, ...]]) -> st.SearchStrategy[tuple[Any, ...]]:
        return st.one_of(
            st.tuples(st.sampled_from([*_taking(1), *WHOLE_ROW]), children),
            st.tuples(st.sampled_from([*_taking(2), *NEIGHBOURS]), children, children),
            st.tuples(st.sampled_from(_taking(3)), children, children, children),
            st.tuples(st.just("roll"), st.sampled_from(sorted(STEPS)), children, children),
        )

    return st.recursive(leaves, grown, max_leaves=12)


def _numbers() -> st.SearchStrategy[float]:
    awkward = st.sampled_from((0.0, 1.0, -1.0, 0.5, -0.5, 1e-9, 1e9, float("nan")))
    return awkward | st.floats(-5, 5, allow_nan=False).map(lambda value: round(value, 6))


def models(count: int = 4, *, nested: bool = True) -> st.SearchStrategy[Model]:
    """Random models with ``count`` draws of each input; signs, zeros and NaN among them."""
    size = len(INPUTS) * count
    numbers = st.lists(_numbers(), min_size=size, max_size=size)
    draws = numbers.map(lambda flat: {name: flat[i * count : (i + 1) * count] for i, name in enumerate(INPUTS)})
    return st.builds(Model, tree=_trees(), draws=draws, nested=st.just(nested))
