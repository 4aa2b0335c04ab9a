"""Contribution analysis beyond its published number: net debt, ranges, and measures that mean nothing."""

from __future__ import annotations

import doctest
from typing import Any

import numpy as np
import pytest
from agreement import readings_agree
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.calculation import MissingAssumption
from valuation.schedules import SCHEDULES, contribution

AMOUNT = st.floats(0.01, 1e6)


def two(level: str = "equity") -> dict[str, Any]:
    return {
        "earnings": {"ours": 60.0, "theirs": 40.0},
        "EBITDA": {"ours": 300.0, "theirs": 100.0, "level": level},
    }


def test_an_enterprise_measure_is_taken_net_of_each_sides_debt() -> None:
    lines = contribution(
        measures=two("enterprise"), net_debt=200.0, other_net_debt=-100.0, combined_enterprise_value=1000.0
    )
    assert float(lines["Share by EBITDA"][0]) == pytest.approx(0.75)
    assert float(lines["Share of the equity by EBITDA"][0]) == pytest.approx((750 - 200) / (1000 - 200 + 100))
    assert float(lines["Highest share"][0]) == pytest.approx(550 / 900)
    assert "Share of the equity by earnings" not in list(lines)


@given(st.dictionaries(st.sampled_from("abcdef"), st.tuples(AMOUNT, AMOUNT), min_size=1))
def test_the_range_holds_every_measure_and_the_average(pairs: dict[str, tuple[float, float]]) -> None:
    lines = contribution(measures={name: {"ours": ours, "theirs": theirs} for name, (ours, theirs) in pairs.items()})
    shares = [ours / (ours + theirs) for ours, theirs in pairs.values()]
    assert float(lines["Lowest share"][0]) == pytest.approx(min(shares), rel=1e-12)
    assert float(lines["Highest share"][0]) == pytest.approx(max(shares), rel=1e-12)
    assert float(lines["Share used"][0]) == pytest.approx(np.mean(shares), rel=1e-12)


@given(AMOUNT, AMOUNT, st.floats(0, 1), st.floats(-1, 0.4), st.floats(-1, 0.4))
def test_both_sides_together_contribute_everything(
    ours: float, theirs: float, value: float, own: float, other: float
) -> None:
    def side(measure: tuple[float, float], debts: tuple[float, float]) -> float:
        given_ = {"EBITDA": {"ours": measure[0], "theirs": measure[1], "level": "enterprise"}}
        lines = contribution(
            measures=given_, net_debt=debts[0], other_net_debt=debts[1], combined_enterprise_value=1 + value
        )
        return float(lines["Share of the equity by EBITDA"][0])

    both = side((ours, theirs), (own, other)) + side((theirs, ours), (other, own))
    assert both == pytest.approx(1, rel=1e-9)


def test_an_agreed_share_is_used_and_measured_against_the_average() -> None:
    lines = contribution(measures=two(), agreed=0.7)
    assert float(lines["Share used"][0]) == 0.7
    assert float(lines["Share agreed over the average"][0]) == pytest.approx(0.7 - (0.6 + 0.75) / 2)
    assert np.isnan(contribution(measures=two(), agreed=1.2)["Share used"][0])


def test_a_loss_contributes_nothing_that_can_be_shared() -> None:
    lines = contribution(measures={**two(), "net income": {"ours": [-5.0], "theirs": 20.0}})
    assert np.isnan(lines["Share used"]).all()


@pytest.mark.parametrize(
    ("given_", "missing"),
    [
        ({"net_debt": 1.0}, "combined_enterprise_value"),
        ({"combined_enterprise_value": 1.0}, "net_debt"),
        ({"combined_enterprise_value": 1.0, "net_debt": 0.0}, "other_net_debt"),
    ],
)
def test_net_debt_and_the_value_it_is_taken_from_come_together(given_: dict[str, float], missing: str) -> None:
    with pytest.raises(MissingAssumption) as found:
        contribution(measures=two("enterprise"), **given_)
    assert found.value.parameter == missing


def test_no_measure_is_refused() -> None:
    with pytest.raises(TypeError, match="expected at least one measure"):
        contribution(measures={})


@given(st.lists(AMOUNT, min_size=9, max_size=9))
@settings(max_examples=20, deadline=None)
def test_every_reading_agrees(numbers: list[float]) -> None:
    names = (("revenue", "enterprise"), ("EBITDA", "enterprise"), ("net income", "equity"))
    measures = {
        name: {"ours": numbers[2 * place], "theirs": numbers[2 * place + 1], "level": level}
        for place, (name, level) in enumerate(names)
    }
    debts = dict(zip(("net_debt", "other_net_debt", "combined_enterprise_value"), numbers[6:], strict=True))
    readings_agree(contribution, measures=measures, **debts)


def test_the_example_is_true() -> None:
    example = doctest.DocTestParser().get_doctest(SCHEDULES["contribution"].__doc__ or "", {}, "contribution", None, 0)
    assert example.examples and doctest.DocTestRunner().run(example).failed == 0
