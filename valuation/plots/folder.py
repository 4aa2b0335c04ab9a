"""All pictures that make sense for a case, by the names of their files; each is drawn when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from ..base_case import BaseCase
from ..comparison import Comparison
from ..sensitivity import ByEvent, Goal, Grid, Sensitivity
from ..simulation.evaluator import Evaluator
from ..simulation.results import Simulation
from . import football, inputs, ladders, run, sensitivity
from .look import Draw

ONE_BY_ONE: Final = ("tornado", "contributions", "sobol", "shapley", "worst")


def of_case(base: BaseCase, simulation: Simulation, scenarios: Mapping[str, float]) -> dict[str, Draw]:
    """Football field, parts, waterfall, histogram, convergence, correlations and each transaction."""
    drawn: dict[str, Draw] = {
        "football_field": partial(football.football_field, base, simulation, scenarios),
        "parts": partial(football.parts, base, simulation),
        "waterfall": partial(ladders.waterfall, base),
    }
    if simulation.valid:
        drawn["histogram"] = partial(run.histogram, simulation, base=base.per_share)
        drawn["convergence"] = partial(run.convergence, simulation)
    if Evaluator.of(base.case).dependence.members:
        drawn["correlations"] = partial(inputs.correlations, base.case)
    if len(base.parts) > 1 and simulation.valid:
        drawn["part_correlations"] = partial(
            inputs.part_correlations, simulation, {part.id: part.name for part in base.parts}
        )
    for found in base.transactions:
        drawn[f"before_and_after_{found.id}"] = partial(ladders.before_and_after, base, found.id)
    return drawn


def of_comparison(found: Comparison) -> dict[str, Draw]:
    """The walk."""
    return {"walk": partial(ladders.walk, found)}


def pictures(found: Sensitivity | None, sought: Goal | None = None, over: Grid | None = None) -> dict[str, Draw]:
    """What can be drawn of several analyses."""
    drawn: dict[str, Draw] = {}
    if found is not None:
        for name in ONE_BY_ONE:
            one: Any = getattr(found, name)
            if one is not None and getattr(one, "inputs", getattr(one, "bars", True)):
                drawn[name] = partial(getattr(sensitivity, name), one)
        for name in _events(found.events):
            drawn[f"event_{name}"] = partial(sensitivity.by_event, found.sample, name)
    if sought is not None:
        drawn["goal"] = partial(sensitivity.goal, sought)
    if over is not None:
        drawn["grid"] = partial(sensitivity.grid, over)
    return drawn


def _events(found: ByEvent | None) -> list[str]:
    return [] if found is None else list(dict.fromkeys(row.name for row in found.outcomes))
