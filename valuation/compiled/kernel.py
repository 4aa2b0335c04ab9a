"""A compiled model: draws of its uncertain inputs in, its outputs out, beside other threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..assumptions import Case
from ..formula import Formula, Reference, Row
from ..lines import Array, snake
from ..recording import Recording
from ..trial import record
from .cache import Compiler, digest
from .graph import Graph, Node, certain_values
from .pieces import Piece, pieces_of
from .spelling import SPELLINGS, TESTS

DRIVER: Final = """\
from valuation.compiled.arithmetic import *


@njit("void(intp, intp, intp[::1], intp[::1], intp[::1], intp[::1], intp[::1], intp[::1])", nogil=True, cache=CACHE)
def run(draws, block, code, rows, certain, addresses, moves, here):
    for start in range(0, draws, block):
        for k in range(len(here)):
            here[k] = addresses[k] + moves[k] * start
        for k in range(len(code)):
            call(code[k], min(block, draws - start), rows[k], certain[k])
"""
WORKSPACE: Final = 40_000
SHORTEST: Final = 120
BLOCK: Final = 1000
VALUE, HANDED_ON, OUTPUT = range(3)


@dataclass(frozen=True)
class NotCompiled:
    """Why a model is not compiled; the plain reading computes it all the same."""

    reason: str


@dataclass(frozen=True)
class Kernel:
    """A compiled model.

    ``kernel(values, out)`` takes values (uncertain inputs, draws), in the order of ``uncertain``, and fills out
    (outputs, draws), whose rows ``places`` names; what is impossible is NaN. Rows of either may lie apart, draws may
    not. The same kernel may be called by several threads at once. ``digest`` is of the formulas, not of numbers,
    ``texts`` are the pieces of code, ``trouble`` says why they were not kept on disk, '' when they were.
    """

    uncertain: tuple[str, ...]
    places: Mapping[str, slice]
    digest: str
    trouble: str
    texts: tuple[str, ...] = field(repr=False)
    _run: Any = field(repr=False)
    _pieces: Sequence[Any] = field(repr=False)  # what was compiled must outlive its addresses
    _table: _Table = field(repr=False)

    def __call__(self, values: Array, out: Array) -> None:
        """Compute the outputs; ValueError for arrays of other shapes, whose draws lie apart, or read-only."""
        table = self._table
        draws = draws_of(values, out, len(self.uncertain), table.outputs)
        work = np.empty((table.rows_handed_on, (table.block // 8 | 1) * 8))  # odd lines: caches spread them
        arrays = (values, work, out)
        bases = np.array([array.ctypes.data for array in arrays], dtype=np.intp)
        steps = np.array([array.strides[0] for array in arrays], dtype=np.intp)
        addresses = bases[table.kinds] + steps[table.kinds] * table.numbers
        moves = np.where(table.kinds == HANDED_ON, 0, values.itemsize).astype(np.intp)
        here = np.empty_like(addresses)
        rows = here.ctypes.data + table.first_row * here.itemsize
        certain = table.certain.ctypes.data + table.first_certain * table.certain.itemsize
        if len(table.code) and draws:
            self._run(draws, table.block, table.code, rows, certain, addresses, moves, here)
        for place, value in table.fixed:
            out[place] = value
        for place, number in table.passed_on:
            out[place] = np.where(np.isfinite(values[number]), values[number], np.nan)


@dataclass(frozen=True)
class _Table:
    """Where each piece finds what it reads and writes: rows by kind and number, certain values."""

    outputs: int
    rows_handed_on: int
    block: int
    code: NDArray[np.intp]
    kinds: NDArray[np.intp]
    numbers: NDArray[np.intp]
    first_row: NDArray[np.intp]
    certain: Array
    first_certain: NDArray[np.intp]
    fixed: Sequence[tuple[int, float]]
    passed_on: Sequence[tuple[int, int]]


def draws_of(values: Array, out: Array, uncertain: int, outputs: int) -> int:
    """Return how many draws values (uncertain inputs, draws) and out (outputs, draws) have; ValueError for others."""
    draws = _draws(values, uncertain)
    if _draws(out, outputs) != draws:
        raise ValueError(f"expected outputs of {draws} draws, found {out.shape[-1]}")
    if not out.flags.writeable:
        raise ValueError("the array of outputs is read-only: give one of its own")
    return draws


def _draws(array: Array, rows: int) -> int:
    shape = np.shape(array)
    if len(shape) != 2 or shape[0] != rows or array.dtype != np.float64:
        raise ValueError(f"expected {rows} rows of float64, found {array.dtype} of shape {shape}")
    if min(shape) > 0 and shape[1] > 1 and array.strides[1] != array.itemsize:
        raise ValueError("the draws of a row must lie side by side: use np.ascontiguousarray")
    return int(shape[1])


def compile_model(case: Case, uncertain: Sequence[str], keep: Sequence[str] = ()) -> Kernel | NotCompiled:
    """Compile the model of a case for draws of some of its inputs; every other input has its base value.

    The outputs are ``per_share``, each part's ``<part>.per_share`` and ``<part>.attributable``, and what ``keep`` names
    as ``simulate`` does: an input, an assumption or a line by its dotted name; a yearly row is a row of outputs a year.
    """
    recording, given, outputs = wanted(case, keep)
    return compile_rows(recording, given, {name: recording.inputs[name] for name in uncertain}, outputs)


def wanted(case: Case, keep: Sequence[str]) -> tuple[Recording, dict[Row, Array], dict[str, Formula]]:
    """The recording of a case, the base values of its inputs, and the outputs by name; see ``compile_model``."""
    recording, found = record(case)
    outputs = {"per_share": found.per_share}
    for name, part in found.parts.items():
        outputs |= {f"{name}.per_share": part.per_share, f"{name}.attributable": part.attributable}
    outputs |= {name: _named(recording, name) for name in keep}
    return recording, {row: case.base_values[name] for name, row in recording.inputs.items()}, outputs


def _named(recording: Recording, name: str) -> Reference:
    """The row of an input, an assumption or a line; KeyError for a name that is neither."""
    if name in recording.inputs:
        return Reference(recording.inputs[name])
    assumed = next((row for row in recording.written if row.name == name), None)
    if assumed is not None:
        return Reference(assumed)
    scope, _, line = name.rpartition(".")
    lines = {snake(row.label): row for row in recording.scopes[scope].rows if not row.name}
    if snake(line) not in lines:
        raise KeyError(name)
    return Reference(lines[snake(line)])


def compile_rows(
    recording: Recording,
    given: Mapping[Row, Any],
    uncertain: Mapping[str, Row],
    outputs: Mapping[str, Formula],
    compiler: Compiler | None = None,
) -> Kernel | NotCompiled:
    """Compile the outputs of a recording; ``given`` holds the values of the certain inputs, by row."""
    trouble = _without_numba()
    if trouble:
        return NotCompiled(trouble)
    graph = Graph(recording, frozenset(uncertain.values()))
    places, nodes = graph.placed(outputs)
    unspelled = graph.unspelled(nodes, {*SPELLINGS, *TESTS})
    if unspelled:
        return NotCompiled(f"the operation {unspelled} on drawn numbers has no compiled spelling")
    return _kernel(graph, nodes, given, uncertain, places, compiler or Compiler())


def _without_numba() -> str:
    try:
        import numba  # noqa: F401
    except ImportError as error:  # numba also refuses a NumPy that it does not know
        return f"numba cannot be used, install valuation[fast] ({error})"
    return ""


def _kernel(
    graph: Graph,
    nodes: list[Node],
    given: Mapping[Row, Any],
    uncertain: Mapping[str, Row],
    places: Mapping[str, slice],
    compiler: Compiler,
) -> Kernel:
    pieces = pieces_of(nodes)
    run = compiler.load(DRIVER)["run"]
    compiled = {text: compiler.load(text)["piece"] for text in dict.fromkeys(piece.text for piece in pieces)}
    cells = {**given, **dict(graph.recording.constants.values())}
    numbers = {row: number for number, row in enumerate(uncertain.values())}
    table = _table(pieces, [compiled[piece.text].address for piece in pieces], nodes, numbers, cells)
    shape = repr((places, table.kinds.tolist(), table.numbers.tolist(), table.first_row.tolist()))
    key = digest(*uncertain, *(piece.text for piece in pieces), shape)
    return Kernel(tuple(uncertain), places, key, compiler.trouble, tuple(compiled), run, list(compiled.values()), table)


def _table(
    pieces: list[Piece], code: list[int], outputs: list[Node], inputs: Mapping[Row, int], cells: Mapping[Row, Any]
) -> _Table:
    rows = _Rows(inputs)
    found: list[tuple[int, int]] = []
    first_row: list[int] = []
    first_certain: list[int] = []
    certain: list[Node] = []
    last = {node: number for number, piece in enumerate(pieces) for node in piece.reads}
    for number, piece in enumerate(pieces):
        first_row.append(len(found))
        first_certain.append(len(certain))
        certain += piece.certain
        found += [rows.read(node) for node in piece.reads]
        found += [rows.written(node, place) for node, place in piece.writes]
        rows.release(node for node in piece.reads if last[node] == number)
    values = certain_values([*certain, *(node for node in outputs if not node.varying)], cells)
    kinds, numbers = np.array(found, dtype=np.intp).reshape(-1, 2).T.copy()
    block = max(SHORTEST, min(BLOCK, WORKSPACE // max(rows.count, 1))) // 8 * 8
    drawn = [(place, inputs[node.leaf]) for place, node in enumerate(outputs) if node.varying and not node.operands]
    return _Table(
        len(outputs),
        rows.count,
        block,
        np.array(code, dtype=np.intp),
        kinds,
        numbers,
        np.array(first_row, dtype=np.intp),
        np.array([values[node] for node in certain]),
        np.array(first_certain, dtype=np.intp),
        [(place, values[node]) for place, node in enumerate(outputs) if not node.varying],
        drawn,
    )


@dataclass
class _Rows:
    """Which row holds a node: one of the values, of the outputs, or of those handed on, which are used again."""

    inputs: Mapping[Row, int]
    count: int = 0
    _held: dict[Node, tuple[int, int]] = field(default_factory=dict)
    _free: list[int] = field(default_factory=list)

    def read(self, node: Node) -> tuple[int, int]:
        return (VALUE, self.inputs[node.leaf]) if not node.operands else self._held[node]

    def written(self, node: Node, place: int | None) -> tuple[int, int]:
        if place is not None:
            row = (OUTPUT, place)
        elif self._free:
            row = (HANDED_ON, self._free.pop())
        else:
            row = (HANDED_ON, self.count)
            self.count += 1
        self._held[node] = row
        return row

    def release(self, nodes: Any) -> None:
        self._free += [self._held[node][1] for node in nodes if self._held.get(node, (VALUE, 0))[0] == HANDED_ON]
