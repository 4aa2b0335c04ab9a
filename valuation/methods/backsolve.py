"""Backsolve: the equity value at which one class is worth what was paid for it, by option pricing.

The unknown is y, the logarithm of the equity over the value of the class. The class is worth a sum of calls struck at
the breakpoints, which rises with y; eight halvings of the interval from 0 to 10 bring y within 0.02, and five steps of
Newton's method that may not leave that interval go on to the last digits. On 230,000 random capital structures with a
volatility over the life from 10 % to 300 % the price was met to 1e-12 each time (tests/test_last_round.py keeps a part
of that trial). Where the class is so sure of its preference that its price says nothing of the equity (1 % more equity
moves the price by less than 1e-10) there may be no result (NaN).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..claims import summed
from ..lines import Line
from ..operations import below, exp, log, maximum, minimum, normal_cdf, where
from ..units import NUMBER
from .black_scholes import Spread

HALVINGS: Final = 8
NEWTON_STEPS: Final = 5
MOST_TERMS: Final = 3


@dataclass(frozen=True)
class Term:
    """One call in the value of the class: weights of N(d1) and N(d2), and where d1 is 0."""

    of_d1: Any
    of_d2: Any
    zero: Any


def backsolve(
    line: Line, target: Any, of_equity: Any, weights: Mapping[str, Any], points: Mapping[str, Any], over: Spread
) -> Any:
    """Return the equity at which the class is worth ``target``; the caller checks that it is.

    ``of_equity`` and ``weights`` say what the class holds of the equity and of the calls struck at ``points``, which
    are present values.
    """
    line.heading("Equity at which the round's class is worth its price")
    terms = [_term(line, label, target, weights[label], points[label], over) for label in weights]
    step = line.constant("Half the widest logarithm searched", 5)
    logarithm = step
    half = line.constant("Half", 0.5)
    for number in range(1, HALVINGS + 1):
        slope, strikes = _sums(line, str(number), logarithm, of_equity, terms, over)
        step = line(f"Half the interval, trial {number}", step * half, show=NUMBER)
        worth = exp(logarithm) * slope - strikes
        nearer = where(below(worth, 1), logarithm + step, logarithm - step)
        logarithm = line(f"Logarithm of equity over the class, trial {number + 1}", nearer, show=NUMBER)
    lowest, highest = line("Lowest logarithm", logarithm - step), line("Highest logarithm", logarithm + step)
    for number in range(HALVINGS + 1, HALVINGS + NEWTON_STEPS + 1):
        slope, strikes = _sums(line, str(number), logarithm, of_equity, terms, over)
        nearer = minimum(maximum(log((1 + strikes) / slope), lowest), highest)
        logarithm = line(f"Logarithm of equity over the class, trial {number + 1}", nearer, show=NUMBER)
    return line("Equity value found", target * exp(logarithm))


def _term(line: Line, label: str, target: Any, weight: Any, point: Any, over: Spread) -> Term:
    held = line(f"Weight of the call beyond the {label}", weight, show=NUMBER)
    strike = line(f"Weighted strike over the class, {label}", held * point / target, show=NUMBER)
    zero = line(f"Standardised breakpoint, {label}", log(point / target) / over.whole - over.half, show=NUMBER)
    return Term(held, strike, zero)


def _sums(line: Line, number: str, logarithm: Any, of_equity: Any, terms: list[Term], over: Spread) -> tuple[Any, Any]:
    """The change of the class with the equity, and the strikes that it is expected to pay, both over its price."""
    place = line(f"Standardised equity, trial {number}", logarithm / over.whole, show=NUMBER)
    slope = [(1, term.of_d1 * normal_cdf(place - term.zero)) for term in terms]
    strikes = [(1, term.of_d2 * normal_cdf(place - term.zero - over.whole)) for term in terms]
    change = f"Change of the class with the equity, trial {number}"
    return (
        summed(line, change, of_equity, slope, MOST_TERMS, NUMBER),
        summed(line, f"Strikes paid over the class, trial {number}", 0, strikes, MOST_TERMS, NUMBER),
    )
