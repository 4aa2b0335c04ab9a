"""Regression of a multiple on growth, margin and research: what peers are paid at the target's own figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import mul
from typing import Any, Literal

from .. import columns as col
from .. import least_squares as fit
from ..calculation import needed
from ..kinds import Number, Peers, Share
from ..lines import Line
from ..operations import above, add_up, below, either, exp, maximum, sqrt
from ..units import MULTIPLE, NUMBER, WHOLE
from .schedule import schedule


@schedule
def regression(
    line: Line,
    *,
    multiple: Peers,
    growth: Peers,
    target_growth: Number,
    margin: Peers | None = None,
    target_margin: Number | None = None,
    research: Peers | None = None,
    target_research: Number | None = None,
    scale: Literal["multiple", "log of the multiple"] = "multiple",
    confidence: Share = 0.8,
) -> None:
    """Ordinary least squares of peers' multiples on their growth and, if given, margin and research; its prediction.

    Columns have shape (peers,); a peer with a blank in one of them is left out of all. The targets are quantities and
    may be drawn. With k coefficients, n peers and x the target with a leading 1, the prediction interval is
    y +- t(n - k) s sqrt(1 + x'(X'X)^-1 x). On logarithms the prediction is the median multiple, exp(y), and errors are
    those of the logarithm. Refused: fewer than k + 1 peers, and regressors that move together.
    Sources: Damodaran, Investment Valuation (2012), ch. 18, sector regressions; Greene, Econometric Analysis (2012),
    ch. 4.6 on prediction; Belsley, Kuh and Welsch (1980) on leverage; the solver is certified by NIST's Longley data.

    Args:
        multiple: multiple; such as peers.chips.ev_sales
        growth: growth of peers; the first regressor
        target_growth: growth of the target; in the unit of the column
        margin: margin of peers; the second regressor, or any other figure that explains multiples
        target_margin: margin of the target; in the unit of the column, needed with margin
        research: research of peers; such as its share of revenue, or a third figure that explains multiples
        target_research: research of the target; in the unit of the column, needed with research
        scale: scale; logarithms keep the predicted multiple positive and outliers small
        confidence: confidence; that a peer like the target lies within the prediction interval

    Example:
        multiple: = peers.chips.ev_sales
        growth: = peers.chips.growth
        target_growth: 0.25
    """
    regressors = {"growth": (growth, target_growth)}
    if margin is not None:
        regressors["margin"] = (margin, needed(target_margin, "target_margin", "margin comes with it"))
    if research is not None:
        regressors["research"] = (research, needed(target_research, "target_research", "research comes with it"))
    paid = fit.logged(multiple) if scale == "log of the multiple" else multiple
    y, *xs = fit.sample(paid, *(column for column, _ in regressors.values()))
    _refuse_what_has_no_answer(y, xs)
    terms = [_Term(name, x, target) for (name, (_, target)), x in zip(regressors.items(), xs, strict=True)]

    line.heading("Regression")
    spread = _spread(line, terms, line("Peers in the regression", col.count(y), show=WHOLE))
    predicted, error = _fit(line, y, terms, spread)
    line.heading("Prediction for the target")
    leverage = _leverage(line, terms, spread)
    _prediction(line, predicted, error, leverage, spread, confidence, scale)


@dataclass(frozen=True)
class _Term:
    """A regressor: its name, its column of the sample, the target's value."""

    name: str
    column: Any
    target: Any


@dataclass
class _Spread:
    """How many peers and coefficients there are, and S = L D L', the regressors' squares and products less means.

    Each pivot of D is the sum of squares of a regressor that those before do not explain; ``lower`` are the rows of L.
    They grow by one with each regressor.
    """

    peers: Any
    used: Any
    means: list[Any]
    squares: list[Any] = field(default_factory=list)
    pivots: list[Any] = field(default_factory=list)
    lower: list[list[Any]] = field(default_factory=list)

    def distance(self, apart: Sequence[Any]) -> Any:
        """d'S^-1 d: how far a point is from the means in the peers' own spread; ``apart`` is L^-1 d."""
        return add_up(*(each * each / pivot for each, pivot in zip(apart, self.pivots, strict=True)))

    def inverse(self, at: int) -> Any:
        """The diagonal of S^-1 at a regressor: its column of L^-1, squared over the pivots, so signs may differ."""
        column: list[Any] = []
        for lower in self.lower[at + 1 :]:
            taken = (factor * before for factor, before in zip(lower[at + 1 :], column, strict=True))
            column.append(_less(lower[at], taken))
        later = (each * each / pivot for each, pivot in zip(column, self.pivots[at + 1 :], strict=True))
        return add_up(1 / self.pivots[at], *later)


def _less(whole: Any, parts: Iterable[Any]) -> Any:
    for part in parts:
        whole = whole - part
    return whole


def _refuse_what_has_no_answer(y: Any, xs: list[Any]) -> None:
    """Peers are data, so that their number and their spread are known before the model runs."""
    size, terms = len(fit.values_of(y)), len(xs) + 1
    if size <= terms:
        raise TypeError(f"expected at least {terms + 1} peers with a number in each column, found {size}")
    found = fit.least_squares(fit.values_of(y), *map(fit.values_of, xs))["coefficients"]
    if len(col.numbers(found)) < terms:
        raise TypeError("expected regressors that vary and do not move together")


