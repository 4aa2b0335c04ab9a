"""Net asset value: holdings at fair value, or a balance sheet restated, less what the holding itself owes and costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from ..calculation import MissingAssumption, needed
from ..formula import Quantity
from ..kinds import MONEY, PERCENTAGE, SHARE, Money, Rate, Shares, Table
from ..lines import Line
from ..operations import add_up
from ..rates import tax_on_gain
from ..units import RATE
from .discounting import spread_over
from .method import Worth, method

Holdings = Annotated[
    Mapping[str, Mapping[str, Quantity]],
    Table(
        {"value": MONEY, "owned": SHARE, "discount": SHARE, "tax": PERCENTAGE, "basis": MONEY},
        {"owned": 1.0, "discount": None, "tax": None, "basis": None},
    ),
]
Items = Annotated[
    Mapping[str, Mapping[str, Quantity]], Table({"book": MONEY, "adjustment": PERCENTAGE}, {"adjustment": 0.0})
]


@method
def net_asset(
    line: Line,
    *,
    holdings: Holdings | None = None,
    items: Items | None = None,
    basis: Literal["adjusted book", "liquidation", "replacement cost"] = "adjusted book",
    holding_net_debt: Money | None = None,
    holding_cost: Money | None = None,
    cost_tax_rate: Rate | None = None,
    cost_growth: Rate | None = None,
    discount_rate: Rate | None = None,
    market_cap: Money | None = None,
    shares: Shares | None = None,
) -> Worth:
    """Net asset value: holdings and restated items of a balance sheet, less net debt and capitalised holding costs.

    Gives the equity value. A holding counts with what is owned of its value (100 % of its equity), less a discount,
    less tax on its gain over the basis where a sale is taxed. An item counts at its book value x (1 + adjustment),
    liabilities as negative items. Net debt is that of the holding alone: debt of a holding is in its equity value. A
    draw whose discount rate is not above the growth of holding costs is invalid. Loan to value is net debt over gross
    asset value. Sources: SoftBank Group, sum-of-the-parts page of its investor relations; IPEV guidelines (2022);
    Damodaran, Investment Valuation (2012), ch. 15 (liquidation) and 16 (holdings); IVS 105 (2022), cost approach.

    Args:
        holdings: holdings; named rows of value (100 %), and if need be owned, discount, tax (rate on the latent gain)
            and basis (tax basis of what is owned)
        items: items; named rows of book value and adjustment, such as -60% for what a sale in haste brings
        basis: basis of items; what their adjustments stand for
        holding_net_debt: net debt of the holding; the holding alone, negative for net cash
        holding_cost: holding costs; next year's, before tax, of running the holding
        cost_tax_rate: tax rate on holding costs; 0 where there is no profit to take them from
        cost_growth: growth of holding costs; a year, for ever
        discount_rate: discount rate; of the holding costs, a year
        market_cap: market capitalisation; of the holding, to see its discount to net asset value
        shares: shares; diluted, to see net asset value per share

    Example:
        holdings:
          listed: {value: ~ lognormal(800 CNY m, 0.25), owned: 40%}
          private: {value: 300 CNY m, owned: 100%, discount: 20%}
        holding_net_debt: 50 CNY m
    """
    if holdings is None and items is None:
        raise MissingAssumption("holdings", "give it, or items")
    assets: list[Any] = []
    taxes: list[Any] = []
    if holdings is not None:
        line.heading("Holdings")
        for name, row in holdings.items():
            assets.append(_holding(line, name, row, taxes))
    if items is not None:
        line.heading(f"Items at {basis}")
        restated = [line(f"Fair value, {name}", row["book"] * (1 + row["adjustment"])) for name, row in items.items()]
        assets.append(line(f"Value at {basis}", add_up(*restated)))

    line.heading("Net asset value")
    gross = line("Gross asset value", add_up(*assets))
    net: Any = gross
    if taxes:
        net = net - line("Tax on latent gains", add_up(*taxes))
    if holding_net_debt is not None:
        net = net - holding_net_debt
        line("Loan to value", holding_net_debt / gross, show=RATE)
    if holding_cost is not None:
        net = net - capitalised_costs(line, holding_cost, cost_tax_rate, cost_growth, discount_rate)
    worth = line("Net asset value", net)
    if shares is not None:
        line("Net asset value per share", worth / shares)
    if market_cap is not None:
        line("Discount to net asset value", 1 - market_cap / worth, show=RATE)
    return Worth(worth, "equity")


def _holding(line: Line, name: str, row: Mapping[str, Any], taxes: list[Any]) -> Any:
    """Value of what is owned of a holding, after its discount; the tax on its gain joins ``taxes``."""
    value = row["value"] * row["owned"]
    if "discount" in row:
        value = value * (1 - row["discount"])
    worth = line(f"Value, {name}", value)
    if "tax" in row:
        if "basis" not in row:
            raise MissingAssumption(f"holdings.{name}.basis", "tax comes with it")
        taxes.append(line(f"Tax on latent gain, {name}", tax_on_gain(row["tax"], worth - row["basis"])))
    elif "basis" in row:
        raise MissingAssumption(f"holdings.{name}.tax", "basis comes with it")
    return worth


def capitalised_costs(line: Line, cost: Any, tax_rate: Any, growth: Any, rate: Any) -> Any:
    """Value of paying the holding costs for ever: cost (1 - tax) / (discount rate - growth)."""
    rate = needed(rate, "discount_rate", "holding_cost comes with it")
    growth = needed(growth, "cost_growth", "holding_cost comes with it")
    if tax_rate is not None:
        cost = line("Holding costs after tax", cost * (1 - tax_rate))
    spread = line("Discount rate less growth of holding costs", spread_over(rate, growth), show=RATE)
    return line("Capitalised holding costs", cost / spread)
