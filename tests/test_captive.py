"""Internal trade: the sum of supplier and customer moves with the transfer price only where the schedule says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from agreement import readings_agree, recorded
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from valuation.calculation import MissingAssumption
from valuation.lines import Lines
from valuation.methods import dcf, multiple
from valuation.schedules import captive

YEARS = 6
EXACT = 1e-9


class World:
    """A group of two segments: chips sell outside and to cloud. Money of both but for the internal trade is fixed."""

    def __init__(
        self,
        growth: float = 0.2,
        tax_rate: float | list[float] = 0.25,
        wacc: float | list[float] = 0.1,
        terminal_growth: float = 0.03,
        terminal: str = "gordon",
        timing: str = "mid-year",
        steady: int = 0,
    ) -> None:
        """``steady`` is for how many last years, before the forecast's end, volume grows by the terminal growth."""
        rates = [growth if year < YEARS - steady else terminal_growth for year in range(1, YEARS)]
        self.volume = np.cumprod([1.0, *(1 + rate for rate in rates)])
        self.external, self.cloud = 80 * 1.1 ** np.arange(YEARS), 900 * 1.15 ** np.arange(YEARS)
        self.tax_rate, self.wacc, self.terminal_growth = tax_rate, wacc, terminal_growth
        self.terminal, self.timing = terminal, timing

    def trade(self, price: float, treatment: str, **more: Any) -> Lines:
        """The schedule's lines at a transfer price; a unit costs 1."""
        rates = dict(tax_rate=self.tax_rate, wacc=self.wacc, terminal_growth=self.terminal_growth, timing=self.timing)
        sales, cost = list(price * 50 * self.volume), list(50 * self.volume)
        return captive(internal_sales=sales, internal_cost=cost, treatment=treatment, **{**rates, **more})

    def value(self, revenue: Any, ebita: Any, capex: Any = 0, depreciation: Any = 0) -> float:
        """Enterprise value of one segment from its money of each year."""
        revenue = np.broadcast_to(revenue, YEARS)
        lines = dcf(
            revenue=revenue[0],
            growth=[0.0, *(revenue[1:] / revenue[:-1] - 1)],
            margin=list(ebita / revenue),
            capex=list(capex / revenue),
            depreciation=list(depreciation / revenue),
            tax_rate=self.tax_rate,
            wacc=self.wacc,
            terminal_value=self.terminal,
            terminal_growth=self.terminal_growth,
            terminal_return=0.12,
            timing=self.timing,
        )
        return float(lines["Enterprise value"][0])

    def segments(self, trade: Lines, *, outside_profit: float = 0.4, cloud_profit: float = 0.6) -> tuple[float, float]:
        """Supplier and customer, each by the dcf method, fed with the schedule's lines."""
        read = flat(trade)
        supplier_revenue = self.external + read["Supplier internal revenue"]
        supplier_profit = (
            outside_profit * self.external + read["Supplier internal revenue"] - read["Supplier internal cost"]
        )
        capex, expense = read["Customer capital expenditure"], read["Customer expense"]
        depreciation = expense if np.any(capex) else 0
        return (
            self.value(supplier_revenue, supplier_profit, 5.0, 4.0),
            self.value(self.cloud, cloud_profit * self.cloud - expense, capex + 30, depreciation + 25),
        )

    def combined(self, trade: Lines, *, outside_profit: float = 0.4, cloud_profit: float = 0.6) -> float:
        """Supplier and customer as one segment."""
        read = flat(trade)
        capex, expense = read["Customer capital expenditure"], read["Customer expense"]
        profit = outside_profit * self.external + cloud_profit * self.cloud - expense
        depreciation = expense if np.any(capex) else 0
        return self.value(self.external + self.cloud, profit, capex + 35, depreciation + 29)


def flat(lines: Lines) -> dict[str, np.ndarray]:
    return {label: np.ravel(lines[label]) for label in lines}


def one(lines: Lines, label: str) -> float:
    return float(np.ravel(lines[label])[0])


