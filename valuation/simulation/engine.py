"""Simulation: draws of the uncertain inputs pushed through the model, chunk by chunk, in bounded memory.

A chunk is a whole number of tiles, and a tile is always the same draws, so the same seed gives the same bytes for any
chunk size. A named input is one draw wherever it is used. An impossible draw is NaN, counted and named, never repaired.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from ..assumptions import Case
from ..bridge import Valuation
from ..dependence import Dependence
from ..lines import Lines, single, snake
from ..model import base_value, scope_of
from .evaluator import Evaluator
from .results import Simulation
from .sampling import Design, design

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]
CHUNK: Final = 8192
DRAWS: Final = 100_000
SEED: Final = 20260202


def simulate(
    case: Case,
    draws: int = DRAWS,
    seed: int = SEED,
    *,
    kind: Literal["sobol", "random"] = "sobol",
    chunk: int = CHUNK,
    progress: Progress | None = None,
    keep: Sequence[str] = (),
) -> Simulation:
    """Value the case for many draws of its uncertain inputs.

    ``draws`` is rounded up to fit the design (scrambled Sobol: replicates x a power of two). ``progress(done, all)`` is
    called after each chunk. ``keep`` names inputs, assumptions and lines whose draws are kept as well, such as
    'cloud.wacc' or 'cloud.enterprise_value'; KeyError for a name that is neither. Deterministic in ``seed``;
    independent of ``chunk``.
    """
    if draws < 1:
        raise ValueError(f"expected at least 1 draw, found {draws}")
    evaluator = Evaluator.of(case)
    plan = design(draws, len(evaluator.uncertain), seed, kind)
    kept = _Kept.empty(case, plan.draws)
    for start, scores in _chunks(plan, chunk):
        given = evaluator.draw(scores)
        found, lines = evaluator.run(given)
        kept.keep(start, scores.shape[1], found, lines)
        kept.keep_named(start, scores.shape[1], {name: named(case, lines, given, name) for name in keep})
        if progress is not None:
            progress(start + scores.shape[1], plan.draws)
    return kept.simulation(case, plan, evaluator.dependence, draws, seed, kind)


def base_price(case: Case) -> float | None:
    """The price in the base case: it is known today, even where the exchange rate behind it is drawn."""
    found = base_value(case)
    return None if found.price is None else single(found.price)


def named(case: Case, lines: Lines, given: Mapping[str, Array], name: str) -> Array:
    """The draws of an input, an assumption or a line by its dotted name: (draws,), or (years, draws) when yearly."""
    if name in given:
        return given[name]
    if name in case.assumptions:
        return lines.scopes[scope_of(case.assumptions[name])][name]
    scope, _, line = name.rpartition(".")
    return lines.scopes[scope][snake(line)]


def _chunks(plan: Design, chunk: int) -> Iterator[tuple[int, Array]]:
    """Join tiles until a chunk is full; at least one tile."""
    waiting: list[Array] = []
    begin = size = 0
    for start, scores in plan.tiles():
        if not waiting:
            begin, size = start, 0
        waiting.append(scores)
        size += scores.shape[1]
        if size >= chunk:
            yield begin, np.concatenate(waiting, axis=1)
            waiting = []
    if waiting:
        yield begin, np.concatenate(waiting, axis=1)


@dataclass
class _Kept:
    """The results that outlive a chunk."""

    per_share: Array
    parts: dict[str, Array]
    attributable: dict[str, Array]
    invalid: Counter[str]
    named: dict[str, Array] = field(default_factory=dict)

    @classmethod
    def empty(cls, case: Case, draws: int) -> _Kept:
        parts = {name: np.empty(draws) for name in case.parts}
        attributable = {name: np.empty(draws) for name in case.parts}
        return cls(np.empty(draws), parts, attributable, Counter())

    def keep(self, start: int, size: int, found: Valuation, lines: Lines) -> None:
        here = slice(start, start + size)
        self.per_share[here] = found.per_share
        for name, part in found.parts.items():
            self.parts[name][here] = part.per_share
            self.attributable[name][here] = part.attributable
        bad = ~np.isfinite(self.per_share[here])
        if bad.any():
            self.invalid.update(lines.invalid.counts(bad))

    def keep_named(self, start: int, size: int, found: Mapping[str, Array]) -> None:
        for name, values in found.items():
            if name not in self.named:
                self.named[name] = np.empty((*values.shape[:-1], len(self.per_share)))
            self.named[name][..., start : start + size] = values

    def simulation(
        self, case: Case, plan: Design, dependence: Dependence, asked: int, seed: int, kind: str
    ) -> Simulation:
        return Simulation(
            per_share=self.per_share,
            parts=self.parts,
            attributable=self.attributable,
            price=base_price(case),
            seed=seed,
            kind=kind,
            asked=asked,
            replicates=plan.replicates,
            invalid=dict(self.invalid),
            repair=dependence.report,
            kept=self.named,
        )
