"""Rules 35, 37, 41 and 43: distributions, correlations and probabilities as they are written."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

from ..assumptions import Input
from ..calculation import Parameter
from ..distributions import Lognormal, Normal, Pert
from ..kinds import Kind
from ..simulation.evaluator import Evaluator
from .peer_columns import multiple_reads, numbers
from .recorded import Recorded
from .rule import Finding, Look, of_files, percent

PLAINLY_POSITIVE = (
    "revenue",
    "wacc",
    "sales_to_capital",
    "exit_value",
    "discount_rate",
    "target_return",
    "terminal_return",
)
TOUCHING = 0.02


def uncertain(recorded: Recorded) -> list[Input]:
    """The inputs that are drawn."""
    return [found for found in recorded.case.inputs if found.distribution is not None]


# Correlations -------------------------------------------------------------------------------------------------------


@of_files
def correlations_repaired(look: Look) -> Iterator[Finding]:
    """35: a matrix that is not possible is changed, and that is said."""
    case = look.recorded.case
    repair = Evaluator.of(case).dependence.report
    worst = [change for change in repair.changes if change.size > look.threshold()] if repair else []
    if worst:
        told = ", ".join(map(str, worst[:3])) + (f" and {len(worst) - 3} more" if len(worst) > 3 else "")
        text = f"the rank correlations contradict each other; the nearest that do not change {told}: change one of them"
        yield look.finding("", text, case.correlations[0].origin.place)


@of_files
def uncorrelated(look: Look) -> Iterator[Finding]:
    """35: rates and multiples of several parts answer to one market, so they are correlated or share a driver."""
    recorded = look.recorded
    given = {frozenset(pair.between) for pair in recorded.case.correlations}
    drawn = [
        found for found in uncertain(recorded) if _scope(found.name) in (*recorded.case.parts, "drivers", "schedules")
    ]
    for one, other in combinations(drawn, 2):
        alike = _last(one.name) == _last(other.name) and _last(one.name) in look.standard.words
        apart = _scope(one.name) != _scope(other.name)
        if alike and apart and frozenset((one.name, other.name)) not in given:
            text = f"{one.name} and {other.name} are drawn independently although one market moves both: "
            text += "add their correlation (0 with why, if there is none), or draw a driver that both read"
            yield look.finding(_scope(other.name), text, other.origin.place)


def _scope(name: str) -> str:
    return name.partition(".")[0]


def _last(name: str) -> str:
    """The parameter of an input: multiple of a.peers.multiple, wacc of core.wacc.from."""
    words = name.split(".")
    return words[-2] if words[-1] in ("from", "to") or words[-1].isdigit() else words[-1]


@of_files
def no_correlations(look: Look) -> Iterator[Finding]:
    """35: independent parts make a range that is too narrow."""
    recorded = look.recorded
    drawn = {found.name for found in uncertain(recorded)}
    of_part = {
        name: {f.name for a in recorded.reach(*(a.name for a in recorded.of_part(name))).values() for f in a.inputs}
        & drawn
        for name in recorded.case.parts
    }
    parts = [names for names in of_part.values() if names]
    if recorded.case.correlations or len(parts) < 2 or any(one & other for one, other in combinations(parts, 2)):
        return
    text = f"{len(parts)} parts are drawn independently of each other: add correlations, or drivers that they share"
    yield look.finding("", text, recorded.case.place)


# Distributions ------------------------------------------------------------------------------------------------------


@of_files
def unbounded_normal(look: Look) -> Iterator[Finding]:
    """37: a bell curve, and whatever else has no floor, falls below 0."""
    recorded = look.recorded
    for found in uncertain(recorded):
        shape = found.distribution
        if shape is not None and shape.support[0] == -math.inf and _is_positive(recorded, found):
            below = float(shape.cdf(0.0))
            if below > look.threshold():
                often = f"{shape.name} is below 0 in {percent(below)} of draws"
                text = f"{found.name}: {often}: use lognormal, or add min=0"
                yield look.finding(found.name, text, found.origin.place)


def _is_positive(recorded: Recorded, found: Input) -> bool:
    """Whether an input stands for what cannot be negative: by its parameter's bounds, its unit, or its name."""
    scope, _, name = found.name.rpartition(".")
    if name in ("from", "to") or name.isdigit():
        scope, _, name = scope.rpartition(".")
    working = recorded.case.workings.get(scope)
    parameter: Parameter | None = working.calculation.parameters.get(name) if working else None
    bounded = parameter is not None and isinstance(parameter.kind, Kind) and (parameter.kind.low or -1) >= 0
    bounded = bounded or (parameter is not None and isinstance(parameter.kind, Kind) and parameter.kind.low == 0)
    price = len(found.unit.dimensions) > 1
    multiple = found.unit.pure and found.unit.shown == "multiple"
    return (
        bounded
        or price
        or multiple
        or name in PLAINLY_POSITIVE
        or (name in ("metric", "multiple") and working is not None)
    )


