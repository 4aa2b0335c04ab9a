"""Several analyses of one case at once: those that were asked for, on the same draws."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from ..assumptions import Case
from ..simulation.engine import SEED
from ..simulation.evaluator import Evaluator
from ..simulation.processes import one_core_each
from ..tables import Shown, Table
from .by_event import ByEvent, by_event
from .contributions import Contributions, contributions
from .dependence_effect import DependenceEffect, dependence_effect
from .draws import DRAWS, Sample, sample
from .shapley import Shapley, shapley
from .sobol import Sobol, sobol
from .tornado import Tornado, tornado
from .worst import Worst, worst

QUICK: Final = ("tornado", "contributions", "worst", "events")
ALL: Final = (*QUICK, "dependence", "sobol", "shapley")
PART: Final = 4


@dataclass(frozen=True, repr=False)
class Sensitivity(Shown):
    """What was analysed, None for what was not asked for.

    ``sample`` holds the common draws behind contributions, worst, events and dependence; Sobol' indices and Shapley
    effects make their own and say how many.
    """

    case: Case
    sample: Sample
    tornado: Tornado | None = None
    contributions: Contributions | None = None
    worst: Worst | None = None
    events: ByEvent | None = None
    dependence: DependenceEffect | None = None
    sobol: Sobol | None = None
    shapley: Shapley | None = None

    def as_json(self) -> dict[str, Any]:
        """case, quote, draws, valid, seed, invalid, and one object for each analysis that was asked for."""
        drawn = self.sample
        head = {"case": self.case.id, "quote": str(self.case.quote), "draws": drawn.draws, "valid": drawn.valid}
        found = {name: getattr(self, name) for name in ALL}
        told = {name: one.as_json() for name, one in found.items() if one is not None}
        return {**head, "seed": drawn.seed, "invalid": dict(drawn.invalid), **told}

    def tables(self) -> list[Table]:
        """Every analysis that was made."""
        from ..layouts.sensitivity import sensitivity_tables

        return sensitivity_tables(self)


def sensitivity(case: Case, only: Collection[str] | None = None, draws: int = DRAWS, seed: int = SEED) -> Sensitivity:
    """Analyse a case; ``only`` names some of ``ALL``, and all are made when it is left out.

    Sobol' indices take a quarter of the draws, each for every input and two more, and Shapley effects as many pairs,
    each for every input twice. ``draws`` is rounded up to fit the design. Raises ValueError for a name that is no
    analysis.
    """
    wanted = set(ALL if only is None else only)
    if strangers := wanted - set(ALL):
        raise ValueError(f"some of {', '.join(ALL)} expected, found {', '.join(sorted(strangers))}")
    with one_core_each():  # sums in another order have other last digits, and a workbook written twice is the same
        return _analysed(case, wanted, draws, seed)


def _analysed(case: Case, wanted: Collection[str], draws: int, seed: int) -> Sensitivity:
    drawn = sample(Evaluator.of(case), draws, seed)
    return Sensitivity(
        case=case,
        sample=drawn,
        tornado=tornado(case) if "tornado" in wanted else None,
        contributions=contributions(drawn) if "contributions" in wanted else None,
        worst=worst(drawn) if "worst" in wanted else None,
        events=by_event(drawn) if "events" in wanted else None,
        dependence=dependence_effect(drawn) if "dependence" in wanted else None,
        sobol=sobol(case, max(draws // PART, 2), seed) if "sobol" in wanted else None,
        shapley=shapley(case, max(draws // PART, 2), seed) if "shapley" in wanted else None,
    )
