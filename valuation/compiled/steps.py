"""The steps of a program: each is one NumPy call that reads some rows and numbers and fills one row.

Operations and their order are those of the eager reading, so that both find the same bits. Sums, products and
quotients hand infinity on as they hand on NaN; a divisor or an operand of any other operation has it made NaN first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Any, Final

import numpy as np

from ..formula import Row
from ..operations import OPERATIONS
from .graph import Node

Call = Callable[..., Any]


class Kind(Enum):
    """What a place is: a number or a column, a number repeated for each draw, or a row of draws."""

    NUMBER, WIDE, DRAWN, MADE, OUTPUT = range(5)


Place = tuple[Kind, int]


@dataclass(frozen=True)
class Step:
    """``call(*reads, gives)``, with what stands at these places."""

    call: Call
    reads: tuple[Place, ...]
    gives: Place


@dataclass
class Writer:
    """The steps of a graph, with the numbers that they need; ``certain`` are the values of certain nodes."""

    certain: Mapping[Node, float]
    drawn: Mapping[Row, int]
    steps: list[Step] = field(default_factory=list)
    numbers: list[Any] = field(default_factory=list)
    wide: list[float] = field(default_factory=list)
    _made: int = 0
    _places: dict[Node, Place] = field(default_factory=dict)
    _finite: dict[Place, Place] = field(default_factory=dict)
    _known: dict[tuple[Kind, bytes], Place] = field(default_factory=dict)

    def write(self, nodes: Sequence[Node], outputs: Sequence[Node]) -> list[Step]:
        """Write the steps of varying nodes, operands first, and of the outputs, without what no output needs."""
        for node in nodes:
            self._places[node] = self._of_operation(node) if node.operands else (Kind.DRAWN, self.drawn[node.leaf])
        for number, node in enumerate(outputs):
            self.steps.append(Step(_keep, (self._place(node),), (Kind.OUTPUT, number)))
        return _needed(self.steps)

    def _of_operation(self, node: Node) -> Place:
        name, operands = node.operation, node.operands
        if name in ("where", "valid") and not operands[0].varying:
            return self._chosen(self.certain[operands[0]], operands[1:])
        if name == "add_up":
            total = self._place(operands[0])
            for operand in operands[1:]:
                total = self._step(np.add, total, self._place(operand))
            return total
        if name in _HANDING_ON:
            return self._step(_HANDING_ON[name], *map(self._place, operands))
        if name == "divide":
            return self._step(np.divide, self._place(operands[0]), self._without_infinity(operands[1]))
        if name in _EXTREMES:
            return self._step(_EXTREMES[name], *(self._without_infinity(operand, wide=True) for operand in operands))
        return self._step(partial(_compute, name), *map(self._place, operands))

    def _chosen(self, test: float, choices: Sequence[Node]) -> Place:
        """What a test gives whose result no draw changes."""
        if np.isnan(test) or (test == 0 and len(choices) == 1):
            return self._number(np.nan)
        return self._place(choices[0 if test else 1])

    def _step(self, call: Call, *reads: Place) -> Place:
        self._made += 1
        self.steps.append(Step(call, reads, (Kind.MADE, self._made)))
        return self.steps[-1].gives

    def _place(self, node: Node) -> Place:
        if node.operation == "column":
            self.numbers.append(node.leaf.values)
            return Kind.NUMBER, len(self.numbers) - 1
        return self._places[node] if node.varying else self._number(self.certain[node])

    def _number(self, value: float, kind: Kind = Kind.NUMBER) -> Place:
        key = kind, np.float64(value).tobytes()
        if key not in self._known:
            kept: list[Any] = self.numbers if kind is Kind.NUMBER else self.wide
            kept.append(np.array(value) if kind is Kind.NUMBER else value)
            self._known[key] = kind, len(kept) - 1
        return self._known[key]

    def _without_infinity(self, node: Node, wide: bool = False) -> Place:
        """A place whose values are finite or NaN; a ``wide`` number, as NumPy compares rows faster than numbers."""
        if not node.varying:
            return self._number(self.certain[node], Kind.WIDE if wide else Kind.NUMBER)
        place = self._places[node]
        if place[0] is Kind.NUMBER or not (node.operation in _INFINITE or not node.operands):
            return place
        if place not in self._finite:
            self._finite[place] = self._step(np.add, place, self._step(np.subtract, place, place))
        return self._finite[place]


def _needed(steps: Sequence[Step]) -> list[Step]:
    """The steps that outputs need."""
    needed: set[Place] = set()
    found = []
    for step in reversed(steps):
        if step.gives[0] is Kind.OUTPUT or step.gives in needed:
            needed.update(step.reads)
            found.append(step)
    return found[::-1]


def _keep(value: Any, out: Any) -> None:
    """Keep an output: finite, or the one NaN whose bytes do not tell where it comes from."""
    out[...] = value
    finite = np.isfinite(out)
    if not finite.all():
        out[~finite] = np.nan


def _compute(name: str, *operands: Any) -> None:
    *given, out = operands
    out[...] = OPERATIONS[name].compute(*given)


def _negate(value: Any, out: Any) -> None:
    np.negative(value, out=out)


def _absolute(value: Any, out: Any) -> None:
    np.absolute(value, out=out)


def _greater(left: Any, right: Any, out: Any) -> None:
    np.maximum(left, right, out=out)  # by its name: NumPy will do without a third operand


def _smaller(left: Any, right: Any, out: Any) -> None:
    np.minimum(left, right, out=out)


_HANDING_ON: Final[dict[str, Call]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "negate": _negate,
    "absolute": _absolute,
}
_EXTREMES: Final[dict[str, Call]] = {"maximum": _greater, "minimum": _smaller}
_INFINITE: Final = {*_HANDING_ON, "divide", "add_up", "where", "valid"}
