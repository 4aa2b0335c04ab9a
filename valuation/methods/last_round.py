"""The last round: equity from the price of a round, at face value (post-money) or by option pricing (backsolve)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from ..calculation import MissingAssumption, needed, two_way
from ..claims import Claim, Waterfall, bands, divide, waterfall
from ..kinds import MONEY, PLAIN, PRICE, SHARES, Choice, Money, Rate, Table, Years
from ..lines import Line
from ..operations import absolute, add_up, at_most, exp, valid, where
from ..units import FLAG, MULTIPLE, RATE
from .backsolve import backsolve
from .black_scholes import Spread, call, spread
from .method import Worth, method

Classes = Annotated[
    Mapping[str, Mapping[str, Any]],
    Table(
        {
            "kind": Choice(("common", "preferred", "redeemable", "option")),
            "shares": SHARES,
            "round_price": PRICE,
            "preference": MONEY,
            "rank": Choice(("1", "2", "3", "4", "5", "6")),
            "conversion_ratio": PLAIN,
            "participation": Choice(("none", "full", "capped")),
            "cap": MONEY,
            "strike": PRICE,
        },
        {
            "kind": "common",
            "round_price": None,
            "preference": None,
            "rank": "1",
            "conversion_ratio": None,
            "participation": "none",
            "cap": None,
            "strike": None,
        },
    ),
]


@method
@two_way(("volatility", "years_to_exit"))
def last_round(
    line: Line,
    *,
    classes: Classes,
    value_from: Literal["post-money", "option pricing backsolve", "given equity"] = "option pricing backsolve",
    new_money: Money | None = None,
    equity: Money | None = None,
    volatility: Rate | None = None,
    years_to_exit: Years | None = None,
    risk_free: Rate | None = None,
) -> Worth:
    """Equity of a company with several classes of shares, from the price of its last round.

    Post-money is the price of the round times all shares, fully diluted: it prices every class like the newest
    preferred and overstates the equity. The backsolve finds the equity value at which that class, seen as calls struck
    at the breakpoints of the waterfall, is worth what was paid for it; a draw in which no equity value does that is
    invalid (NaN), as is one with a breakpoint of nothing. ``given equity`` divides an equity value among the classes.
    Sources: AICPA guide on private equity valuations (2019), ch. 8, 10 and 12; Gornall and Strebulaev (2020).

    Args:
        classes: classes of shares; named rows of kind, shares, round_price (money a share, on the one class that the
            round sold), preference (liquidation preference, money in total), rank (1 is paid first, equals share),
            conversion_ratio (common shares for each preferred), participation, cap (money in total, the preference
            included) and strike (money a share)
        value_from: value from; post-money, the option pricing backsolve, or an equity value that is given
        new_money: new money; paid in by the round, for the pre-money value and the stake of the new money
        equity: equity value; 100 % of the company, to be divided among the classes
        volatility: volatility of the equity; a year
        years_to_exit: years to exit; until the classes are paid out
        risk_free: risk-free rate; a year, continuously compounded

    Example:
        value_from: post-money
        classes:
          common: {shares: 80 m shares}
          series_a: {kind: preferred, shares: 20 m shares, preference: 100 CNY m, round_price: 5 CNY/share}
        new_money: 100 CNY m
    """
    sold = _sold(classes)
    if value_from == "given equity":
        given = needed(equity, "equity", "value_from is given equity")
        line.heading("Equity divided among the classes")
        worth = line("Equity value of the company", given + 0)
        _divided(line, classes, worth, sold, volatility, years_to_exit, risk_free)
        return Worth(worth, "equity")
    if sold is None:
        raise MissingAssumption("classes", f"round_price on one class: value_from is {value_from}")
    post = _post_money(line, classes, sold, new_money)
    if value_from == "post-money":
        return Worth(line("Equity value of the company", post + 0), "equity")
    found, values = _divided(line, classes, None, sold, volatility, years_to_exit, risk_free)
    paid = classes[sold]["round_price"] * classes[sold]["shares"]
    tolerance = line.constant("Tolerance of an iteration", 1e-9)
    met = where(at_most(absolute(values[sold] / paid - 1), tolerance), 1, 0)
    met = line("The round's class is worth its price", met, show=FLAG)
    worth = line("Equity value of the company", valid(met, found))
    line("Equity value over post-money value", worth / post, show=MULTIPLE)
    return Worth(worth, "equity")


def _sold(classes: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The class that the round sold: the one row with a round_price."""
    sold = [name for name, row in classes.items() if row.get("round_price") is not None]
    if len(sold) > 1:
        raise TypeError(f"expected round_price on the one class that the round sold, found it on {' and '.join(sold)}")
    return sold[0] if sold else None