PRICES = st.floats(0.9, 3)
WORLDS: Mapping[str, st.SearchStrategy[Any]] = {
    "growth": st.floats(-0.2, 0.4),
    "tax_rate": st.floats(0, 0.35) | st.lists(st.floats(0, 0.35), min_size=YEARS, max_size=YEARS),
    "wacc": st.floats(0.06, 0.15) | st.lists(st.floats(0.06, 0.15), min_size=YEARS, max_size=YEARS),
    "terminal_growth": st.floats(-0.02, 0.05),
    "timing": st.sampled_from(["mid-year", "end-year"]),
}

# Expensed in the year of purchase -------------------------------------------------------------------------------------


@given(
    st.builds(World, **WORLDS, terminal=st.sampled_from(["gordon", "value driver"])),
    PRICES,
    PRICES,
)
@settings(max_examples=60, deadline=None)
def test_the_total_does_not_move_with_the_transfer_price(world: World, price: float, other: float) -> None:
    here, there = (world.segments(world.trade(p, "gross")) for p in (price, other))
    assert sum(here) == pytest.approx(sum(there), rel=EXACT)
    if price > 1.1 * other:
        assert here[0] > there[0]


@given(st.builds(World, **WORLDS, terminal=st.sampled_from(["gordon", "value driver"])), PRICES)
@settings(max_examples=40, deadline=None)
def test_gross_net_and_combined_come_to_the_same(world: World, price: float) -> None:
    gross = sum(world.segments(world.trade(price, "gross")))
    net = world.trade(price, "net")
    assert gross == pytest.approx(sum(world.segments(net)), rel=EXACT)
    assert gross == pytest.approx(world.combined(world.trade(price, "combined")), rel=EXACT)
    assert one(net, "Tax timing to deduct") == 0


def test_a_mixed_count_would_value_the_internal_profit_twice() -> None:
    """What the schedule refuses: the supplier on all its sales, the customer at cost."""
    world = World()
    supplier, _ = world.segments(world.trade(2, "gross"))
    _, customer = world.segments(world.trade(2, "net"))
    right = sum(world.segments(world.trade(2, "gross")))
    profit_alone = world.value(world.external, flat(world.trade(2, "gross"))["Internal profit"])
    assert supplier + customer - right == pytest.approx(profit_alone, rel=EXACT)


@given(st.builds(World, **WORLDS), st.floats(1, 6), st.sampled_from(["customer", "supplier"]))
@example(World(), 4.0, "customer")
@settings(max_examples=60, deadline=None)
def test_a_loss_of_one_costs_the_tax_that_nobody_saves(world: World, price: float, loser: str) -> None:
    """Each company is taxed by itself and never negatively: the total falls by the tax on the loss."""
    outside, cloud = (0.9, 0.2) if loser == "customer" else (-1.5, 0.6)
    price = price if loser == "customer" else 1 / price
    profits = dict(outside_profit=outside, cloud_profit=cloud)
    read = flat(world.trade(price, "gross"))
    supplier = outside * world.external + read["Internal profit"]
    customer = cloud * world.cloud - read["Customer expense"]
    assume(np.all(supplier + customer >= 0))
    unrelieved = (np.maximum(-supplier, 0) + np.maximum(-customer, 0)) * world.tax_rate
    cost = -world.value(world.cloud, 0 * world.cloud, unrelieved)  # spent each year as if on capital expenditure
    as_one = world.combined(world.trade(price, "combined"), **profits)
    apart = sum(world.segments(world.trade(price, "gross"), **profits))
    assert apart == pytest.approx(as_one - cost, rel=EXACT, abs=EXACT * 1000)


def test_the_loss_years_of_the_example_are_losses() -> None:
    world = World()
    read = flat(world.trade(4, "gross"))
    assert np.any(0.2 * world.cloud < read["Customer expense"])
    assert sum(world.segments(world.trade(4, "gross"), cloud_profit=0.2)) < sum(
        world.segments(world.trade(1, "gross"), cloud_profit=0.2)
    )


