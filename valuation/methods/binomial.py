"""The binomial tree of Cox, Ross and Rubinstein (1979), a line a node: options exercised early, or bought in stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ..lines import Line
from ..operations import (
    above,
    at_least,
    at_most,
    below,
    both,
    exp,
    maximum,
    not_negative,
    sqrt,
    valid,
    where,
    within_whole,
)
from ..units import FLAG, NUMBER, RATE, YEARS


@dataclass(frozen=True)
class Stage:
    """The first of two outlays: what it costs to get the option, and in how many years that is decided."""

    strike: Any
    years: Any


@dataclass(frozen=True)
class _Outlay:
    """At one step of the tree: what is paid there, and whether the option is held once it is paid."""

    paid: Any
    held: Any


def tree(
    line: Line,
    *,
    spot: Any,
    strike: Any,
    years: Any,
    risk_free: Any,
    volatility: Any,
    cost_of_delay: Any,
    kind: Literal["call", "put"],
    early: bool,
    steps: int,
    stage: Stage | None = None,
) -> Any:
    """Value of an option on a tree of ``steps`` steps: rolled back from expiry, exercised early where that is better.

    With a ``stage`` it is the right to buy that option at the step nearest to the stage's date (Geske, 1979): only then
    can it be exercised. A draw whose probability of an up move is not between 0 and 1 is invalid: its steps are too few
    for its rates.
    """
    line.heading("Binomial tree")
    step = line("Length of a step", years / line.constant(f"{steps} steps", steps), show=YEARS)
    moving = valid(above(volatility, 0), volatility * sqrt(step))
    up = line("Up factor", exp(moving), show=NUMBER)
    down = line("Down factor", 1 / up, show=NUMBER)
    upper, lower = _present_values(line, risk_free, cost_of_delay, step, up, down)
    outlays = None if stage is None else _outlays(line, stage, years, step, steps)
    gains = _gains(line, spot, strike, up, down, kind, steps)

    def worth(at: int, gain: Any, kept: Any) -> Any:
        """The better of exercise and keeping, where it is the option that is held; less what is paid to hold it."""
        exercised = maximum(gain, kept) if early or at == steps else kept
        if outlays is None:
            return exercised
        if early and at < steps:
            exercised = where(outlays[at].held, exercised, kept)
        return maximum(exercised - outlays[at].paid, 0)

    values = {
        net: line(f"Value at expiry, {_words(net)}", worth(steps, gains[net], 0)) for net in range(-steps, steps + 1, 2)
    }
    for at in range(steps - 1, -1, -1):
        kept = {net: upper * values[net + 1] + lower * values[net - 1] for net in range(-at, at + 1, 2)}
        values = {
            net: line(f"Value at step {at}, {_words(net)}", worth(at, gains[net], value)) for net, value in kept.items()
        }
    return line("Option value", values[0] + 0)


def _present_values(line: Line, risk_free: Any, cost_of_delay: Any, step: Any, up: Any, down: Any) -> tuple[Any, Any]:
    """What one after an up move and one after a down move are worth a step before."""
    chance = (exp((risk_free - cost_of_delay) * step) - down) / (up - down)
    chance = line("Risk-neutral probability of an up move", chance, show=RATE)
    possible = within_whole(chance)
    upper = line("Present value of one after an up move", valid(possible, chance * exp(-risk_free * step)), show=NUMBER)
    return upper, line("Present value of one after a down move", exp(-risk_free * step) - upper, show=NUMBER)


def _outlays(line: Line, stage: Stage, years: Any, step: Any, steps: int) -> list[_Outlay]:
    """The first outlay falls on the step nearest to its date; nothing is paid at the others."""
    line.heading("First outlay")
    within = both(at_least(stage.years, 0), at_most(stage.years, years))
    count = line("Steps to the first outlay", valid(within, stage.years / step), show=NUMBER)
    cost = line("First outlay", not_negative(stage.strike))
    nearest = count + line.constant("Half", 0.5)
    outlays: list[_Outlay] = []
    for at in range(steps + 1):
        after = at + 1 if at == 0 else line.constant(f"{at + 1} steps", at + 1)
        held = line(f"Held after step {at}", below(nearest, after), show=FLAG)
        before = outlays[-1].held if outlays else 0
        outlays.append(_Outlay(line(f"Outlay at step {at}", (held - before) * cost), held))
    return outlays


def _gains(line: Line, spot: Any, strike: Any, up: Any, down: Any, kind: str, steps: int) -> dict[int, Any]:
    """What exercise brings at each number of net up moves."""
    line.heading("Spot less strike at each node" if kind == "call" else "Strike less spot at each node")
    prices = {0: spot}
    for net in range(1, steps + 1):
        prices[net] = line(f"Spot, {_words(net)}", prices[net - 1] * up)
        prices[-net] = line(f"Spot, {_words(-net)}", prices[1 - net] * down)
    return {
        net: line(f"Gain of exercise, {_words(net)}", price - strike if kind == "call" else strike - price)
        for net, price in sorted(prices.items())
    }


def _words(net: int) -> str:
    return f"net {'up' if net > 0 else 'down'} {abs(net)}" if net else "level"
