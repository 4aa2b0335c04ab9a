"""Sensitivity: which assumptions move the value, by how much, and where they would have to be.

Each analysis is one file and gives a frozen result with ``as_json()`` and ``to_frame()``. Only uncertain inputs count.
Impossible draws are left out of every figure, and counted.
"""

from .by_event import ByEvent, by_event
from .contributions import Contributions, contributions
from .dependence_effect import DependenceEffect, dependence_effect
from .draws import Sample, sample
from .goal import Goal, goal
from .grid import Axis, Grid, grid
from .report import ALL, QUICK, Sensitivity, sensitivity
from .shapley import Effects, Shapley, shapley, shapley_effects
from .sobol import Indices, Sobol, sobol, sobol_indices
from .tornado import Tornado, tornado
from .worst import Worst, worst

__all__ = [
    "ALL",
    "QUICK",
    "Axis",
    "ByEvent",
    "Contributions",
    "DependenceEffect",
    "Effects",
    "Goal",
    "Grid",
    "Indices",
    "Sample",
    "Sensitivity",
    "Shapley",
    "Sobol",
    "Tornado",
    "Worst",
    "by_event",
    "contributions",
    "dependence_effect",
    "goal",
    "grid",
    "sample",
    "sensitivity",
    "shapley",
    "shapley_effects",
    "sobol",
    "sobol_indices",
    "tornado",
    "worst",
]
