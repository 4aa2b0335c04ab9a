"""What every distribution can do, and the register that finds one by its name in an assumption file.

A distribution is a frozen dataclass whose fields are its parameters; it says how a uniform or a normal number becomes
one of its own (``quantile``, ``from_normal``), and back (``cdf``, ``score``). ``tables.Continuous`` and
``steps.Stepped`` are its two sorts. Sampling and dependence live elsewhere and know nothing of its shape.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, ClassVar, Final, Self, TypeVar, Union, cast

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from ..problems import nearest
from .percentiles import Family, example, met, no_such, percentile, through
from .spelling import spelled

Array = NDArray[np.float64]
Argument = Union[float, tuple[float, float], "Distribution", tuple["Distribution", float]]
D = TypeVar("D", bound="Distribution")

HUGE: Final = 1e100
REGISTRY: Final[dict[str, type[Distribution]]] = {}


def distribution(name: str) -> Callable[[type[D]], type[D]]:
    """Enter a class in the register under the name that assumption files use."""

    def register(cls: type[D]) -> type[D]:
        cls.name = name
        REGISTRY[name] = cls
        return cls

    return register


def _name(declared: Field[Any]) -> str:
    # normal's fields are mu and sigma although files say mean and sd: those two describe every distribution
    return str(declared.metadata.get("name", declared.name))


def nearer_score(u: Array, v: Array) -> Array:
    """Return the normal scores of probabilities u = 1 - v, each from its nearer tail."""
    scores: Array = np.where(u <= v, ndtri(u), -ndtri(v))
    return scores


@dataclass(frozen=True)
class Distribution(ABC):
    """An uncertain quantity. Building one never raises; its numbers mean something once ``complaints()`` is empty.

    ``name`` is its name in assumption files; ``free`` names the parameters that are plain numbers (shapes,
    probabilities) and so do not carry the unit of the quantity. ``family`` says how percentiles give its parameters,
    None where they do not; ``has_mode`` whether its most likely value is a parameter.
    """

    name: ClassVar[str]
    free: ClassVar[frozenset[str]] = frozenset()
    family: ClassVar[Family | None] = None
    has_mode: ClassVar[bool] = False

    @property
    def smooth(self) -> bool:
        """Whether quantiles and their slopes have no kinks."""
        return True

    @property
    def atoms(self) -> tuple[float, ...]:
        """Single values that have a probability of their own."""
        return ()

    @property
    @abstractmethod
    def mean(self) -> float:
        """Expected value, in the unit of the quantity."""

    @property
    @abstractmethod
    def sd(self) -> float:
        """Standard deviation, in the unit of the quantity."""

    @property
    @abstractmethod
    def support(self) -> tuple[float, float]:
        """Lowest and highest possible value; infinite where there is none."""

    @property
    def base(self) -> float:
        """Value of the base case: the most likely one where that is a parameter, else the median."""
        return float(self.quantile(0.5))

    @abstractmethod
    def _quantile(self, u: Array, v: Array) -> Array:
        """Quantile at u in [0, 1]; v = 1 - u may know the upper tail to more digits."""

    def quantile(self, u: float | Array) -> Array:
        """Return the exact quantiles at probabilities ``u`` (any shape, same shape back); NaN outside [0, 1]."""
        u = np.asarray(u, dtype=np.float64)
        low, high = self.support
        inside = np.where((u >= 0) & (u <= 1), u, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.clip(self._quantile(inside, 1 - inside), low, high)
        return np.select([np.isnan(inside), inside == 0, inside == 1], [np.nan, low, high], values)

    def from_normal(self, z: Array) -> Array:
        """Return quantile(Phi(z)) for standard normal ``z`` (any shape): each value depends on its own z alone.

        A continuous distribution may read a table, within 1e-5 standard deviations of ``exact``.
        """
        return self.exact(z)

    def exact(self, z: Array) -> Array:
        """Return quantile(Phi(z)) for standard normal ``z`` (any shape) by the function itself, never by a table."""
        return self._from_normal(np.asarray(z, dtype=np.float64))

    @abstractmethod
    def score(self, x: float | Array) -> Array:
        """Return the normal scores at which values ``x`` (any shape) are reached: Phi(score(x)) = P(X <= x)."""

    def cdf(self, x: float | Array) -> Array:
        """Return P(X <= x) for ``x`` of any shape; NaN for NaN."""
        return np.asarray(ndtr(self.score(x)))

    def _from_normal(self, z: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            u: Array = ndtr(z)
            return np.clip(self._quantile(u, 1 - u), *self.support)

    def live(self, u: Any) -> Any:
        """Return the quantiles at ``u`` between 0 and 1, by operations alone; None where no short formula gives them.

        ``u`` and the parameters may be Formulas, so that a workbook draws by itself and moves with its cells. Of plain
        numbers it agrees with ``quantile`` to 1e-12 of the standard deviation for ``u`` from 0.1% to 99.9%.
        """
        return None

    def live_cdf(self, x: Any) -> Any:
        """Return P(X <= x) by operations alone; None where no short formula gives it. See ``live``."""
        return None

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters by name, in the order in which a file gives them."""
        return {_name(f): getattr(self, f.name) for f in fields(self)}

    def complaints(self) -> list[str]:
        """Return what is wrong with the parameters, each 'what was expected, what was found'; empty when well."""
        with np.errstate(all="ignore"):
            found = self._faults() or [f"numbers up to 1e100 expected, found {spelled(x)}" for x in _huge(self)][:1]
            if not found and not math.isfinite(self.sd):
                found = [f"a finite standard deviation expected: {self} has too heavy a tail; cut it by max= or min="]
            return found or self._beyond()

    def _beyond(self) -> list[str]:
        """The complaint about parameters for which floating point has no values to draw."""
        reached = self.exact(np.array([-8.5, -1, 0, 1, 8.5]))
        drawn = bool(np.isfinite(reached).all() and (np.diff(reached) >= 0).all())
        return [] if drawn else [f"parameters of a usual size expected: the values of {self} cannot be computed"]

    def _faults(self) -> list[str]:
        """Complaints about the parameters alone."""
        unreal = [f"{name} {spelled(value)}" for name, value in self.parameters.items() if not math.isfinite(value)]
        return [f"finite numbers expected, found {', '.join(unreal)}"] if unreal else list(self._complaints())

    @abstractmethod
    def _complaints(self) -> Iterator[str]:
        """Yield complaints about parameters that are all finite."""

    def shown(self, format: Callable[[float], str] = spelled) -> str:
        """Return the spelling of the file; ``format`` spells the parameters that carry the quantity's unit."""
        return f"{self.name}({', '.join(self._arguments(format))})"

    def _arguments(self, format: Callable[[float], str]) -> Iterator[str]:
        for f in fields(self):
            value = getattr(self, f.name)
            text = spelled(value) if _name(f) in self.free else format(value)
            if f.default is MISSING:
                yield text
            elif value != f.default:
                yield f"{_name(f)}={text}"

    def __str__(self) -> str:
        return self.shown()

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of the parameters, in the order in which a file gives them."""
        return [_name(f) for f in fields(cls)]

    @classmethod
    def signature(cls) -> str:
        """Return how to write it, such as pert(low, mode, high, shape=4)."""
        texts = (_name(f) if f.default is MISSING else f"{_name(f)}={spelled(f.default)}" for f in fields(cls))
        return f"{cls.name}({', '.join(texts)})"

    @classmethod
    def by_percentiles(cls) -> str:
        """Return how to write it by percentiles, such as normal(p10=..., p90=...); empty where that cannot be."""
        if cls.family is None:
            return ""
        needed = [_name(f) for f in fields(cls) if f.default is MISSING and _name(f) not in cls.family.solves]
        texts = [f"{name}=..." for name in (*example(len(cls.family.solves)), *needed)]
        return f"{cls.name}({', '.join(texts)})"

    @classmethod
    def from_arguments(cls, positional: Sequence[Argument], named: Mapping[str, float]) -> Distribution | str:
        """Build from the arguments of a file, or return the complaint about their number or names."""
        if not positional and cls.family is not None and any(map(percentile, named)):
            names_needed = {_name(f): f.default is MISSING for f in fields(cls)}
            found = through(cls.name, names_needed, cls.family, named)
            return found if isinstance(found, str) else cls._of(found, cls.family.points(named))
        names = [_name(f) for f in fields(cls)]
        given: dict[str, Argument] = dict(zip(names, positional, strict=False))
        if any(isinstance(value, tuple) for value in positional):
            return f"{cls.signature()} expected, found a value at a probability, which only discrete takes"
        if any(isinstance(value, Distribution) for value in positional):
            return f"{cls.signature()} expected, found a distribution, which only mixture takes"
        if len(positional) > len(names):
            return f"{cls.signature()} expected, found {len(positional)} values"
        for name, value in named.items():
            if name not in names:
                return f"{cls.signature()} expected, found {name}{nearest(name, names)}"
            if name in given:
                return f"{cls.signature()} expected, found {name} twice"
            given[name] = value
        missing = [_name(f) for f in fields(cls) if f.default is MISSING and _name(f) not in given]
        if missing:
            return f"{cls.signature()} expected, {' and '.join(missing)} missing"
        return cls._built(given)

    @classmethod
    def _built(cls, given: Mapping[str, Any]) -> Distribution:
        arguments = {f.name: given[_name(f)] for f in fields(cls) if _name(f) in given}
        return cast(Callable[..., Distribution], cls)(**arguments)

    @classmethod
    def _of(cls, given: Mapping[str, float], points: Mapping[float, float]) -> Distribution | str:
        """The one with these parameters if it goes through the percentiles ``points``, else the complaint."""
        built = cls._built(given)
        wrong = built.complaints()
        if wrong:
            return wrong[0]
        wanted = np.array(list(points.values()))
        levels = np.array(list(points)) / 100
        return built if met(built.quantile(levels), wanted) else no_such(cls.name)

    @classmethod
    def from_percentiles(cls, **named: float) -> Self:
        """Return the one through percentiles such as p10=2, p90=8; ValueError says why there is none."""
        found = cls.from_arguments([], named)
        if not isinstance(found, cls):
            raise ValueError(f"{cls.name}: {found}")
        return found


def _huge(found: Any) -> Iterator[float]:
    """Yield the finite numbers of a distribution whose squares might be too large for floating point."""
    if isinstance(found, Distribution):
        yield from (number for f in fields(found) for number in _huge(getattr(found, f.name)))
    elif isinstance(found, tuple):
        yield from (number for part in found for number in _huge(part))
    elif isinstance(found, float | int) and HUGE < abs(found) < math.inf:
        yield found


def argument_spelled(argument: Argument) -> str:
    """Return an argument as a file has it: 3, 3 at 0.5, normal(1, 2) at 0.5."""
    match argument:
        case (value, weight):
            return f"{value if isinstance(value, Distribution) else spelled(value)} at {spelled(weight)}"
        case Distribution():
            return str(argument)
        case number:
            return spelled(number)