@of_files
def range_as_spread(look: Look) -> Iterator[Finding]:
    """37: the distance from the lowest to the highest peer is several standard deviations."""
    recorded = look.recorded
    for segment, working in recorded.views("multiple"):
        columns = {(read.table, read.column) for read in multiple_reads(recorded, working.scope)}
        columns |= (
            {(segment.id, c) for c in recorded.case.peers[segment.id].numeric}
            if segment.id in recorded.case.peers
            else set()
        )
        reach = recorded.reach(f"{working.scope}.multiple").values()
        for found in (found for assumption in reach for found in assumption.inputs):
            for table, column in sorted(columns):
                values = numbers(recorded.case, table, column)
                if (
                    len(values) > 1
                    and values.min() > 0
                    and _is_range(found, float(values.min()), float(values.max()), look.threshold())
                ):
                    text = f"{found.name}: the standard deviation is the range of peers.{table}.{column}, which "
                    text += "is several: use ln(Q3/Q1)/1.349 for a lognormal"
                    yield look.finding(found.name, text, found.origin.place)


def _is_range(found: Input, low: float, high: float, within: float) -> bool:
    match found.distribution:
        case Normal(sigma=spread):
            wide = high - low
        case Lognormal(sigma=spread):
            wide = math.log(high / low)
        case _:
            return False
    return wide > 0 and abs(spread / wide - 1) <= within


@of_files
def pert_shape(look: Look) -> Iterator[Finding]:
    """37: the weight of the mode is an assumption too."""
    plain = [f for f in uncertain(look.recorded) if isinstance(f.distribution, Pert) and "shape" not in f.written]
    if plain:
        count = f"{len(plain)} PERT distribution{'s take' if len(plain) > 1 else ' takes'}"
        text = f"{count} the usual shape 4 ({plain[0].name} first): write shape=4, or another where the mode is "
        text += "less certain"
        yield look.finding("", text, plain[0].origin.place)


# Probabilities and evidence -----------------------------------------------------------------------------------------


@of_files
def event_twice(look: Look) -> Iterator[Finding]:
    """41: what is drawn as an event must not be weighed again."""
    recorded = look.recorded
    for name, transaction in recorded.case.transactions.items():
        views = recorded.case.segments[transaction.part].views
        own = [a.name for a in recorded.of_part(transaction.part)]
        for assumption in recorded.reach(*own).values() if views else ():
            events = [
                f.name for f in assumption.inputs if f.distribution is not None and f.distribution.name == "event"
            ]
            if events and assumption.scope.partition(".")[0] == transaction.part:
                text = f"{events[0]} is drawn inside {transaction.part}, and {name} weighs what happens to it by "
                text += "its probability: let one of the two hold the event"
                yield look.finding(name, text, assumption.origin.place)


@of_files
def uncertain_probability(look: Look) -> Iterator[Finding]:
    """41: a drawn probability spreads the value by what is not known, and hides what may happen."""
    recorded = look.recorded
    whole = recorded.amount(recorded.valuation.sum_of_parts) or 0.0
    for segment, working in recorded.views():
        outcomes = working.given.get("outcomes") or {}
        pairs = [(row["probability"], row["value"]) for row in outcomes.values() if "value" in row]
        pairs += [(f"{working.scope}.{chance}", f"{working.scope}.{value}") for chance, value in WEIGHED]
        mixed = [(chance, value) for chance, value in pairs if _drawn(recorded, chance) and _drawn(recorded, value)]
        worth = recorded.amount(recorded.valuation.parts[segment.id].attributable) or 0.0
        if mixed and abs(worth) > look.threshold() * abs(whole):
            text = f"{segment.name}: {mixed[0][0]} is drawn, and so is {mixed[0][1]}: fix the probability, or "
            text += "draw the event "
            yield look.finding(working.scope, text + "with ~ event(...)", recorded.place(mixed[0][0]))


WEIGHED = (("success", "exit_value"), ("failure", "margin"))


def _drawn(recorded: Recorded, name: str) -> bool:
    """Whether an assumption rests on a distribution other than an event."""
    inputs = (found for assumption in recorded.reach(name).values() for found in assumption.inputs)
    return any(
        found.distribution is not None and found.distribution.name not in ("event", "constant") for found in inputs
    )


@of_files
def price_in_inputs(look: Look) -> Iterator[Finding]:
    """43: a value that reads the price cannot judge it."""
    recorded, case = look.recorded, look.recorded.case
    prices = {
        name for name in recorded.reach("shares.price") if name.startswith("shares.") and _is_price(recorded, name)
    }
    judged = {w.scope for name in COMPARING for w in recorded.workings(name)}
    for name, assumption in case.assumptions.items():
        read = prices & set(recorded.reads(assumption))
        if read and name not in prices and assumption.scope not in judged:
            text = f"{name} reads {min(read)}: take target weights, or the value found here, not the market price"
            yield look.finding(assumption.scope, text, assumption.origin.place)


COMPARING = ("stub_value", "listing_tests")


def _is_price(recorded: Recorded, name: str) -> bool:
    """Whether an assumption is money for a share or an ADS."""
    return any(noun in ("share", "ADS") and power == -1 for noun, power in recorded.assumption(name).unit.dimensions)
