"""The floor under any engine: correlated normals of SOTP-10 and nothing else, by the same machine code and threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from valuation.compiled import scores
from valuation.simulation.evaluator import Evaluator
from valuation.simulation.frame import find_frame
from valuation.simulation.pool import cores
from valuation.simulation.sampling import TILE, design


def mix(evaluator: Evaluator, draws: int, seed: int) -> None:
    """Generate and mix at least ``draws`` draws of all inputs, and keep none of them."""
    frame = find_frame(evaluator)
    mixing, plan = frame.mixing(evaluator), design(draws, frame.streams, seed)

    def of_sequence(run: int) -> None:
        points = plan.points(run)
        waiting = np.empty((len(plan.names), scores.WIDTH))
        spare = np.empty((mixing.along.shape[1], scores.WIDTH))
        mixed = np.empty((mixing.inputs, scores.WIDTH))
        for first in range(0, plan.run, TILE):
            count = min(TILE, plan.run - first)
            base = points.base(first)
            for start in range(0, count, scores.BLOCK):
                size = min(scores.BLOCK, count - start)
                scores.normals(points.low, base, start, size, waiting)
                scores.mix(mixing.along, mixing.take, mixing.factor, waiting, spare, size, mixed)

    with ThreadPoolExecutor(cores()) as executor:
        for _ in executor.map(of_sequence, range(plan.runs)):
            pass


def make() -> Any:
    """The floor as a run of draws and a seed; no values come of it."""
    import valuation

    from .write_sotp10 import FOLDER

    evaluator = Evaluator.of(valuation.load(FOLDER).case)
    return lambda draws, seed: mix(evaluator, draws, seed)
