"""The first draws of a run once more, as probabilities: few enough for a sheet, and dependent as those of the run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from .evaluator import Evaluator
from .frame import Frame, find_frame
from .reordering import Reordering
from .results import Simulation
from .sampling import Design
from .work import Work

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Few:
    """Some draws of a run: a row an uncertain input of the case, a column a draw.

    ``uniforms`` (inputs, draws) are probabilities Phi(score) at which quantile functions give the run's values, and
    ``values`` are these.
    """

    names: tuple[str, ...]
    uniforms: Array
    values: Array

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return int(self.uniforms.shape[1])


def first_draws(evaluator: Evaluator, simulation: Simulation, count: int) -> Few:
    """Return the first ``count`` draws of a run, fewer where it has fewer, by seed and design alone."""
    drawn, draws = simulation.drawn, min(count, simulation.draws)
    frame = find_frame(evaluator) if drawn.kind == "sobol" else Frame.plain(evaluator)
    frame = frame.undirected() if drawn.dependence == "iman-conover" else frame
    plan = Design(drawn.kind, simulation.draws, drawn.asked, frame.streams, drawn.seed, drawn.replicates)  # type: ignore[arg-type]
    reordering = Reordering.of(evaluator, frame, plan) if drawn.dependence == "iman-conover" else None
    work = Work(evaluator, plan, frame.mixing(evaluator), kept=(), reordering=reordering)
    tiles, found = [], 0
    for start, stop in plan.tile_bounds:
        if found < draws:
            tiles.append((start // plan.run, start % plan.run, stop - start))
            found += stop - start
    scores = work.scores(tiles)[:, :draws]
    names = tuple(one.name for one in evaluator.uncertain)
    return Few(names, ndtr(scores), evaluator.values(scores))


def alike(names: tuple[str, ...], draws: int) -> Few:
    """Return draws that only have the shape of others: each at the median."""
    return Few(names, np.full((len(names), draws), 0.5), np.zeros((len(names), draws)))
