"""Rules 35, 36, 38 and 40: what a simulation shows about itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..compiled.graph import needed_rows
from ..formula import Reference
from ..lines import Array
from ..problems import Place
from ..recording import Values, evaluate_all
from ..simulation.evaluator import Evaluator
from .recorded import Recorded
from .rule import Finding, Look, of_run, percent


def drawn(evaluator: Evaluator, draws: int, seed: int) -> dict[str, Array]:
    """Values of every input in some draws; a run itself keeps only values of the case."""
    return evaluator.some(draws, seed)[0]


def drawn_values(recorded: Recorded, draws: int, seed: int, *, correlated: bool = True) -> Array:
    """The value per share of some draws, one of a case without a distribution."""
    evaluator = Evaluator.of(recorded.case, correlated=correlated)
    found, _ = evaluator.run(drawn(evaluator, draws, seed))
    return np.asarray(found.per_share, dtype=np.float64)


def drawn_rows(recorded: Recorded, rows: list[Reference], draws: int, seed: int) -> Values:
    """Some rows in some draws, without the rest of the model."""
    recording = recorded.recording
    inputs = drawn(Evaluator.of(recorded.case), draws, seed)
    given = {row: inputs[name] for name, row in recording.inputs.items()}
    return evaluate_all(recording, given, needed_rows(recording, rows))


@of_run
def correlation_effect(look: Look) -> Iterator[Finding]:
    """35: the range that the correlations make, beside the one without them, on the same draws."""
    case = look.recorded.case
    if not case.correlations:
        return
    count, seed = int(look.threshold("draws")), look.simulation.seed
    spreads = [np.nanstd(drawn_values(look.recorded, count, seed, correlated=c)) for c in (True, False)]
    if spreads[1] > 0:
        text = f"standard deviation {spreads[0]:,.2f} with the correlations, {spreads[1]:,.2f} without, "
        text += f"{percent(float(spreads[0] / spreads[1] - 1))} apart ({count:,} draws): show the range with both"
        yield look.finding("", text, case.correlations[0].origin.place)


@of_run
def invalid_draws(look: Look) -> Iterator[Finding]:
    """36: impossible draws are left out of every figure, so their share must be known."""
    run = look.simulation
    for name, count in run.invalid.items():
        share = count / run.draws
        if share > look.threshold():
            text = f"{count:,} of {run.draws:,} draws ({percent(share)}) are impossible at {name.replace('_', ' ')}: "
            text += "narrow the distributions that lead there"
            yield look.finding(name, text, _place(look.recorded, name))


def _place(recorded: Recorded, line: str) -> Place:
    scope = line.rpartition(".")[0]
    return recorded.place(line, scope if scope in recorded.case.workings else scope.partition(".")[0])


@of_run
def draws_near_growth(look: Look) -> Iterator[Finding]:
    """36: a perpetuity at a spread of half a point is a number without meaning."""
    found = {w.scope: look.recorded.line(w.scope, "WACC less terminal growth") for _, w in look.recorded.views("dcf")}
    spreads = {scope: line for scope, line in found.items() if line is not None}
    if not spreads:
        return
    values = drawn_rows(look.recorded, list(spreads.values()), int(look.threshold("draws")), look.simulation.seed)
    for scope, spread in spreads.items():
        share = float(np.mean(values[spread.row] < look.threshold()))
        if share > look.threshold("share"):
            text = f"WACC is less than {percent(look.threshold())} above terminal growth in {percent(share)} of draws: "
            text += "tie growth to the risk-free rate, or narrow both"
            yield look.finding(scope, text, look.recorded.place(f"{scope}.wacc"))


@of_run
def too_few_draws(look: Look) -> Iterator[Finding]:
    """38: errors of the mean and of P5 against what is shown."""
    run = look.simulation
    middle = abs(run.quantiles[0.5])
    if not middle or not run.mean or not run.standard_deviation:
        return
    error, width = run.standard_error / abs(run.mean), 2 * 1.96 * run.quantile_error(0.05) / middle
    if not (error <= look.threshold() and width <= look.threshold("width")):
        text = f"standard error of the mean {_share(error)} of it, confidence interval of P5 {_share(width)} of "
        text += "P50 wide, with "
        yield look.finding("", f"{text}{run.draws:,} draws: draw more", look.recorded.case.place)


def _share(value: float) -> str:
    return percent(value) if np.isfinite(value) else "unknown"


@of_run
def base_off_centre(look: Look) -> Iterator[Finding]:
    """40: a base case of most likely values is not the mean of skewed ones."""
    base, run = look.recorded.amount(look.recorded.valuation.per_share) or 0.0, look.simulation
    if run.standard_deviation > 0 and abs(base - run.mean) > look.threshold() * run.standard_deviation:
        away = (base - run.mean) / run.standard_deviation
        text = f"the base case {base:,.2f} is {away:+.1f} standard deviations from the mean {run.mean:,.2f}: "
        yield look.finding(
            "", text + "report the mean, and look for inputs whose base is not their middle", look.recorded.case.place
        )


@of_run
def skewed(look: Look) -> Iterator[Finding]:
    """40: a long tail on one side."""
    run = look.simulation
    if run.valid > 2 and abs(run.value.skewness) > look.threshold():
        text = f"skewness {run.value.skewness:+.1f}: mean {run.mean:,.2f}, P50 {run.quantiles[0.5]:,.2f}: report both"
        yield look.finding("", text, look.recorded.case.place)
