"""The fan of a name: the draws of a run, year by year."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import valuation
from valuation.assumptions import Case
from valuation.problems import InvalidAssumptions
from valuation.simulation.engine import simulate
from valuation.simulation.fan import FAN, fan

ALIBABA = Path(__file__).parents[1] / "assumptions" / "alibaba"

GROWING = """
segments:
  shop:
    method: dcf
    revenue: 100 CNY m
    growth: ~ uniform(0%, 20%)
    margin: 10%
    tax_rate: 25%
    wacc: ~ uniform(4%, 12%)
    terminal_growth: 5%
    sales_to_capital: 2x
    terminal_return: 15%
"""


@pytest.fixture(scope="module")
def study() -> valuation.Study:
    return valuation.load(ALIBABA)


@pytest.mark.parametrize("name", ["cloud.revenue_forecast", "cloud.wacc", "cloud.enterprise_value", "drivers.usd_cny"])
def test_a_fan_is_made_of_the_draws_of_a_run(study: valuation.Study, name: str) -> None:
    found, run = study.fan(name, draws=2_000, seed=7), study.simulate(2_000, 7, keep=[name])
    drawn = np.atleast_2d(run.kept[name])
    assert len(found.mean) == len(drawn)
    for share in FAN:
        np.testing.assert_array_equal(found.quantiles[share], np.nanquantile(drawn, share, axis=1))
    np.testing.assert_allclose(found.mean, np.nanmean(drawn, axis=1), rtol=1e-12)
    assert (found.draws, found.seed) == (run.draws, 7)


def test_a_fan_widens_with_compound_growth(case_of: Callable[..., Case]) -> None:
    case = case_of(GROWING)
    assert fan(case, "shop.growth", 256, 3).unit.shown == "rate"
    sales = fan(case, "shop.Revenue forecast", 4_096, 3)
    for year in range(1, 4):
        for share in FAN:  # revenue rises with growth, so its quantiles are those of growth compounded
            expected = 100 * (1 + 0.2 * share) ** year
            assert sales.quantiles[share][year - 1] == pytest.approx(expected, rel=2e-3)
        assert sales.base[year - 1] == pytest.approx(100 * 1.1**year, rel=1e-12)


def test_impossible_draws_are_left_out_and_counted(case_of: Callable[..., Case]) -> None:
    case = case_of(GROWING)
    found = fan(case, "shop.terminal_value", 4_096, 3)
    run = simulate(case, 4_096, 3)
    assert found.valid == run.valid < found.draws
    assert found.invalid == run.invalid
    assert f"draws impossible at {next(iter(run.invalid))}" in repr(found)


def test_a_fan_as_a_frame_names_its_years_and_its_unit(study: valuation.Study) -> None:
    found = study.fan("cloud.revenue_forecast", draws=256)
    frame = found.to_frame()
    assert frame.index.name == "year" and next(iter(frame.index)) == study.case.base_year + 1
    assert len(frame) == study.case.years
    assert list(frame.columns) == ["base", "mean", "P5", "P25", "P50", "P75", "P95"]
    assert frame.attrs["unit"] == "CNY m"
    single = study.fan("drivers.usd_cny", draws=256).to_frame()
    assert list(single.index) == ["drivers.usd_cny"] and single.index.name == "name"


def test_an_unknown_name_is_told_with_what_was_meant(study: valuation.Study) -> None:
    with pytest.raises(InvalidAssumptions, match=r"cloud\.revenu: is no input.*did you mean cloud\.revenue"):
        study.fan("cloud.revenu")