def _spread(line: Line, terms: list[_Term], peers: Any) -> _Spread:
    used = line.constant(f"Coefficients of a regression on {len(terms)}", len(terms) + 1)
    means = [line(f"Mean {term.name}", col.average(term.column), show=NUMBER) for term in terms]
    spread = _Spread(peers, used, means)
    for at, term in enumerate(terms):
        _add_regressor(line, spread, term, terms[:at])
    if len(terms) > 1:
        for at, term in enumerate(terms):
            line(f"Variance inflation factor of {term.name}", spread.squares[at] * spread.inverse(at))
    return spread


def _add_regressor(line: Line, spread: _Spread, term: _Term, before: list[_Term]) -> None:
    """Add a row to L and a pivot to D: what goes with the regressors before is taken off one after the other."""
    spread.squares.append(line(f"Sum of squares of {term.name}", fit.squares(term.column), show=NUMBER))
    shared: list[Any] = []  # of this row of L D
    lower: list[Any] = []
    for at, other in enumerate(before):
        products = line(
            f"Sum of products of {term.name} and {other.name}",
            fit.covariance(other.column, term.column) * spread.peers,
            show=NUMBER,
        )
        shared.append(_less(products, map(mul, shared, spread.lower[at])))
        lower.append(line(f"Share of {other.name} in {term.name}", shared[at] / spread.pivots[at], show=NUMBER))
    spread.lower.append(lower)
    rest = _less(spread.squares[-1], map(mul, shared, lower))
    name = f"Sum of squares of {term.name} beside the regressors before"
    spread.pivots.append(line(name, rest, show=NUMBER) if before else rest)


def _apart(line: Line, words: str, point: list[Any], terms: list[_Term], spread: _Spread) -> list[Any]:
    """L^-1 d: of each regressor what does not go with those before."""
    found: list[Any] = []
    for term, each, lower in zip(terms, point, spread.lower, strict=True):
        rest = _less(each, map(mul, found, lower))
        found.append(line(f"{words} {term.name} beside the regressors before", rest, show=NUMBER) if found else rest)
    return found


def _fit(line: Line, y: Any, terms: list[_Term], spread: _Spread) -> tuple[Any, Any]:
    """The fitted line at the target, and the standard error of the regression."""
    xs = [term.column for term in terms]
    predicted = line("Intercept", fit.intercept(y, *xs), show=NUMBER)
    slopes = []
    for term, slope in zip(terms, fit.SLOPES, strict=False):
        slopes.append(line(f"Slope on {term.name}", slope(y, *xs), show=NUMBER))
        predicted = predicted + slopes[-1] * term.target
    explained = [coefficient * fit.covariance(x, y) for coefficient, x in zip(slopes, xs, strict=True)]
    by_peers = line("Explained sum of squares", add_up(*explained) * spread.peers, show=NUMBER)
    whole = line("Total sum of squares", fit.squares(y), show=NUMBER)
    share = line("R squared", by_peers / whole)
    freedom = spread.peers - spread.used
    line("Adjusted R squared", 1 - (1 - share) * (spread.peers - 1) / freedom)
    rest = maximum(whole - by_peers, 0)  # rounding may leave less than nothing of a perfect fit
    error = line("Standard error of the regression", sqrt(rest / freedom))
    apart = _apart(line, "Mean", spread.means, terms, spread)
    line("Standard error of the intercept", error * sqrt(1 / spread.peers + spread.distance(apart)))
    for at, term in enumerate(terms):
        line(f"Standard error of the slope on {term.name}", error * sqrt(spread.inverse(at)))
    return predicted, error


def _leverage(line: Line, terms: list[_Term], spread: _Spread) -> Any:
    """x'(X'X)^-1 x = 1/n + the distance of the target from the mean of the peers."""
    away = [
        line(f"Target less mean {term.name}", term.target - mean)
        for term, mean in zip(terms, spread.means, strict=True)
    ]
    for term in terms:
        low, high = col.smallest(term.column), col.largest(term.column)
        outside = either(below(term.target, low), above(term.target, high))
        line(f"Target {term.name} outside the peers' range", outside)
    apart = _apart(line, "Target less mean", away, terms, spread)
    return line("Leverage of the target", 1 / spread.peers + spread.distance(apart))


def _prediction(
    line: Line, predicted: Any, error: Any, leverage: Any, spread: _Spread, confidence: Any, scale: str
) -> None:
    double = line.constant("Double", 2)
    line("Target has a high leverage", above(leverage, double * spread.used / spread.peers))
    wide = line("Standard error of prediction", error * sqrt(1 + leverage))
    reach = line("Half width of the interval", fit.student_t(1 - confidence, spread.peers - spread.used) * wide)
    if scale == "log of the multiple":
        middle = line("Predicted logarithm of the multiple", predicted, show=NUMBER)
        low, high, predicted = exp(middle - reach), exp(middle + reach), exp(middle)
    else:
        predicted = line("Prediction", predicted, show=NUMBER)
        low, high = predicted - reach, predicted + reach
    line("Low end of the prediction interval", low, show=MULTIPLE)
    line("High end of the prediction interval", high, show=MULTIPLE)
    line("Predicted multiple", predicted, show=MULTIPLE)
