"""The binomial tree of Cox, Ross and Rubinstein (1979), a line a node, for options that may be exercised early."""

from __future__ import annotations

from typing import Any, Literal

from ..lines import Line
from ..operations import above, at_least, at_most, both, exp, maximum, sqrt, valid
from ..units import NUMBER, RATE, YEARS


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
) -> Any:
    """Value of an option on a tree of ``steps`` steps: rolled back from expiry, exercised early where that is better.

    A draw whose probability of an up move is not between 0 and 1 is invalid: its steps are too few for its rates.
    """
    line.heading("Binomial tree")
    step = line("Length of a step", years / line.constant(f"{steps} steps", steps), show=YEARS)
    moving = valid(above(volatility, 0), volatility * sqrt(step))
    up = line("Up factor", exp(moving), show=NUMBER)
    down = line("Down factor", 1 / up, show=NUMBER)
    chance = (exp((risk_free - cost_of_delay) * step) - down) / (up - down)
    chance = line("Risk-neutral probability of an up move", chance, show=RATE)
    possible = both(at_least(chance, 0), at_most(chance, 1))
    upper = line("Present value of one after an up move", valid(possible, chance * exp(-risk_free * step)), show=NUMBER)
    lower = line("Present value of one after a down move", exp(-risk_free * step) - upper, show=NUMBER)
    gains = _gains(line, spot, strike, up, down, kind, steps)
    values = {
        net: line(f"Value at expiry, {_words(net)}", maximum(gains[net], 0)) for net in range(-steps, steps + 1, 2)
    }
    for at in range(steps - 1, -1, -1):
        kept = {net: upper * values[net + 1] + lower * values[net - 1] for net in range(-at, at + 1, 2)}
        values = {
            net: line(f"Value at step {at}, {_words(net)}", maximum(gains[net], value) if early else value)
            for net, value in kept.items()
        }
    return line("Option value", values[0] + 0)


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
