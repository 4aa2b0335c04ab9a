"""Precedent transactions: what was paid for companies alike, brought to today and to the level of value wanted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from ..formula import Quantity
from ..kinds import MONEY, PERCENTAGE, PLAIN, SHARE, Money, Table
from ..lines import Line
from ..operations import average_of, harmonic_mean_of, highest_of, lowest_of, median_of, not_negative, positive
from ..units import MULTIPLE
from .method import Measures, Worth, method

Deals = Annotated[
    Mapping[str, Mapping[str, Quantity]],
    Table(
        {
            "paid": MONEY,
            "acquired": SHARE,
            "metric": MONEY,
            "net_debt": MONEY,
            "earn_out": MONEY,
            "earn_out_probability": SHARE,
            "premium": PERCENTAGE,
            "index": PLAIN,
        },
        {"net_debt": 0.0, "earn_out": 0.0, "earn_out_probability": 1.0, "premium": 0.0, "index": 1.0},
    ),
]
STATISTICS: Final = {
    "median": median_of,
    "average": average_of,
    "harmonic mean": harmonic_mean_of,
    "lowest": lowest_of,
    "highest": highest_of,
}


@method
def precedent(
    line: Line,
    *,
    metric: Money,
    deals: Deals,
    basis: Literal["enterprise", "equity"] = "enterprise",
    level: Literal["control", "minority"] = "control",
    statistic: Literal["median", "average", "harmonic mean", "lowest", "highest"] = "median",
) -> Worth:
    """Metric times the multiple of precedent transactions; on the basis ``enterprise`` before net debt.

    Each deal is grossed up to 100 % of the equity, (paid + earn-out x its probability) / acquired; its net debt (of
    100 %) is added on the basis ``enterprise``; at the level ``minority`` the premium that was paid for control comes
    off the equity; the multiple then moves with its sector. A draw is invalid with a negative metric, or with one of a
    deal that is not positive. Do not take a further discount for lack of control at the level ``minority``.
    Sources: International Valuation Standards (2022), IVS 105, market approach; Koller, Goedhart, Wessels, Valuation
    (2020), ch. 18; Rosenbaum and Pearl, Investment Banking (2020), ch. 2.

    Args:
        metric: metric; of the company valued, of the same kind and period as those of the deals
        deals: deals; paid for the share acquired, metric and net debt of 100 % of the target, earn_out (present value)
            and its probability, premium for control (price over the unaffected price, less 1), index (sector multiple
            today over that at the announcement)
        basis: basis; whether the multiples are of the enterprise value or of the equity value
        level: level of value; control as paid, or minority, without the premium for control
        statistic: statistic; which figure of the deals' multiples is used

    Example:
        metric: 150 CNY m
        deals:
          first_deal: {paid: 900 CNY m, acquired: 100%, metric: 80 CNY m}
          second_deal: {paid: 300 CNY m, acquired: 60%, metric: 55 CNY m, net_debt: 40 CNY m}
          third_deal: {paid: 700 CNY m, acquired: 100%, metric: 75 CNY m}
        statistic: median
    """
    line.heading("Deals")
    values = {name: _value(line, name, deal, basis, level) for name, deal in deals.items()}
    line.heading("Multiples of the deals, at today's level of the sector")
    multiples = [
        line(f"Multiple, {name}", values[name] / positive(deal["metric"]) * deal["index"], show=MULTIPLE)
        for name, deal in deals.items()
    ]
    line.heading(f"Value by the {statistic}")
    chosen = line("Multiple of the deals", STATISTICS[statistic](*multiples), show=MULTIPLE)
    usable = line("Metric, where positive", not_negative(metric))
    shown = Measures(metric=usable, named=f"Metric of deals, {basis}", multiple=chosen, ratio="Multiple of deals")
    if basis == "equity":
        return Worth(line("Equity value by deals", usable * chosen), "equity", shown)
    return Worth(line("Enterprise value", usable * chosen), "enterprise", shown)


def _value(line: Line, name: str, deal: Mapping[str, Any], basis: str, level: str) -> Any:
    """100 % of what was bought, at the basis and level wanted."""
    price = deal["paid"] + deal["earn_out"] * deal["earn_out_probability"]
    whole = line(f"Equity of 100 %, {name}", price / deal["acquired"])
    if level == "minority":
        whole = line(f"Equity without control premium, {name}", whole / (1 + deal["premium"]))
    if basis == "equity":
        return whole
    return line(f"Enterprise value of the deal, {name}", whole + deal["net_debt"])
