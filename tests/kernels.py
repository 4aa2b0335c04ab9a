"""What every fast reading of a recorded model is held against: nasty numbers, operations alone, draws of a case."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from valuation.assumptions import Case
from valuation.formula import Formula
from valuation.operations import OPERATIONS
from valuation.recording import Recording
from valuation.simulation.evaluator import Evaluator
from valuation.units import NUMBER

NAN = math.nan
NASTY = (
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, 1.1, 7.3, -38.0, 38.5, 700.0, 709.8, -745.0, -746.0, 1e-9, -1e-9,
    1e9, 5e-324, 1e-310, 1e-300, -1e-300, 1e300, 1.7e308, -1.7e308, 2.0**53, 2.0**53 - 1, math.inf, -math.inf, NAN,
)  # fmt: skip
FEW = (0.0, -0.0, 1.0, -1.0, 0.5, 1e-300, 1e300, -1.7e308, math.inf, NAN)


def grid(name: str) -> np.ndarray:
    """Nasty operands: every pair, and every triple of a few; operations of any number get three, and four."""
    count = {"where": 3}.get(name, OPERATIONS[name].excel.count("{}"))
    if name.endswith("_of") or name == "add_up":
        count = 3
    return np.array(list(itertools.product(NASTY if count < 3 else FEW, repeat=count))).T.copy()


def recorded(name: str, count: int) -> tuple[Recording, Formula]:
    recording = Recording(1)
    return recording, OPERATIONS[name](*(recording.input(f"i{k}", f"i{k}", NUMBER) for k in range(count)))


def drawn_values(case: Case, draws: int = 500) -> tuple[list[str], dict[str, Any], np.ndarray]:
    names = [found.name for found in case.inputs if found.distribution is not None]
    values = Evaluator.of(case).draw(np.random.default_rng(11).standard_normal((len(names), draws)))
    return names, values, np.array([np.broadcast_to(values[name], (draws,)) for name in names])
