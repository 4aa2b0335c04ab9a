"""Regression of a multiple on growth and margin: what peers are paid at the target's own growth and margin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .. import columns as col
from .. import least_squares as fit
from ..calculation import needed
from ..kinds import Number, Peers, Share
from ..lines import Line
from ..operations import above, either, exp, sqrt
from ..operations import below as less
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
    scale: Literal["multiple", "log of the multiple"] = "multiple",
    confidence: Share = 0.8,
) -> None:
    """Ordinary least squares of peers' multiples on their growth and, if given, margin; the multiple it predicts.

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
        scale: scale; logarithms keep the predicted multiple positive and outliers small
        confidence: confidence; that a peer like the target lies within the prediction interval
    """
    regressors = {"growth": (growth, target_growth)}
    if margin is not None:
        regressors["margin"] = (margin, needed(target_margin, "target_margin", "margin comes with it"))
    paid = fit.logged(multiple) if scale == "log of the multiple" else multiple
    y, *xs = fit.sample(paid, *(column for column, _ in regressors.values()))
    _refuse_what_has_no_answer(y, xs)
    terms = [_Term(name, x, target) for (name, (_, target)), x in zip(regressors.items(), xs, strict=True)]

    line.heading("Regression")
    predicted = _coefficients(line, y, terms)
    peers, error = _quality(line, y, terms)
    line.heading("Prediction for the target")
    leverage = _leverage(line, terms, peers)
    _prediction(line, predicted, leverage, error, peers, terms, confidence, scale)


@dataclass(frozen=True)
class _Term:
    """A regressor: its name, its column of the sample, the target's value."""

    name: str
    column: Any
    target: Any


def _refuse_what_has_no_answer(y: Any, xs: list[Any]) -> None:
    """Peers are data, so that their number and their spread are known before the model runs."""
    size, terms = len(fit.values_of(y)), len(xs) + 1
    if size <= terms:
        raise TypeError(f"expected at least {terms + 1} peers with a number in each column, found {size}")
    found = fit.least_squares(fit.values_of(y), *map(fit.values_of, xs))["coefficients"]
    if len(col.numbers(found)) < terms:
        raise TypeError("expected regressors that vary and do not move together")


def _coefficients(line: Line, y: Any, terms: list[_Term]) -> Any:
    """The fitted line, and its value at the target."""
    xs = [term.column for term in terms]
    predicted = line("Intercept", fit.intercept(y, *xs), show=NUMBER)
    line("Standard error of the intercept", fit.intercept_error(y, *xs), show=NUMBER)
    slopes, errors = (fit.slope, fit.second_slope), (fit.slope_error, fit.second_slope_error)
    for term, slope, error in zip(terms, slopes, errors, strict=False):
        coefficient = line(f"Slope on {term.name}", slope(y, *xs), show=NUMBER)
        line(f"Standard error of the slope on {term.name}", error(y, *xs), show=NUMBER)
        predicted = predicted + coefficient * term.target
    return predicted


def _quality(line: Line, y: Any, terms: list[_Term]) -> tuple[Any, Any]:
    """How well the line fits; the number of peers and the standard error."""
    xs = [term.column for term in terms]
    peers = line("Peers in the regression", col.count(y), show=WHOLE)
    used = line.constant(f"Coefficients of a regression on {len(terms)}", len(terms) + 1)
    share = line("R squared", fit.r_squared(y, *xs), show=NUMBER)
    line("Adjusted R squared", 1 - (1 - share) * (peers - 1) / (peers - used), show=NUMBER)
    if len(terms) > 1:
        shared = fit.covariance(*xs) * peers
        alike = line(
            "Squared correlation of the regressors", shared * shared / (fit.squares(xs[0]) * fit.squares(xs[1]))
        )
        line("Variance inflation factor", 1 / (1 - alike))
    return peers, line("Standard error of the regression", fit.residual_error(y, *xs), show=NUMBER)


def _leverage(line: Line, terms: list[_Term], peers: Any) -> Any:
    """x'(X'X)^-1 x = 1/n + q, where q measures how far the target stands from the mean of the peers."""
    away = [line(f"Target less mean {term.name}", term.target - col.average(term.column)) for term in terms]
    for term in terms:
        low, high = col.smallest(term.column), col.largest(term.column)
        outside = either(less(term.target, low), above(term.target, high))
        line(f"Target {term.name} outside the peers' range", outside)
    spread = [line(f"Sum of squares of {term.name}", fit.squares(term.column), show=NUMBER) for term in terms]
    distance = away[0] * away[0] / spread[0]
    if len(terms) > 1:
        shared = line("Sum of products", fit.covariance(*(term.column for term in terms)) * peers)
        double = line.constant("Double", 2)
        whole = line("Spread of both", spread[0] * spread[1] - shared * shared)
        crossed = away[0] * away[0] * spread[1] - double * away[0] * away[1] * shared + away[1] * away[1] * spread[0]
        distance = crossed / whole
    return line("Leverage of the target", 1 / peers + distance)


def _prediction(
    line: Line, predicted: Any, leverage: Any, error: Any, peers: Any, terms: list[_Term], confidence: Any, scale: str
) -> None:
    used = line.constant(f"Coefficients of a regression on {len(terms)}", len(terms) + 1)
    double = line.constant("Double", 2)
    line("Target has a high leverage", above(leverage, double * used / peers))
    wide = line("Standard error of prediction", error * sqrt(1 + leverage))
    reach = line("Half width of the interval", fit.student_t(1 - confidence, peers - used) * wide)
    if scale == "log of the multiple":
        middle = line("Predicted logarithm of the multiple", predicted, show=NUMBER)
        low, high, predicted = exp(middle - reach), exp(middle + reach), exp(middle)
    else:
        predicted = line("Prediction", predicted, show=NUMBER)
        low, high = predicted - reach, predicted + reach
    line("Low end of the prediction interval", low, show=MULTIPLE)
    line("High end of the prediction interval", high, show=MULTIPLE)
    line("Predicted multiple", predicted, show=MULTIPLE)