@pytest.mark.parametrize(
    "reinvestment",
    [{"sales_to_capital": 1.5}, {"capex": 0.1, "depreciation": 0.05}],
    ids=["sales to capital", "a share"],
)
def test_reinvestment_that_follows_revenue_moves_with_the_transfer_price(reinvestment: dict[str, float]) -> None:
    """Why the documentation asks for capital expenditure in money."""
    world = World()

    def total(price: float) -> float:
        read = flat(world.trade(price, "gross"))
        revenue = world.external + read["Supplier internal revenue"]
        profit = 0.4 * world.external + read["Internal profit"]
        supplier = dcf(
            revenue=revenue[0], growth=[0.0, *(revenue[1:] / revenue[:-1] - 1)], margin=list(profit / revenue),
            tax_rate=0.25, wacc=0.1, terminal_value="gordon", terminal_growth=0.03, **reinvestment,
        )  # fmt: skip
        return one(supplier, "Enterprise value") + world.segments(world.trade(price, "gross"))[1]

    assert abs(total(2) / total(1) - 1) > 1e-3


# Capitalised ----------------------------------------------------------------------------------------------------------

CAPITAL: dict[str, Any] = {"charged": "capitalised"}


@given(st.builds(World, **WORLDS, steady=st.just(YEARS - 1)), PRICES, PRICES, st.integers(2, YEARS))
@settings(max_examples=60, deadline=None)
def test_only_tax_timing_moves_when_the_customer_capitalises(
    world: World, price: float, other: float, life: int
) -> None:
    """Volume grew by the terminal growth for a whole life: Gordon and the schedule count the same for ever."""
    trades = [world.trade(p, "gross", **CAPITAL, life=str(life)) for p in (price, other)]
    totals = [sum(world.segments(trade, cloud_profit=0.9)) for trade in trades]
    timing = [one(trade, "Present value of tax timing") for trade in trades]
    assert totals[0] - totals[1] == pytest.approx(timing[1] - timing[0], rel=EXACT, abs=EXACT * max(totals))
    for trade in trades:
        assert one(trade, "Tax timing overstated by the terminal value") == pytest.approx(0, abs=EXACT * max(totals))


@given(st.builds(World, **WORLDS), PRICES, st.integers(2, 10))
@settings(max_examples=60, deadline=None)
def test_gross_is_net_less_tax_timing_whatever_the_volume(world: World, price: float, life: int) -> None:
    """Where volume was unsteady, the difference is what the Gordon value overstates, which is a line as well."""
    gross, net, combined = (
        world.trade(price, treatment, **CAPITAL, life=str(life)) for treatment in ("gross", "net", "combined")
    )
    overstated = one(gross, "Tax timing overstated by the terminal value")
    total = sum(world.segments(gross, cloud_profit=0.9))
    deducted = one(net, "Tax timing to deduct")
    assert total == pytest.approx(sum(world.segments(net, cloud_profit=0.9)) - deducted - overstated, rel=EXACT)
    assert total == pytest.approx(world.combined(combined, cloud_profit=0.9) - deducted - overstated, rel=EXACT)
    assert deducted == one(combined, "Tax timing to deduct")
    assert one(gross, "Tax timing to deduct") == 0


def test_the_value_driver_formula_counts_profit_still_unrealised() -> None:
    """Why the documentation asks for Gordon: the last NOPAT holds profit that the customer has yet to deduct."""
    world = World(terminal="value driver", steady=YEARS - 1)
    trades = [world.trade(p, "gross", **CAPITAL, life="5") for p in (1.0, 2.0)]
    fall = sum(world.segments(trades[0], cloud_profit=0.9)) - sum(world.segments(trades[1], cloud_profit=0.9))
    assert abs(fall - one(trades[1], "Present value of tax timing")) > 1


@given(st.builds(World, **WORLDS), PRICES, st.integers(2, 10), st.booleans())
@settings(max_examples=40, deadline=None)
def test_tax_timing_is_that_of_each_purchase_counted_one_by_one(
    world: World, price: float, life: int, for_ever: bool
) -> None:
    more = {} if for_ever else {"terminal_growth": None}
    trade = world.trade(price, "gross", **CAPITAL, life=str(life), **more)
    assert one(trade, "Present value of tax timing") == pytest.approx(
        by_purchase(world, price, life, 3000 if for_ever else YEARS), rel=1e-9, abs=1e-9
    )