def _post_money(line: Line, classes: Mapping[str, Mapping[str, Any]], sold: str, new_money: Any) -> Any:
    line.heading("Post-money")
    price = classes[sold]["round_price"]
    if classes[sold].get("conversion_ratio") is not None:
        price = line("Price of the round for a common share", price / classes[sold]["conversion_ratio"])
    shares = [_converted(row) for row in classes.values() if row["kind"] != "redeemable"]
    diluted = line("Shares, fully diluted", add_up(*shares))
    post = line("Post-money value", price * diluted)
    if new_money is not None:
        line("Pre-money value", post - new_money)
        line("Stake of the new money", new_money / post, show=RATE)
    return post


def _converted(row: Mapping[str, Any]) -> Any:
    ratio = row.get("conversion_ratio")
    return row["shares"] if ratio is None else row["shares"] * ratio


def _claim(line: Line, name: str, row: Mapping[str, Any]) -> Claim:
    kind, preferred = row["kind"], row["kind"] in ("preferred", "redeemable")
    shares = row["shares"]
    if row.get("conversion_ratio") is not None:
        shares = line(f"Common shares of {name.replace('_', ' ')}", _converted(row))
    for field, wanted, why in (
        ("preference", preferred, f"{name} is {kind}"),
        ("cap", kind == "preferred" and row["participation"] == "capped", f"the participation of {name} is capped"),
        ("strike", kind == "option", f"{name} is an option"),
    ):
        if wanted and row.get(field) is None:
            raise MissingAssumption(f"classes.{name}.{field}", why)
        if not wanted and row.get(field) is not None:
            raise TypeError(f"expected no {field} for {name}, which is {kind}, found one")
    rank, participation = int(row["rank"]), row["participation"]
    preference, cap, strike = (row.get(field) for field in ("preference", "cap", "strike"))
    return Claim(name, kind, shares, preference, rank, participation, cap, strike)


def _divided(
    line: Line,
    classes: Mapping[str, Mapping[str, Any]],
    equity: Any,
    sold: str | None,
    volatility: Any,
    years: Any,
    risk_free: Any,
) -> tuple[Any, dict[str, Any]]:
    """Divide an equity value, or the one that makes the round's class worth its price, among the classes."""
    volatility = needed(volatility, "volatility", "classes are valued by option pricing")
    years = needed(years, "years_to_exit", "classes are valued by option pricing")
    risk_free = needed(risk_free, "risk_free", "classes are valued by option pricing")
    line.heading("Breakpoints")
    fall = waterfall(line, [_claim(line, name, row) for name, row in classes.items()])
    line.heading("Calls struck at the breakpoints")
    over = spread(line, volatility, years)
    factor = line("Discount factor to the exit", exp(-risk_free * years))
    points = {name: line(f"Present value, {name}", point * factor) for name, point in fall.points.items()}
    if equity is None:
        assert sold is not None
        equity = _found(line, fall, classes, sold, points, over)
    line.heading("Value of the classes")
    beyond = {name: line(f"Call beyond the {name}", call(equity, point, over)) for name, point in points.items()}
    values = divide(line, fall, equity, beyond)
    line("Sum of the classes", add_up(*values.values()))
    for name, row in classes.items():
        line(f"Value a share of {name.replace('_', ' ')}", values[name] / row["shares"])
    return equity, values


def _found(
    line: Line,
    fall: Waterfall,
    classes: Mapping[str, Mapping[str, Any]],
    sold: str,
    points: Mapping[str, Any],
    over: Spread,
) -> Any:
    claim = next(claim for claim in fall.claims if claim.name == sold)
    paid = line("Paid for the round's class at its price", classes[sold]["round_price"] * classes[sold]["shares"])
    of_equity, weights = bands(fall, claim)
    return backsolve(line, paid, of_equity, weights, points, over)
