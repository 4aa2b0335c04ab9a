"""Lines: the named rows that a model is made of, and the reading that keeps them as arrays.

A method receives ``line`` and calls ``line(label, quantity)`` for each result worth seeing. ``Lines`` is the eager
reading: it keeps each quantity as an array of draws. ``recording.Recording`` is the other: it keeps the Formulas.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .units import NUMBER, Unit

Array = NDArray[np.float64]


class DuplicateLine(ValueError):
    """Two lines of one scope carry the same label."""


class Line(Protocol):
    """What a method needs from a reading."""

    years: int

    @property
    def period(self) -> Any:
        """The number of the forecast year, 1 to ``years``, as a yearly quantity."""

    def __call__(
        self,
        label: str,
        quantity: Any,
        *,
        show: Unit | None = None,
        yearly: bool = False,
        name: str = "",
        aside: bool = False,
    ) -> Any:
        """Keep a quantity under a label and return it.

        ``show`` is the unit it must have, ``yearly`` repeats a single value over the years, ``name`` is the dotted name
        when it is an assumption: its label gives way to a line of the same label. A line ``aside`` is no part of the
        value, so that no draw became impossible there.
        """

    def constant(self, label: str, value: float, unit: Unit = NUMBER) -> Any:
        """Name a number that a method needs, so that it stands in a cell of its own."""

    def heading(self, text: str) -> None:
        """Begin a block of lines; a caption on a sheet, nothing elsewhere."""

    def within(self, scope: str, title: str = "") -> Line:
        """Return the same reading in another scope: a segment, the bridge, the parts."""


def single(quantity: Any) -> float:
    """Return the one value of a quantity of a single draw, the first of a yearly one."""
    return float(np.ravel(quantity)[0])


def snake(label: str) -> str:
    """Return the dotted-name form of a label: 'Enterprise value' is enterprise_value."""
    return re.sub(r"[^a-z0-9]+", "_", label.lower().replace("'", "")).strip("_")


def dotted(scope: str, label: str, name: str = "") -> str:
    """The dotted name of a line: its own where it is an assumption, else its label within its scope."""
    return name or f"{scope}.{snake(label)}".lstrip(".")


class Invalid:
    """Draws that became impossible, and at which line each did so first."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.first: NDArray[np.int16] | None = None

    def note(self, name: str, bad: NDArray[np.bool_]) -> None:
        """Remember the draws that are bad at this line and were good before it."""
        if self.first is None or self.first.shape != np.broadcast_shapes(self.first.shape, bad.shape):
            shape = bad.shape if self.first is None else np.broadcast_shapes(self.first.shape, bad.shape)
            kept = np.int16(-1) if self.first is None else self.first
            self.first = np.array(np.broadcast_to(kept, shape), dtype=np.int16)
        self.names.append(name)
        self.first[(self.first < 0) & bad] = len(self.names) - 1

    def counts(self, invalid: NDArray[np.bool_]) -> dict[str, int]:
        """Return how many of the invalid draws each line spoiled first."""
        return dict(Counter(self.spoiled(invalid)[1]))

    def spoiled(self, invalid: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
        """Return the numbers of the invalid draws, and the line that spoiled each of them first."""
        if self.first is None or not invalid.any():
            return np.empty(0, dtype=np.intp), np.empty(0, dtype=object)
        first = np.broadcast_to(self.first, invalid.shape)
        draws = np.flatnonzero(invalid & (first >= 0))
        return draws, np.array(self.names, dtype=object)[first[draws]]


class Lines(Mapping[str, Array]):
    """The eager reading: arrays by label, scope by scope.

    ``lines["Enterprise value"]`` (or ``lines["enterprise_value"]``) is the array of the current scope; ``lines.scopes``
    holds every scope. A value that is not finite becomes NaN and its draw is noted, never clipped. In a line NumPy's
    own arithmetic knows infinity where Excel has an error: what may divide by zero deserves a line of its own.
    """

    def __init__(self, years: int, scope: str = "") -> None:
        self.years = years
        self.scope = scope
        self.scopes: dict[str, dict[str, Array]] = {scope: {}}
        self.labels: dict[str, dict[str, str]] = {scope: {}}
        self.invalid = Invalid()

    @property
    def period(self) -> Array:
        """1 to years, shape (years, 1)."""
        return np.arange(1.0, self.years + 1)[:, None]

    def __call__(
        self,
        label: str,
        quantity: Any,
        *,
        show: Unit | None = None,
        yearly: bool = False,
        name: str = "",
        aside: bool = False,
    ) -> Array:
        """Keep an array; see ``Line``."""
        values = np.asarray(quantity, dtype=np.float64)
        finite = np.isfinite(values)
        if not finite.all():
            good: NDArray[np.bool_] = np.all(finite, axis=0) if values.ndim == 2 else np.atleast_1d(finite)
            bad = np.logical_not(good)
            if not aside:
                self.invalid.note(dotted(self.scope, label, name), bad)
            values = np.where(finite, values, np.nan)
        if yearly and values.ndim < 2:
            values = np.broadcast_to(values, (self.years, *np.atleast_1d(values).shape))
        here, key = self.scopes[self.scope], name or snake(label)
        if key in here:
            raise DuplicateLine(f"{self.scope or 'the method'} has two lines labelled {label!r}")
        here[key] = values
        self.labels[self.scope][key] = label
        return values

    def constant(self, label: str, value: float, unit: Unit = NUMBER) -> float:
        """Return the number itself."""
        return value

    def heading(self, text: str) -> None:
        """Do nothing: headings are for sheets."""

    def within(self, scope: str, title: str = "") -> Lines:
        """Return the same lines seen from another scope."""
        other = Lines.__new__(Lines)
        other.__dict__.update(self.__dict__)
        other.scope = scope
        self.scopes.setdefault(scope, {})
        self.labels.setdefault(scope, {})
        return other

    def __getitem__(self, label: str) -> Array:
        return self.scopes[self.scope][snake(label)]

    def __iter__(self) -> Iterator[str]:
        return iter(self.labels[self.scope].values())

    def __len__(self) -> int:
        return len(self.scopes[self.scope])

    def __repr__(self) -> str:
        return f"Lines({', '.join(self)})"