def by_purchase(world: World, price: float, life: int, purchases: int) -> float:
    """Tax paid at once less tax saved over the life, purchase by purchase, ``purchases`` years long."""
    years = purchases + life
    tax, wacc = (
        np.full(years, value[-1] if isinstance(value, list) else value) for value in (world.tax_rate, world.wacc)
    )
    tax[:YEARS], wacc[:YEARS] = world.tax_rate, world.wacc
    end = np.cumprod(1 / (1 + wacc))
    half = 0.5 if world.timing == "mid-year" else 0
    taxed = tax * end * (1 + wacc) ** half
    beyond = world.volume[-1] * (1 + world.terminal_growth) ** np.arange(1, max(purchases - YEARS, 0) + 1)
    profit = 50 * (price - 1) * np.concatenate([world.volume, beyond])
    return float(sum(profit[t] * (taxed[t] - taxed[t : t + life].mean()) for t in range(purchases)))


def test_depreciation_and_unrealised_profit_by_hand() -> None:
    trade = captive(
        internal_sales=[90.0, 120.0, 60.0, 0.0, 0.0, 0.0], internal_cost=[60.0, 60.0, 30.0, 0.0, 0.0, 0.0],
        treatment="gross", charged="capitalised", life="3", tax_rate=0.25, wacc=0.1, timing="end-year",
    )  # fmt: skip
    read = flat(trade)
    np.testing.assert_allclose(read["Customer expense"], [30, 70, 90, 60, 20, 0], rtol=1e-12)
    np.testing.assert_allclose(read["Customer capital expenditure"], [90, 120, 60, 0, 0, 0])
    np.testing.assert_allclose(read["Internal profit eliminated"], [20, 30, -10, -30, -10, 0], atol=1e-9)
    np.testing.assert_allclose(read["Unrealised internal profit"], [20, 50, 40, 10, 0, 0], atol=1e-9)


# Multiples ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("basis", ["revenue", "profit"])
@given(PRICES, st.floats(1, 20), st.floats(1, 20))
@settings(max_examples=25, deadline=None)
def test_under_multiples_gross_less_net_is_the_printed_line(basis: str, price: float, m: float, other: float) -> None:
    world = World()
    trades = {
        treatment: world.trade(price, treatment, supplier_multiple=m, supplier_basis=basis, customer_multiple=other)
        for treatment in ("gross", "net")
    }

    def total(treatment: str) -> float:
        read = {label: values[0] for label, values in flat(trades[treatment]).items()}
        revenue = world.external[0] + read["Supplier internal revenue"]
        profit = 90 + read["Supplier internal revenue"] - read["Supplier internal cost"]
        metric, name = (revenue, "EV/Sales") if basis == "revenue" else (profit, "EV/EBITA")
        supplier = multiple(metric=metric, multiple=m, basis=name)
        customer = multiple(metric=600 - read["Customer expense"], multiple=other, basis="EV/EBITA")
        return one(supplier, "Enterprise value") + one(customer, "Enterprise value")

    for trade in trades.values():
        printed = one(trade, "Difference of gross to net under multiples")
        assert total("gross") - total("net") == pytest.approx(printed, rel=EXACT, abs=EXACT * total("net"))


def test_where_the_customers_revenue_is_valued_no_charge_moves_it() -> None:
    trade = World().trade(1.5, "net", supplier_multiple=8)
    np.testing.assert_allclose(
        flat(trade)["Difference of gross to net under multiples"], 8 * flat(trade)["Sales to the customer"], rtol=1e-12
    )


# A spin-off and a customer that looks around --------------------------------------------------------------------------


