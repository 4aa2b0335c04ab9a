"""valuation: sum-of-the-parts and spin-off valuation, defined once and read as NumPy, as Excel and as proof.

import valuation

case = valuation.load("assumptions/alibaba")
case.value().per_share
simulation = case.simulate(draws=100_000, seed=7)
simulation.quantile(0.05), simulation.mean, simulation.standard_error
case.write_workbook("alibaba.xlsx", simulation)
valuation.methods.dcf(revenue=100, growth=[0.1, 0.08], ...)["Enterprise value"]
valuation.schedules.cost_of_capital(risk_free=0.02, beta=1.2, ...)["WACC"]
case.value().transactions, case.solve("cloud.wacc")
valuation.pull("alibaba.xlsx", "assumptions/alibaba")
valuation.compare("assumptions/alibaba@HEAD~1", "assumptions/alibaba").walk
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .version import __version__

if TYPE_CHECKING:
    from . import methods, schedules, transactions
    from .comparison import Comparison, compare
    from .importing import read_range
    from .problems import InvalidAssumptions, Problem
    from .pulling import Pulled, pull
    from .study import Study, load

__all__ = [
    "Comparison",
    "InvalidAssumptions",
    "Problem",
    "Pulled",
    "Study",
    "__version__",
    "compare",
    "load",
    "methods",
    "pull",
    "read_range",
    "schedules",
    "transactions",
]

_HOMES = {
    "compare": "comparison",
    "Comparison": "comparison",
    "load": "study",
    "Study": "study",
    "InvalidAssumptions": "problems",
    "Problem": "problems",
    "Pulled": "pulling",
    "pull": "pulling",
    "read_range": "importing",
}


def __getattr__(name: str) -> Any:
    """Import on first use, so that ``valuation --help`` starts at once."""
    if name in _HOMES:
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
    if name in ("methods", "schedules", "transactions"):
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
