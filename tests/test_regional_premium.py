"""The premium by where revenue is earned: between those of its regions, whatever the money, in all readings."""

from __future__ import annotations

import numpy as np
import pytest
from agreement import only, readings_agree
from hypothesis import given
from hypothesis import strategies as st

from valuation.schedules import regional_premium

RNG = np.random.default_rng(5)
REGIONS = {"home": {"revenue": 30.0, "premium": 0.05}, "abroad": {"revenue": 10.0, "premium": 0.09}}


@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 0.2)), min_size=1, max_size=5), st.floats(0.01, 100))
def test_a_regional_premium_lies_between_those_of_its_regions_whatever_the_money(
    rows: list[tuple[float, float]], scale: float
) -> None:
    regions = {f"r{n}": {"revenue": revenue + 1, "premium": premium} for n, (revenue, premium) in enumerate(rows)}
    found = only(regional_premium(regions=regions), "Equity risk premium by revenue")
    premiums = [premium for _, premium in rows]
    assert min(premiums) - 1e-12 <= found <= max(premiums) + 1e-12
    scaled = {name: {**row, "revenue": row["revenue"] * scale} for name, row in regions.items()}
    assert pytest.approx(found, rel=1e-12) == only(regional_premium(regions=scaled), "Equity risk premium by revenue")


def test_readings_of_a_regional_premium_agree() -> None:
    drawn = {**REGIONS, "abroad": {"revenue": np.append(RNG.uniform(0, 90, 9), -1.0), "premium": 0.09}}
    lines = readings_agree(regional_premium, regions=drawn)
    assert np.isnan(lines["Equity risk premium by revenue"]).tolist() == [False] * 9 + [True]
