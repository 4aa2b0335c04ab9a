"""Early stages: venture deals, weighted outcomes and projects in stages keep their identities in all readings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from agreement import readings_agree
from hypothesis import given
from hypothesis import strategies as st
from test_published import one

from valuation.calculation import MissingAssumption
from valuation.methods import risk_adjusted, scenarios, venture

RNG = np.random.default_rng(3)
DEAL: dict[str, Any] = dict(exit_value=100.0, years_to_exit=5.0, target_return=0.4, investment=5.0)
ROUNDS = {"b": {"sold": 0.2}, "c": {"sold": 0.1}}


# Venture ----------------------------------------------------------------------------------------------------------


def test_later_rounds_leave_the_product_of_what_each_leaves() -> None:
    lines = venture(**DEAL, later_rounds=ROUNDS)
    assert pytest.approx(0.8) == one(lines["Retention after b"])
    assert pytest.approx(0.72) == one(lines["Retention after c"])
    final_stake = 5 * 1.4**5 / 100
    assert pytest.approx(final_stake) == one(lines["Stake of the new money at exit"])
    assert pytest.approx(final_stake / 0.72) == one(lines["Stake of the new money today"])
    assert pytest.approx(one(venture(**DEAL, dilution=0.28)["Pre-money value"])) == one(lines["Pre-money value"])


@given(st.floats(0.05, 0.8), st.floats(0.5, 8), st.floats(0.1, 4), st.floats(0, 0.5))
def test_the_new_money_earns_its_return_at_the_exit(rate: float, years: float, money: float, sold: float) -> None:
    given_values = dict(exit_value=100.0, years_to_exit=years, target_return=rate, investment=money, old_shares=2.0)
    lines = venture(**given_values, later_rounds={"next": {"sold": sold}})
    stake = one(lines["Stake of the new money today"])
    if stake >= 1:
        assert np.isnan(one(lines["New shares"]))
        return
    new = one(lines["New shares"])
    assert pytest.approx(stake, rel=1e-9) == new / (new + 2)
    held_at_exit = stake * (1 - sold) * 100
    assert pytest.approx(money * (1 + rate) ** years, rel=1e-9) == held_at_exit
    assert pytest.approx(money / new, rel=1e-9) == one(lines["Price of a share"])  # pre-money / old shares


def test_yearly_failure_is_survival_at_the_plain_return() -> None:
    lines = venture(**DEAL, annual_failure=0.1)
    assert pytest.approx(1.4 / 0.9 - 1) == one(lines["Failure-adjusted return"])
    assert pytest.approx(one(venture(**DEAL, success=0.9**5)["Post-money value"])) == one(lines["Post-money value"])


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"success": 0.5, "annual_failure": 0.1}, "success or annual_failure, found both"),
        ({"dilution": 0.2, "later_rounds": ROUNDS}, "dilution or later_rounds, found both"),
    ],
)
def test_what_would_count_twice_is_refused(terms: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        venture(**DEAL, **terms)


@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"success": 0.6, "dilution": RNG.uniform(0, 0.5, 20)},
        {"annual_failure": RNG.uniform(0, 0.3, 20), "later_rounds": ROUNDS, "old_shares": 3.0},
    ],
)
def test_readings_of_the_venture_method_agree(terms: dict[str, Any]) -> None:
    lines = readings_agree(venture, **{**DEAL, "exit_value": RNG.uniform(10, 200, 20)}, **terms)
    if "old_shares" in terms:  # an investment above the post-money value buys no number of shares
        assert 0 < np.isnan(lines["New shares"]).sum() < 20


# Outcomes ---------------------------------------------------------------------------------------------------------

OUTCOMES: dict[str, dict[str, Any]] = {
    "listing": {"probability": 0.3, "value": 200.0, "years": 3.0, "flows": [5.0, 6.0, 7.0, 8.0, 9.0]},
    "sale": {"probability": 0.5, "value": 80.0, "years": 2.0, "discount_rate": 0.15, "annual_failure": 0.05},
    "failure": {"probability": 0.2, "value": -10.0, "years": 1.0},
}


@pytest.mark.parametrize(("timing", "shift"), [("end-year", 0.0), ("mid-year", 0.5)])
def test_an_outcome_is_worth_its_flows_and_its_exit_at_its_own_rate(timing: str, shift: float) -> None:
    lines = scenarios(outcomes=OUTCOMES, discount_rate=0.1, timing=timing)
    flows = sum(flow / 1.1 ** (year - shift) for year, flow in ((1, 5), (2, 6), (3, 7)))  # none after the listing
    listing, sale = flows + 200 / 1.1**3, 80 / ((1.15) / 0.95) ** 2
    assert pytest.approx(listing) == one(lines["Present value, listing"])
    assert pytest.approx(sale) == one(lines["Present value, sale"])
    assert pytest.approx(0.3 * listing) == one(lines["Weighted value, listing"])
    expected = 0.3 * listing + 0.5 * sale - 0.2 * 10 / 1.1
    assert pytest.approx(expected) == one(lines["Equity value of the outcomes"])


def test_a_yearly_failure_is_worth_the_same_as_its_survival() -> None:
    # First Chicago: the failure-adjusted rate of an outcome, or the same chance of failing as an outcome of nothing
    plain = {
        "win": {"probability": 0.95**4, "value": 50.0, "years": 4.0},
        "lose": {"probability": 1 - 0.95**4, "value": 0.0},
    }
    adjusted = {"win": {"probability": 1.0, "value": 50.0, "years": 4.0, "annual_failure": 0.05}}
    values = [
        one(scenarios(outcomes=rows, discount_rate=0.12)["Equity value of the outcomes"]) for rows in (plain, adjusted)
    ]
    assert pytest.approx(values[0], rel=1e-9) == values[1]


def test_the_floor_is_under_the_exit_and_not_under_money_that_is_paid_in_before() -> None:
    rows = {"only": {"probability": 1.0, "value": -10.0, "years": 1.0, "flows": [-3.0, 0.0]}}
    assert pytest.approx(-3.0) == one(scenarios(outcomes=rows, floor="zero")["Equity value of the outcomes"])


def test_readings_of_the_outcomes_agree() -> None:
    listing = {**OUTCOMES["listing"], "years": RNG.uniform(0.5, 6, 20), "value": RNG.normal(0, 100, 20)}
    drawn = {**OUTCOMES, "listing": listing, "sale": {**OUTCOMES["sale"], "probability": np.append([0.5] * 19, 0.4)}}
    for timing in ("end-year", "mid-year"):
        lines = readings_agree(scenarios, years=5, outcomes=drawn, discount_rate=0.1, floor="zero", timing=timing)
        assert np.isnan(lines["Equity value of the outcomes"]).tolist() == [False] * 19 + [True]


# Stages -----------------------------------------------------------------------------------------------------------

STAGES: dict[str, dict[str, Any]] = {
    "tape_out": {"probability": 0.6, "years": 1.0, "cost": 30.0},
    "qualification": {"probability": 0.7, "years": 0.5, "cost": 20.0},
    "volume": {"probability": 0.9, "years": 1.5, "cost": 50.0},
}


def test_one_stage_is_minus_c_plus_px_over_one_plus_r() -> None:
    lines = risk_adjusted(
        stages={"trial": {"probability": 0.5, "years": 1.0, "cost": 10.0}}, discount_rate=0.1, launch_value=110.0
    )
    assert pytest.approx(40, abs=1e-12) == one(lines["Risk-adjusted net present value"])
    assert pytest.approx(90, abs=1e-12) == one(lines["Net present value if nothing fails"])


def test_a_cost_counts_by_the_chance_of_reaching_it_and_the_launch_by_the_chance_of_passing_all() -> None:
    lines = risk_adjusted(stages=STAGES, discount_rate=0.12, launch_value=400.0)
    costs = [30, 0.6 * 20 / 1.12, 0.6 * 0.7 * 50 / 1.12**1.5]
    assert [one(lines[f"Present value of cost, {name}"]) for name in STAGES] == pytest.approx(costs)
    assert pytest.approx(0.378) == one(lines["Probability of passing volume"])
    assert pytest.approx(0.378 * 400 / 1.12**3 - sum(costs)) == one(lines["Risk-adjusted net present value"])


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 4), st.floats(0, 90)), min_size=1, max_size=5), st.floats(-50, 900)
)
def test_it_is_the_mean_over_every_way_the_stages_can_go(rows: list[tuple[float, float, float]], worth: float) -> None:
    stages = {f"s{i}": {"probability": p, "years": t, "cost": c} for i, (p, t, c) in enumerate(rows)}
    lines = risk_adjusted(stages=stages, discount_rate=0.1, launch_value=worth)
    # a decision tree: fail in stage k having paid for stages 0 to k, or pass them all
    expected, chance, start, paid = 0.0, 1.0, 0.0, 0.0
    for p, years, cost in rows:
        paid += cost / 1.1**start
        expected -= chance * (1 - p) * paid
        chance, start = chance * p, start + years
    expected += chance * (worth / 1.1**start - paid)
    assert pytest.approx(expected, rel=1e-9, abs=1e-9) == one(lines["Risk-adjusted net present value"])


def test_when_nothing_fails_it_is_the_plain_net_present_value() -> None:
    sure = {name: {**row, "probability": 1.0} for name, row in STAGES.items()}
    lines = risk_adjusted(stages=sure, discount_rate=0.12, launch_value=400.0)
    assert pytest.approx(400 / 1.12**3 - 30 - 20 / 1.12 - 50 / 1.12**1.5) == one(
        lines["Risk-adjusted net present value"]
    )
    assert pytest.approx(0, abs=1e-12) == one(lines["Value lost to the risk of failure"])
    losing = risk_adjusted(stages=STAGES, discount_rate=0.12, launch_value=400.0)
    assert one(losing["Value lost to the risk of failure"]) > 0


@pytest.mark.parametrize(("timing", "shift"), [("end-year", 0.0), ("mid-year", 0.5)])
def test_flows_after_launch_are_worth_a_launch_value(timing: str, shift: float) -> None:
    lines = risk_adjusted(stages=STAGES, discount_rate=0.12, flows=[50.0, -10.0, 90.0], timing=timing)
    worth = sum(flow / 1.12 ** (year - shift) for year, flow in ((1, 50), (2, -10), (3, 90)))
    assert pytest.approx(worth) == one(lines["Value at launch"])
    given_worth = risk_adjusted(stages=STAGES, discount_rate=0.12, launch_value=worth)
    assert pytest.approx(one(given_worth["Risk-adjusted net present value"])) == one(
        lines["Risk-adjusted net present value"]
    )


def test_exactly_one_of_launch_value_and_flows_is_needed() -> None:
    with pytest.raises(MissingAssumption, match="launch_value"):
        risk_adjusted(stages=STAGES, discount_rate=0.1)
    with pytest.raises(TypeError, match="either launch_value or flows"):
        risk_adjusted(stages=STAGES, discount_rate=0.1, launch_value=1.0, flows=[1.0])


@pytest.mark.parametrize(
    "payoff", [{"launch_value": RNG.normal(100, 200, 20)}, {"flows": [RNG.normal(50, 60, 20), 9.0, -5.0]}]
)
def test_readings_of_the_stages_agree(payoff: dict[str, Any]) -> None:
    drawn = {
        **STAGES,
        "volume": {**STAGES["volume"], "probability": RNG.uniform(0, 1, 20), "years": RNG.uniform(0, 3, 20)},
    }
    readings_agree(risk_adjusted, stages=drawn, discount_rate=RNG.uniform(0, 0.3, 20), timing="mid-year", **payoff)
