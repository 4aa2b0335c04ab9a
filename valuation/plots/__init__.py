"""Pictures with matplotlib: each draws into given axes, or into new ones, and returns them.

Colours are told apart in grey as well; every axis names its unit. The extra ``notebook`` installs matplotlib.

    from valuation import plots
    plots.football_field(case.value(), simulation, case.scenarios())
    plots.histogram(simulation, axes=my_axes)
"""

from .folder import of_case, of_comparison, pictures
from .football import football_field, parts
from .inputs import assumption, correlations, part_correlations
from .ladders import before_and_after, walk, waterfall
from .look import save
from .run import convergence, fan, histogram
from .sensitivity import by_event, contributions, goal, grid, shapley, sobol, tornado, worst

__all__ = [
    "assumption",
    "before_and_after",
    "by_event",
    "contributions",
    "convergence",
    "correlations",
    "fan",
    "football_field",
    "goal",
    "grid",
    "histogram",
    "of_case",
    "of_comparison",
    "part_correlations",
    "parts",
    "pictures",
    "save",
    "shapley",
    "sobol",
    "tornado",
    "walk",
    "waterfall",
    "worst",
]
