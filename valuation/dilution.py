"""Dilution of one share by grants and convertibles: treasury stock, if-converted, and the exact price of a share.

Incremental shares at a price are those of IAS 33; ``treasury_stock`` and ``if_converted`` give them at a market price.
At the intrinsic price, which depends on the shares that depend on it, ``per_share_of`` gives the price at once: it is
the waterfall of ``claims`` with common shares, options and convertibles, and needs no iteration.
Sources: IAS 33; Damodaran, Investment Valuation (2012), ch. 16; Koller, Goedhart, Wessels, Valuation (2020), ch. 16.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from .calculation import Calculation, calculation, needed
from .claims import Claim, price_of_share, waterfall
from .kinds import LASTING, MONEY, PERCENTAGE, PRICE, SHARES, Rate, Shares, Table
from .lines import Line
from .methods.black_scholes import call, discounted, spread
from .operations import above, absolute, add_up, at_least, maximum, where

Rows = Mapping[str, Mapping[str, Any]]
Grants = Annotated[
    Rows,
    Table(
        {"number": SHARES, "strike": PRICE, "unrecognised": PRICE, "years": LASTING, "volatility": PERCENTAGE},
        {"strike": None, "unrecognised": None, "years": None, "volatility": None},
    ),
]
Converts = Annotated[Rows, Table({"face": MONEY, "shares": SHARES})]


@dataclass(frozen=True)
class Diluted:
    """The shares that the equity is divided by, and the face of convertibles that is still owed before it is."""

    shares: Any
    owed: Any


class ShareCount(Calculation):
    """The calculation behind the diluted shares of a case."""


def diluted_shares(
    line: Line,
    equity: Any,
    price: Any,
    *,
    basic: Shares,
    grants: Grants | None = None,
    converts: Converts | None = None,
    dilution: Literal["at the value", "at the price", "option value"] = "at the value",
    risk_free: Rate | None = None,
    dividend_yield: Rate | None = None,
) -> Diluted:
    """Diluted shares from shares outstanding, grants and convertibles.

    ``equity`` is the group's, with no convertible among the debts deducted; ``price`` is what an ordinary share costs
    in the case's money. At the value (the default) each grant is exercised and each convertible converted where the
    value per share found says so, exactly and without a circle; at the price the market price decides (IAS 33); by
    option value grants are deducted at Black-Scholes value (Damodaran), which keeps their time value. Where a share is
    worth exactly nothing no number of shares follows from it, and those before dilution are taken.

    Args:
        basic: shares outstanding; without treasury shares
        grants: grants; named rows of number and strike (money a share of the case's currency), restricted units without
            a strike but perhaps with an unrecognised cost a share; option value needs years and volatility of each with
            a strike or a cost
        converts: convertibles; named rows of face and of the shares they convert into; leave them out of debt
        dilution: dilution; what decides which grants and convertibles become shares
        risk_free: risk-free rate; continuously compounded, for option value
        dividend_yield: dividend yield; continuously compounded, for option value
    """
    held, owed = basic, None
    if dilution == "at the price":
        market = needed(price, "price", "dilution is at the price")
        line.heading("Dilution at the price")
        if grants:
            held = held + treasury_stock(line, grants, market)
        if converts:
            converted, owed = if_converted(line, converts, market)
            held = held + converted
        return Diluted(line("Diluted shares", held), owed)
    if dilution == "option value":
        rate = needed(risk_free, "risk_free", "dilution is by option value")
        if converts:
            converted, owed = if_converted(line, converts, needed(price, "price", "convertibles stand beside options"))
            held, equity = line("Shares with convertibles", held + converted), equity - owed
        given = {"risk_free": rate, "dividend_yield": dividend_yield}
        value = per_share_by_option_value(
            line, equity, held, needed(grants, "grants", "dilution is by option value"), **given
        )
    else:
        value = per_share_of(line, equity, basic, grants, converts)
        if converts:
            _, owed = if_converted(line, converts, value)
            equity = equity - owed
    counted = where(above(absolute(value), 0), equity / value, held)
    return Diluted(line("Diluted shares", counted), owed)


SHARE_COUNT: Final = calculation(ShareCount, diluted_shares)


def strike_of(grant: Mapping[str, Any]) -> Any:
    """What a share of a grant costs its holder: the strike, a restricted unit's unrecognised cost, or None."""
    return grant["strike"] if "strike" in grant else grant.get("unrecognised")


def treasury_stock(line: Line, grants: Rows, price: Any) -> Any:
    """Incremental shares of grants at a price: N max(0, 1 - K / P), all of them where nothing is paid for them.

    ``grants`` are named rows of ``number`` (m shares) and ``strike`` (money a share); restricted units have no strike,
    and may have an ``unrecognised`` cost (money a share) that counts like one. At a price of nothing or less a grant
    with a strike adds no shares.
    """
    shares = [_incremental(line, name.replace("_", " "), grant, price) for name, grant in grants.items()]
    return line("Incremental shares of grants", add_up(*shares))


def _incremental(line: Line, words: str, grant: Mapping[str, Any], price: Any) -> Any:
    strike = strike_of(grant)
    if strike is None:
        return grant["number"]
    part = where(above(price, strike), 1 - strike / price, 0)
    return line(f"Incremental shares, {words}", grant["number"] * part)


def if_converted(line: Line, converts: Rows, price: Any) -> tuple[Any, Any]:
    """Shares of convertibles that are worth more than their face at a price, and the face of the others.

    ``converts`` are named rows of ``face`` (money) and ``shares`` (m shares). The face of the others is still owed.
    """
    shares, faces = [], []
    for name, row in converts.items():
        words, better = name.replace("_", " "), at_least(price * row["shares"], row["face"])
        shares.append(line(f"Shares, {words} if converted", where(better, row["shares"], 0)))
        faces.append(line(f"Face of {words} if not converted", where(better, 0, row["face"])))
    return (
        line("Shares of convertibles", add_up(*shares)),
        line("Face of convertibles that stay debt", add_up(*faces)),
    )


def per_share_of(line: Line, equity: Any, basic: Any, grants: Rows | None = None, converts: Rows | None = None) -> Any:
    """Value of one share when grants and convertibles take theirs at that very value.

    ``equity`` is before convertibles (their face is not among the debts that were deducted); ``basic`` are the shares
    outstanding. The price p solves p (basic + treasury stock at p + converted at p) + face of the rest = equity, in
    one pass. A negative equity gives a negative price, of the basic shares and restricted units alone.
    """
    line.heading("Value of a share after grants and convertibles")
    fall = waterfall(line, claims_of(basic, grants or {}, converts or {}))
    rest = equity if fall.owed is None else line("Equity after convertibles at face", equity - fall.owed)
    beyond = {
        event.label: line(f"Equity beyond the {event.label}", maximum(equity - point, 0))
        for event, point in zip(fall.events, fall.breakpoints, strict=True)
    }
    return price_of_share(line, fall, rest, beyond)[0]


def claims_of(basic: Any, grants: Rows, converts: Rows) -> list[Claim]:
    """The capital structure of a listed company: common shares, grants and convertibles."""
    claims = [Claim("basic_shares", "common", basic)]
    for name, grant in grants.items():
        strike = strike_of(grant)
        claims.append(Claim(name, "common" if strike is None else "option", grant["number"], strike=strike))
    return claims + [Claim(name, "preferred", row["shares"], preference=row["face"]) for name, row in converts.items()]


def per_share_by_option_value(
    line: Line, equity: Any, basic: Any, grants: Rows, *, risk_free: Any, dividend_yield: Any = None
) -> Any:
    """Value of one share when grants are deducted at their option value (Damodaran), which keeps their time value.

    Rows of ``grants`` have ``years`` and ``volatility`` beside number and strike. The spot of an option is the price
    after dilution, (S m + C n) / (m + n); as S m + C n is the equity, that is the equity over all shares, and nothing
    is circular. Grants without a strike count as shares. Where the equity is not positive options are worth nothing.
    """
    line.heading("Value of a share after the option value of grants")
    free = [grant["number"] for grant in grants.values() if strike_of(grant) is None]
    costly = {name: grant for name, grant in grants.items() if strike_of(grant) is not None}
    held = line("Shares and restricted units", add_up(basic, *free))
    number = [grant["number"] for grant in costly.values()]
    spot = line("Equity a share, all grants exercised", equity / add_up(held, *number))
    rest = equity
    for name, grant in costly.items():
        words = name.replace("_", " ")
        reason = "grants that cost something are deducted at their option value"
        years = needed(grant.get("years"), f"grants.{name}.years", reason)
        over = spread(line, needed(grant.get("volatility"), f"grants.{name}.volatility", reason), years, f", {words}")
        owed = line(f"Present value of the strike, {words}", discounted(strike_of(grant), risk_free, years))
        kept = spot
        if dividend_yield is not None:
            kept = line(f"Share less its dividends, {words}", discounted(spot, dividend_yield, years))
        one = line(f"Value of one option, {words}", where(above(kept, 0), call(kept, owed, over), 0))
        rest = rest - line(f"Value of {words}", one * grant["number"])
    return line("Value of a common share", rest / held)
