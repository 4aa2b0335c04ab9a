"""The graph behind a compiled model: one node for each number of each year that the outputs need.

Rows are taken in an order that stays in one scope as long as it can. A *visit* is such a stay; equal numbers of one
visit are one node. A node is certain when no drawn input stands behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..formula import Before, Block, Column, Constant, Formula, Reference, Row
from ..operations import OPERATIONS, rows_read
from ..recording import CONSTANTS, INPUTS, Recording, reads_before

CERTAIN = -1


@dataclass(eq=False, slots=True)
class Node:
    """One number: a leaf (a row of the inputs, a constant, a literal, a column) or an operation on other nodes."""

    operation: str
    operands: tuple[Node, ...]
    leaf: Any
    visit: int
    varying: bool


@dataclass
class Graph:
    """The nodes of a recording, made on demand; ``varying`` are the rows of the inputs that are drawn."""

    recording: Recording
    varying: frozenset[Row]
    _known: dict[Row, tuple[Node, ...]] = field(default_factory=dict)
    _shared: dict[tuple[Any, ...], Node] = field(default_factory=dict)
    _visit: int = CERTAIN

    def outputs(self, formulas: Iterable[Formula]) -> list[tuple[Node, ...]]:
        """The nodes of some formulas, a node a year or one; everything they need is made before them."""
        wanted, here = list(formulas), None
        for scope, row in in_visits(needed_rows(self.recording, wanted)):
            if scope != here:
                here, self._visit = scope, self._visit + 1
            self._known[row] = self._of_row(row)
        self._visit += 1
        return [self._of_formula(formula) for formula in wanted]

    def placed(self, outputs: Mapping[str, Formula]) -> tuple[dict[str, slice], list[Node]]:
        """The nodes of named formulas one after another, and the places of each name among them."""
        places: dict[str, slice] = {}
        nodes: list[Node] = []
        for name, found in zip(outputs, self.outputs(outputs.values()), strict=True):
            places[name] = slice(len(nodes), len(nodes) + len(found))
            nodes += found
        return places, nodes

    def unspelled(self, outputs: Iterable[Node], known: set[str]) -> str:
        """The first operation on varying numbers that is not among the known ones; '' when all are."""
        unknown = (node.operation for node in behind(outputs) if node.varying and node.operands)
        return next((name for name in unknown if name not in known), "")

    def _of_formula(self, formula: Formula) -> tuple[Node, ...]:
        years = range(self.recording.years) if formula.yearly else (0,)
        return tuple(self._node(formula, year) for year in years)

    def _of_row(self, row: Row) -> tuple[Node, ...]:
        assert row.formula is not None
        years = self.recording.years if row.yearly else 1
        if not row.formula.yearly:
            return (self._node(row.formula, 0),) * years
        if row.opening is None or not reads_before(row.formula):
            return tuple(self._node(row.formula, year) for year in range(years))
        nodes, before = [], self._node(row.opening, 0)
        for year in range(years):
            before = self._node(row.formula, year, before)
            nodes.append(before)
        return tuple(nodes)

    def _node(self, formula: Formula, year: int, before: Node | None = None) -> Node:
        match formula:
            case Constant():
                return self._leaf("literal", formula.value)
            case Reference():
                return self._of_reference(formula.row, year)
            case Column():
                return self._leaf("column", formula)
            case Block():
                return self._of_reference(formula.items[year].row, 0)
            case Before():
                assert before is not None
                return before
        assert formula.operation is not None
        name, operands = formula.operation.name, formula.operands
        if name in NEIGHBOURS_AND_ROWS:
            assert isinstance(operands[0], Reference)
            cells = [self._of_reference(operands[0].row, number) for number in range(self.recording.years)]
            return self._of_cells(name, cells, year, operands[1:])
        return self._operation(name, tuple(self._node(operand, year, before) for operand in operands))

    def _of_reference(self, row: Row, year: int) -> Node:
        if row is self.recording.period_row:
            return self._leaf("literal", float(year + 1))
        if row.scope in (CONSTANTS, INPUTS) and row.formula is None:
            return self._leaf("cell", row)
        nodes = self._known[row]
        return nodes[year if row.yearly else 0]

    def _of_cells(self, name: str, cells: list[Node], year: int, ends: tuple[Formula, ...]) -> Node:
        """What reads a whole row, or a neighbour of the year."""
        match name:
            case "first":
                return cells[0]
            case "final":
                return cells[-1]
            case "previous":
                return cells[year - 1] if year > 0 else self._node(ends[0], 0)
            case "following":
                return cells[year + 1] if year + 1 < len(cells) else self._node(ends[0], 0)
        total = cells[0]
        for cell in cells[1:]:
            total = self._operation("add", (total, cell))
        return total

    def _leaf(self, kind: str, leaf: Any) -> Node:
        return self._keep(kind, (), leaf, leaf in self.varying if kind == "cell" else False)

    def _operation(self, name: str, operands: tuple[Node, ...]) -> Node:
        return self._keep(name, operands, None, any(operand.varying for operand in operands))

    def _keep(self, name: str, operands: tuple[Node, ...], leaf: Any, varying: bool) -> Node:
        visit = self._visit if varying and operands else CERTAIN
        key = (visit, name, leaf if isinstance(leaf, float) else id(leaf), *map(id, operands))
        if key not in self._shared:
            self._shared[key] = Node(name, operands, leaf, visit, varying)
        return self._shared[key]


NEIGHBOURS_AND_ROWS = {
    *(name for name, operation in OPERATIONS.items() if operation.whole_row),
    "previous",
    "following",
}


def needed_rows(recording: Recording, formulas: Iterable[Formula]) -> list[Row]:
    """The written rows that some formulas need, as they were written; rows that nothing needs are left out."""
    needed: set[Row] = set()
    waiting = [row for formula in formulas for row in rows_read(formula)]
    while waiting:
        row = waiting.pop()
        if row.formula is not None and row not in needed:
            needed.add(row)
            waiting += _read_by(row)
    return [row for row in recording.written if row in needed]


def _read_by(row: Row) -> list[Row]:
    """The rows that a row needs; its opening value where it is rolled forward from it."""
    assert row.formula is not None
    opening = rows_read(row.opening) if row.opening is not None and reads_before(row.formula) else []
    return [*rows_read(row.formula), *opening]


def in_visits(rows: list[Row]) -> Iterator[tuple[str, Row]]:
    """Rows behind all that they read, staying in one scope as long as it has a row that may come next."""
    known = set(rows)
    left = {row: {read for read in _read_by(row) if read in known} for row in rows}
    readers: dict[Row, list[Row]] = {row: [] for row in rows}
    for row, reads in left.items():
        for read in reads:
            readers[read].append(row)
    ready: dict[str, list[Row]] = {}
    for row in rows:
        if not left[row]:
            ready.setdefault(row.scope, []).append(row)
    while ready:
        scope = next(iter(ready))
        while scope in ready:
            row = ready[scope].pop()
            if not ready[scope]:
                del ready[scope]
            yield scope, row
            for reader in readers[row]:
                left[reader].discard(row)
                if not left[reader]:
                    ready.setdefault(reader.scope, []).append(reader)


def certain_values(nodes: Iterable[Node], given: Mapping[Row, Any]) -> dict[Node, float]:
    """The value of each certain node, computed by the operations' own NumPy; NaN where it is not finite."""
    values: dict[Node, Any] = {}
    for node in behind(nodes):
        match node.operation:
            case "literal":
                found = node.leaf
            case "cell":
                found = given[node.leaf]
            case "column":
                values[node] = node.leaf.values
                continue
            case _:
                found = OPERATIONS[node.operation].compute(*(values[operand] for operand in node.operands))
        values[node] = float(np.ravel(found)[0])
    return {node: value if np.isfinite(value) else np.nan for node, value in values.items() if np.ndim(value) == 0}


def behind(nodes: Iterable[Node]) -> list[Node]:
    """Nodes and all that stands behind them, operands first, each where it is first needed."""
    found: dict[Node, None] = {}
    waiting = [(node, False) for node in reversed(list(nodes))]
    while waiting:
        node, opened = waiting.pop()
        if node in found:
            continue
        if opened or not node.operands:
            found[node] = None
        else:
            waiting.append((node, True))
            waiting += [(operand, False) for operand in reversed(node.operands)]
    return list(found)
