"""What moves the range of values from one case to another, not the base: distributions, correlations, scenarios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ..assumptions import Case, Correlation, Input, Scenario
from ..problems import Place
from .difference import NONE, merged


@dataclass(frozen=True)
class RangeDifference:
    """A distribution, correlation or scenario that differs, as it is written in either case."""

    name: str
    sort: Literal["distribution", "correlation", "scenario"]
    before: str
    after: str
    place: Place
    in_b: bool = True


def range_differences(a: Case, b: Case) -> list[RangeDifference]:
    """Return what moves only the range from case A to case B: distributions around the same base, and what joins them.

    A distribution whose base differs too is a step of the walk.
    """
    return [*_distributions(a, b), *_correlations(a, b), *_scenarios(a, b)]


def _distributions(a: Case, b: Case) -> Iterator[RangeDifference]:
    ours, theirs = ({found.name: found for found in case.inputs} for case in (a, b))
    for name in merged(ours, theirs):
        one, other = ours.get(name), theirs.get(name)
        if one is None or other is None or (one.base, one.unit) != (other.base, other.unit):
            continue
        if one.distribution != other.distribution:
            before, after = _told(one), _told(other)
            if before == after:
                before, after = f"{before} as it was", f"{after} with other numbers"
            yield RangeDifference(name, "distribution", before, after, other.origin.place)


def _told(found: Input) -> str:
    return found.written if found.distribution is not None else "certain"


def _correlations(a: Case, b: Case) -> Iterator[RangeDifference]:
    ours, theirs = _pairs(a), _pairs(b)
    for name in merged(ours, theirs):
        one, other = ours.get(name), theirs.get(name)
        before, after = (NONE if found is None else _rank(found) for found in (one, other))
        found = other or one
        if before != after and found is not None:
            yield RangeDifference(name, "correlation", before, after, found.origin.place, other is not None)


def _pairs(case: Case) -> dict[str, Correlation]:
    return {" with ".join(sorted(found.between)): found for found in case.correlations}


def _rank(found: Correlation) -> str:
    weight = "" if found.weight == 1 else ", kept" if found.weight == float("inf") else f", weight {found.weight:g}"
    return f"{found.rank:g}{weight}"


def _scenarios(a: Case, b: Case) -> Iterator[RangeDifference]:
    for name in merged(a.scenarios, b.scenarios):
        one, other = a.scenarios.get(name), b.scenarios.get(name)
        if one is not None and other is not None:
            yield from _scenario(name, one, other)
            continue
        found = other or one
        assert found is not None
        before, after = (NONE if scenario is None else f"{100 * scenario.probability:g}%" for scenario in (one, other))
        yield RangeDifference(f"scenarios.{name}", "scenario", before, after, found.origin.place, other is not None)


def _scenario(name: str, one: Scenario, other: Scenario) -> Iterator[RangeDifference]:
    """A scenario of both cases: its probability, and each value that it lays over the case."""
    place = other.origin.place
    told = [_overlay(scenario) for scenario in (one, other)]
    for key in merged(*told):
        before, after = (texts.get(key, NONE) for texts in told)
        if before != after:
            yield RangeDifference(f"scenarios.{name}.{key}", "scenario", before, after, place)


def _overlay(scenario: Scenario) -> Mapping[str, str]:
    return {"probability": f"{100 * scenario.probability:g}%", **scenario.values}
