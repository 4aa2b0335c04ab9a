"""Distributions of assumptions, one a file, found by their names.

To add one: write its file with a ``@distribution("name")`` class and import that class below.

    build("pert", [0.24, 0.31, 0.38], {})     Pert(low=0.24, mode=0.31, high=0.38, shape=4.0)
    build("pert", [0.24, 0.31], {})           'pert(low, mode, high, shape=4) expected, high missing'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..problems import nearest
from .base import REGISTRY, Argument, Distribution, distribution
from .beta import Beta
from .constant import Constant
from .discrete import Discrete
from .empirical import Empirical
from .event import Event
from .from_peers import FromPeers
from .gamma import Gamma
from .lognormal import Lognormal
from .metalog import Metalog
from .mixture import Mixture
from .normal import Normal
from .pert import Pert
from .student_t import StudentT
from .triangular import Triangular
from .truncated import BOUNDS, Truncated, cut
from .truncated_normal import TruncatedNormal
from .uniform import Uniform
from .weibull import Weibull

__all__ = [
    "BOUNDS",
    "REGISTRY",
    "Argument",
    "Beta",
    "Constant",
    "Discrete",
    "Distribution",
    "Empirical",
    "Event",
    "FromPeers",
    "Gamma",
    "Lognormal",
    "Metalog",
    "Mixture",
    "Normal",
    "Pert",
    "StudentT",
    "Triangular",
    "Truncated",
    "TruncatedNormal",
    "Uniform",
    "Weibull",
    "build",
    "cut",
    "distribution",
]


def build(name: str, positional: Sequence[Argument], named: Mapping[str, float]) -> Distribution | str:
    """Return the distribution that a file spells, or the complaint about its name or the number of its arguments.

    ``positional`` holds numbers, pairs (value, probability) for discrete or (distribution, weight) for mixture;
    ``named`` holds arguments such as ``shape=6`` or ``p5=2``, and ``min`` and ``max``, which cut any distribution.
    Whether the numbers make sense is for ``complaints()`` of the result.
    """
    found = REGISTRY.get(name)
    if found is None:
        return f"{name} is not a distribution{nearest(name, REGISTRY)}"
    bounds = {name: value for name, value in named.items() if name in BOUNDS}
    built = found.from_arguments(positional, {name: value for name, value in named.items() if name not in BOUNDS})
    return cut(built, bounds) if bounds and isinstance(built, Distribution) else built
