"""The rows of a football field: ranges of one share by where they come from, as numbers or as Formulas.

Workbook and picture show the same rows, in the same order under the same titles; each brings its own quantities.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from .assumptions import Case
from .operations import average_of, highest_of, lowest_of

PAIRS: Final = (("P5", "P95"), ("P25", "P75"))


class Range(NamedTuple):
    """One bar: its title, its ends, and the base between them; all three of one unit."""

    title: str
    low: Any
    base: Any
    high: Any


def company_ranges(
    base: Any, quantile: Callable[[str], Any] | None, scenarios: Sequence[Any], market: Iterable[Range]
) -> Iterator[Range]:
    """The ranges of the value per share, the widest view first; ``quantile`` gives P5, P25, P75 and P95 of a run."""
    if quantile is not None:
        for low, high in PAIRS:
            yield Range(f"Simulation, {low} to {high}", quantile(low), base, quantile(high))
    if len(scenarios) > 1:
        yield Range(f"{len(scenarios)} scenarios", lowest_of(*scenarios), base, highest_of(*scenarios))
    yield from market


def market_ranges(names: Iterable[str], find: Callable[[str], Any], price: Any) -> list[Range]:
    """What the market says of one share: its last 52 weeks, and the targets of brokers among ``names``.

    ``find`` gives the quantity of a name, None for one that is not there.
    """
    ranges: list[Range] = []
    low, high = find("market.low_52_weeks"), find("market.high_52_weeks")
    if low is not None and high is not None:
        ranges.append(Range("Last 52 weeks", low, price if price is not None else high, high))
    targets = [find(name) for name in names if name.startswith("market.targets.")]
    if targets:
        ends = lowest_of(*targets), average_of(*targets), highest_of(*targets)
        ranges.append(Range(f"Brokers: lowest, mean, highest of {len(targets)}", *ends))
    return ranges


def part_titles(case: Case) -> Iterator[tuple[str, str]]:
    """Each part and, below it, each of its methods where it has several: its scope and its title."""
    for name, part in case.parts.items():
        short = re.sub(r" \([^)]*\)", "", part.name)
        yield name, short
        for scope in part.views if len(part.views) > 1 else ():
            view = case.workings[scope].title.removeprefix(f"{part.name}: ")
            yield scope, f"{short}, by {view[:1].lower()}{view[1:]}"