def test_a_customer_that_buys_elsewhere_pays_others_and_the_group_loses_the_margin() -> None:
    world = World()
    lost = [0.0, 0.0, 0.3, 0.3, 0.3, 0.3]
    stay = world.trade(1.6, "gross")
    leave = world.trade(1.6, "gross", lost=lost, premium_elsewhere=0.1, external_revenue=list(world.external))
    read = flat(leave)
    np.testing.assert_allclose(read["Internal sales lost after a spin-off"], 80 * world.volume * lost)
    np.testing.assert_allclose(read["Customer purchases"], 80 * world.volume * (1 + 0.1 * np.array(lost)))
    np.testing.assert_allclose(
        read["Internal share of supplier revenue"],
        80 * world.volume * (1 - np.array(lost)) / (80 * world.volume * (1 - np.array(lost)) + world.external),
    )
    per_year = 50 * world.volume * lost * (1.6 * 1.1 - 1)  # paid to others, less the cost that is saved
    cost = world.value(world.cloud, per_year)
    assert sum(world.segments(stay)) - sum(world.segments(leave)) == pytest.approx(cost, rel=EXACT)
    net = world.trade(1.6, "net", lost=lost, premium_elsewhere=0.1)
    assert sum(world.segments(leave)) == pytest.approx(sum(world.segments(net)), rel=EXACT)


# What is refused, and the workbook ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("supplier", "customer", "why"),
    [
        ("gross", "net", "so it is counted twice"),
        ("gross", "combined", "so it is counted twice"),
        ("net", "gross", "so it is lost"),
        ("combined", "net", "no supplier beside it"),
    ],
)
def test_mixed_treatments_are_refused(supplier: str, customer: str, why: str) -> None:
    with pytest.raises(TypeError, match=f"found {supplier} for the supplier and {customer} for the customer: .*{why}"):
        World().trade(2, "net", supplier_treatment=supplier, customer_treatment=customer)
    same = World().trade(2, "net", supplier_treatment="gross", customer_treatment="gross")
    assert one(same, "Customer charge") == one(World().trade(2, "gross"), "Customer charge")


@pytest.mark.parametrize("missing", ["life", "tax_rate", "wacc"])
def test_capitalised_goods_need_life_tax_and_wacc(missing: str) -> None:
    with pytest.raises(MissingAssumption, match=f"{missing} is missing: the customer"):
        World().trade(2, "gross", **CAPITAL, **{"life": "5", missing: None})


def test_a_wacc_not_above_the_growth_of_purchases_is_invalid() -> None:
    trade = World(wacc=0.03, terminal_growth=0.03).trade(2, "gross", **CAPITAL, life="5")
    assert np.isnan(one(trade, "Present value of tax timing"))


def workbook_inputs(seed: int, *, yearly: bool) -> dict[str, Any]:
    random = np.random.default_rng(seed)

    def some(low: float, high: float) -> Any:
        drawn = [float(x) for x in random.uniform(low, high, YEARS)]
        return drawn if yearly else drawn[0]

    return dict(
        internal_sales=some(50, 200), internal_cost=some(-20, 300), tax_rate=some(0, 0.3), wacc=some(0.05, 0.15),
        lost=some(0, 1), external_revenue=some(0, 100), terminal_growth=float(random.uniform(-0.03, 0.1)),
        premium_elsewhere=0.07, supplier_multiple=9.0, customer_multiple=6.0,
    )  # fmt: skip


@pytest.mark.parametrize("yearly", [True, False], ids=["yearly", "single"])
@pytest.mark.parametrize("timing", ["mid-year", "end-year"])
@pytest.mark.parametrize("treatment", ["gross", "net", "combined"])
@pytest.mark.parametrize("life", [None, "2", "7"])
def test_excel_computes_what_numpy_computes(yearly: bool, timing: str, treatment: str, life: str | None) -> None:
    charged = {"charged": "expensed"} if life is None else {"charged": "capitalised", "life": life}
    for seed in range(3):
        inputs = workbook_inputs(seed, yearly=yearly)
        if seed == 2:
            del inputs["terminal_growth"]
        readings_agree(captive, YEARS, **inputs, **charged, timing=timing, treatment=treatment)


def test_money_stays_money() -> None:
    inputs = workbook_inputs(1, yearly=True)
    found = recorded(captive, YEARS, **inputs, treatment="net", charged="capitalised", life="5")
    units = {row.label: str(row.unit) for row in found.rows}
    assert units["Customer expense"] == units["Tax timing to deduct"] == "CNY m"
    assert units["Unrealised internal profit"] == units["Supplier internal revenue"] == "CNY m"
    assert units["Internal share of supplier revenue"] == "%"
