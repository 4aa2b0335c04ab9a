"""Options: the right to launch, to sell or to wait; and the equity of a levered firm as a call on the firm."""

from __future__ import annotations

from typing import Any, Literal

from ..calculation import needed, two_way
from ..kinds import Money, Rate, Shares, Years
from ..lines import Line
from ..operations import above, absolute, at_most, exp, maximum, normal_cdf, power, valid
from ..units import RATE
from .binomial import Stage, tree
from .black_scholes import Spread, call, d1, d2, discounted, put, spread
from .method import Worth, method

NEWTON_STEPS = 8


@method
@two_way(("spot", "volatility"))
def option(
    line: Line,
    *,
    spot: Money,
    strike: Money,
    life: Years,
    risk_free: Rate,
    volatility: Rate,
    cost_of_delay: Rate = 0.0,
    kind: Literal["call", "put"] = "call",
    style: Literal["european", "american"] = "european",
    model: Literal["black-scholes", "binomial"] = "black-scholes",
    steps: Literal["5", "10", "20", "30"] = "10",
    subject: Literal["project", "levered firm"] = "project",
    new_shares: Shares | None = None,
    shares_outstanding: Shares | None = None,
    first_strike: Money | None = None,
    first_years: Years | None = None,
) -> Worth:
    """Value of an option by Black-Scholes with a yield, or by a binomial tree (Cox, Ross, Rubinstein) when American.

    Gives the equity value of the right. A call launches a project (spot: present value of its cash flows if launched
    now, strike: what launching costs), a put abandons it for the strike. As a ``levered firm`` the spot is the value of
    the firm, the strike the face value of its debt, and the call its equity. Do not add it to a cash flow that has the
    expansion in it already. A project in two stages is an option on an option: ``first_strike`` is paid in
    ``first_years``, at the nearest step of the tree and only if the option is then worth more; without it the right is
    lost. A spot, strike, volatility or life that is not positive is invalid (NaN), as is a first outlay below 0 or
    after the expiry.
    Sources: Hull, Options, Futures, and Other Derivatives, ch. 13, 15, 17, 21; Damodaran, Investment Valuation (2012),
    ch. 5 (dilution) and 28 to 30; Geske (1979) on compound options.

    Args:
        spot: spot; present value of the cash flows if launched now, or value of what can be bought or sold
        strike: strike; cost of launching, price of abandoning, or face value of the debt
        life: years to expiry; how long the right lasts
        risk_free: risk-free rate; a year, continuously compounded
        volatility: volatility; of the spot, a year
        cost_of_delay: cost of delay; yield of the spot that the holder forgoes, a year, such as 1 / life for a patent
        kind: kind; call or put
        style: style; european is exercised at the end, american at any time (by the binomial model)
        model: model; the formula or the tree
        steps: steps; of the binomial tree
        subject: subject; a project, or a firm whose equity is the call (adds the value of its debt)
        new_shares: new shares; issued on exercise, spot and strike are then those of the shares optioned
        shares_outstanding: shares outstanding; before exercise, with new_shares
        first_strike: first outlay; of a project in two stages, which buys the option (by the binomial model)
        first_years: years to the first outlay; with first_strike

    Example:
        spot: ~ lognormal(300 CNY m, 0.3)
        strike: 250 CNY m
        life: 3 years
        risk_free: 2.5%
        volatility: 45%
        cost_of_delay: 5%
    """
    diluting = new_shares is not None or shares_outstanding is not None
    _consistent(kind, style, model, subject, diluting)
    stage = _stage(first_strike, first_years, model, subject)
    if model == "binomial":
        value = tree(
            line, spot=spot, strike=strike, years=life, risk_free=risk_free, volatility=volatility,
            cost_of_delay=cost_of_delay, kind=kind, early=style == "american", steps=int(steps), stage=stage,
        )  # fmt: skip
    else:
        line.heading("Option")
        over = spread(line, volatility, life)
        held = line(
            "Spot less what it yields until expiry", valid(above(spot, 0), discounted(spot, cost_of_delay, life))
        )
        owed = line("Present value of the strike", valid(above(strike, 0), discounted(strike, risk_free, life)))
        if diluting:
            new = needed(new_shares, "new_shares", "shares_outstanding comes with it")
            outstanding = needed(shares_outstanding, "shares_outstanding", "new_shares comes with it")
            fraction = line("Share of the new shares", new / (outstanding + new), show=RATE)
            held = _diluted(line, held, owed, over, fraction, exp(-cost_of_delay * life))
        value = _black_scholes(line, held, owed, over, kind)
    if stage is None:
        gain = spot - strike if kind == "call" else strike - spot
        line("Option premium over exercise now", value - maximum(gain, 0))
    if subject == "levered firm":
        debt = line("Value of the debt", spot - value)
        line("Implied interest rate", power(strike / debt, 1 / life) - 1, show=RATE)
    return Worth(line("Equity value", value + 0), "equity")


def _consistent(kind: str, style: str, model: str, subject: str, diluting: bool) -> None:
    if style == "american" and model != "binomial":
        raise TypeError(f"expected model binomial for an american option, found {model}")
    if subject == "levered firm" and kind != "call":
        raise TypeError(f"expected a call for a levered firm, found a {kind}")
    if diluting and (kind != "call" or model != "black-scholes" or subject != "project"):
        raise TypeError(f"expected new_shares with a call on a project by black-scholes, found a {kind} by {model}")


def _stage(first_strike: Any, first_years: Any, model: str, subject: str) -> Stage | None:
    if first_strike is None and first_years is None:
        return None
    if model != "binomial" or subject != "project":
        raise TypeError(f"expected first_strike with a project by model binomial, found a {subject} by {model}")
    return Stage(
        needed(first_strike, "first_strike", "first_years comes with it"),
        needed(first_years, "first_years", "first_strike comes with it"),
    )


def _black_scholes(line: Line, held: Any, owed: Any, over: Spread, kind: str) -> Any:
    near = line("N(d1)", normal_cdf(d1(held, owed, over)), show=RATE)
    far = line("N(d2)", normal_cdf(d2(held, owed, over)), show=RATE)
    exercised = far + 0 if kind == "call" else 1 - far
    line("Risk-neutral probability of exercise", exercised, show=RATE)
    if kind == "call":
        return line("Option value", held * near - owed * far)
    return line("Option value", put(held, owed, over))


def _diluted(line: Line, held: Any, owed: Any, over: Spread, fraction: Any, yielded: Any) -> Any:
    """The spot after exercise: S_adj = (S m + C n) / (m + n), where C is the option on S_adj, by Newton's method.

    C less the option on S_adj rises with C and is concave, so the steps approach from below and never overshoot.
    """
    line.heading("Dilution")
    kept = line("Spot that the old shares bring", held * (1 - fraction))
    brought = line("Part of an option that comes back in the spot", fraction * yielded, show=RATE)
    adjusted, worth = kept, 0
    for number in range(1, NEWTON_STEPS + 1):
        slope = line(f"N(d1), step {number}", normal_cdf(d1(adjusted, owed, over)), show=RATE)
        strikes = owed * normal_cdf(d2(adjusted, owed, over))
        worth = line(f"Option value, step {number}", (kept * slope - strikes) / (1 - brought * slope))
        adjusted = line(f"Spot after exercise, step {number}", kept + brought * worth)
    missed = absolute(call(adjusted, owed, over) - worth)
    tolerance = line.constant("Tolerance of an iteration", 1e-9)
    return line("Spot after exercise", valid(at_most(missed, held * tolerance), adjusted))
