"""The recorded model as a list of NumPy calls: the plain engine's reading of many draws, which needs no compiler.

Each call fills one row of draws, and a row is used again when nothing needs what it holds. So a block of draws passes
through all calls without leaving the cache, and nothing is computed that the outputs do not need.

The calls are those of the eager reading, a call for each number of each year, so both find the same bits. Each is so
short that threads get into each other's way; processes do not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Final

import numpy as np

from ..assumptions import Case
from ..formula import Formula, Row
from ..lines import Array
from ..recording import Recording
from .graph import Graph, behind, certain_values
from .kernel import draws_of, wanted
from .steps import Kind, Place, Step, Writer

BLOCK: Final = 8192
"""How many draws pass through all calls at once: enough that a call costs little, few enough to stay in the cache."""


@dataclass(frozen=True)
class Program:
    """A model as a list of NumPy calls, called like a ``Kernel``.

    ``program(values, out)`` takes values (uncertain inputs, draws), in the order of ``uncertain``, and fills out
    (outputs, draws), whose rows ``places`` names; what is impossible is NaN. Several threads may call it at once.
    """

    uncertain: tuple[str, ...]
    places: Mapping[str, slice]
    outputs: int
    _calls: Sequence[tuple[Callable[..., Any], itemgetter[Any]]] = field(repr=False)
    _numbers: Sequence[Any] = field(repr=False)
    _wide: Array = field(repr=False)
    _work: int = field(repr=False)

    def __call__(self, values: Array, out: Array) -> None:
        """Compute the outputs; ValueError for arrays of other shapes, whose draws lie apart, or read-only."""
        draws = draws_of(values, out, len(self.uncertain), self.outputs)
        block = max(min(BLOCK, draws), 1)
        work = np.empty((self._work, (block // 8 | 1) * 8))  # odd lines: caches spread them
        with np.errstate(all="ignore"):
            for start in range(0, draws, block):
                here = slice(start, min(start + block, draws))
                count = here.stop - start
                drawn, kept = values[:, here], out[:, here]
                places = [*self._numbers, *self._wide[:, :count], *drawn, *work[:, :count], *kept]
                for call, taken in self._calls:
                    call(*taken(places))


def write_model(case: Case, uncertain: Sequence[str], keep: Sequence[str] = ()) -> Program:
    """Write the program of a case for draws of some of its inputs; its outputs are those of ``compile_model``."""
    recording, given, outputs = wanted(case, keep)
    return write_rows(recording, given, {name: recording.inputs[name] for name in uncertain}, outputs)


def write_rows(
    recording: Recording, given: Mapping[Row, Any], uncertain: Mapping[str, Row], outputs: Mapping[str, Formula]
) -> Program:
    """Write the program of the outputs of a recording; ``given`` holds the values of the certain inputs, by row."""
    places, wanted_nodes = Graph(recording, frozenset(uncertain.values())).placed(outputs)
    nodes = behind(wanted_nodes)
    certain = certain_values((n for n in nodes if not n.varying), {**given, **dict(recording.constants.values())})
    writer = Writer(certain, {row: number for number, row in enumerate(uncertain.values())})
    varying = sorted((node for node in nodes if node.varying), key=lambda node: node.visit)
    steps, work = _on_rows(writer.write(varying, wanted_nodes))
    begins = np.cumsum([0, len(writer.numbers), len(writer.wide), len(uncertain), work])
    begin = dict(zip(Kind, begins.tolist(), strict=True))
    calls = [
        (step.call, itemgetter(*(begin[kind] + number for kind, number in (*step.reads, step.gives)))) for step in steps
    ]
    wide = np.repeat(np.array(writer.wide, dtype=np.float64).reshape(-1, 1), BLOCK, axis=1)
    return Program(tuple(uncertain), places, len(wanted_nodes), calls, writer.numbers, wide, work)


def _on_rows(steps: Sequence[Step]) -> tuple[list[Step], int]:
    """Put what is made on as few rows as possible, and say how many; a call may fill a row that it reads last."""
    last = {place: number for number, step in enumerate(steps) for place in step.reads}
    rows: dict[Place, Place] = {}
    free: list[Place] = []
    found, count = [], 0
    for number, step in enumerate(steps):
        reads = tuple(rows.get(place, place) for place in step.reads)
        free += [rows[place] for place in dict.fromkeys(step.reads) if place in rows and last[place] == number]
        if step.gives[0] is Kind.MADE:
            if not free:
                free.append((Kind.MADE, count))
                count += 1
            rows[step.gives] = free.pop()
        found.append(Step(step.call, reads, rows.get(step.gives, step.gives)))
    return found, count
