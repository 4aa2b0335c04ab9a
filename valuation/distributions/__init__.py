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
from .event import Event
from .from_peers import FromPeers
from .lognormal import Lognormal
from .normal import Normal
from .pert import Pert
from .triangular import Triangular
from .truncated_normal import TruncatedNormal
from .uniform import Uniform

__all__ = [
    "REGISTRY",
    "Beta",
    "Constant",
    "Discrete",
    "Distribution",
    "Event",
    "FromPeers",
    "Lognormal",
    "Normal",
    "Pert",
    "Triangular",
    "TruncatedNormal",
    "Uniform",
    "build",
    "distribution",
]


def build(name: str, positional: Sequence[Argument], named: Mapping[str, float]) -> Distribution | str:
    """Return the distribution that a file spells, or the complaint about its name or the number of its arguments.

    ``positional`` holds numbers, or pairs (value, probability) for discrete; ``named`` holds arguments such as
    ``shape=6`` or ``p5=2``. Whether the numbers make sense is for ``complaints()`` of the result.
    """
    found = REGISTRY.get(name)
    if found is None:
        return f"{name} is not a distribution{nearest(name, REGISTRY)}"
    return found.from_arguments(positional, named)
