"""Every distribution told by percentiles has them, and says so where it cannot."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from valuation.distributions import (
    REGISTRY,
    Beta,
    Distribution,
    Gamma,
    Lognormal,
    Normal,
    Pert,
    StudentT,
    Triangular,
    TruncatedNormal,
    Uniform,
    Weibull,
    build,
)

BY_PERCENTILES = sorted(name for name, found in REGISTRY.items() if found.family is not None and name != "peers")
TOLD = [
    (Normal(5, 2), {}),
    (Lognormal(118028, 0.08), {}),
    (Uniform(-3, 9), {}),
    (StudentT(0.08, 0.01, 3.5), {"freedom": 3.5}),
    (Gamma(0.3, 4), {}),
    (Gamma(3000, 0.01), {}),
    (Weibull(0.7, 5), {}),
    (Weibull(9, 5), {}),
    (Beta(2, 5), {}),
    (Beta(0.4, 0.7), {}),
    (Beta(40, 3, -2, 9), {"low": -2, "high": 9}),
    (TruncatedNormal(5, 2, 0, 8), {"low": 0, "high": 8}),
    (TruncatedNormal(9, 4, 0, 8), {"low": 0, "high": 8}),
    (Triangular(3, 4, 9), {}),
    (Triangular(3, 3, 9), {}),
    (Pert(0.2, 0.3, 0.6), {}),
    (Pert(0.2, 0.25, 0.6, 2.5), {"shape": 2.5}),
]


def of_percentiles(name: str, named: dict[str, float]) -> Any:
    return build(name, [], named)


@pytest.mark.parametrize(("d", "beside"), TOLD, ids=str)
def test_a_distribution_is_found_again_from_its_percentiles(d: Distribution, beside: dict[str, float]) -> None:
    assert d.family is not None
    levels = [2.5, 90] if len(d.family.solves) == 2 else [5, 50, 90]
    points = {f"p{level:g}": float(d.quantile(level / 100)) for level in levels}
    found = of_percentiles(d.name, points | beside)
    assert [*found.parameters.values()] == pytest.approx([*d.parameters.values()], rel=1e-7)
    assert found.quantile(np.array(levels) / 100) == pytest.approx([*points.values()], rel=1e-10)


def test_each_distribution_told_by_percentiles_is_tried() -> None:
    assert {d.name for d, _ in TOLD} == set(BY_PERCENTILES)


def test_closed_forms_are_those_of_the_books() -> None:
    ten = float(stats.norm.ppf(0.9))
    assert of_percentiles("normal", {"p10": 2, "p90": 8}) == Normal(5, 3 / ten)
    assert of_percentiles("lognormal", {"p5": 2, "p95": 8}) == Lognormal.from_percentiles(p95=8, p5=2)
    assert Lognormal.from_percentiles(p5=2, p95=8).median == 4
    assert Normal.from_percentiles(p10=2, p90=8).mean == 5
    uniform = of_percentiles("uniform", {"p10": 2, "p90": 8})
    assert [uniform.low, uniform.high] == pytest.approx([1.25, 8.75], rel=1e-14)
    weibull = of_percentiles("weibull", {"p10": 2, "p90": 8})  # ln(ln 10 / ln(10/9)) / ln 4
    assert weibull.shape == pytest.approx(math.log(math.log(10) / math.log(10 / 9)) / math.log(4), rel=1e-14)


@given(middle=st.floats(0.05, 0.95), low=st.floats(-1e6, 1e6), width=st.floats(1e-3, 1e6))
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("name", ["triangular", "pert"])
def test_three_percentiles_are_met_or_the_middle_one_is_told_where_it_may_be(
    name: str, middle: float, low: float, width: float
) -> None:
    points = {"p10": low, "p50": low + middle * width, "p90": low + width}
    found = of_percentiles(name, points)
    if isinstance(found, str):
        assert found.startswith("a middle percentile from")
    else:
        reached = found.quantile(np.array([0.1, 0.5, 0.9]))
        assert np.abs(reached - [*points.values()]).max() <= 1e-10 * width + 8 * np.spacing(abs(low) + width)
        assert found.low <= found.mode <= found.high


@given(low=st.floats(0.01, 0.98), gap=st.floats(0.005, 0.9), first=st.integers(1, 60), second=st.integers(61, 99))
@settings(max_examples=60, deadline=None)
def test_two_percentiles_of_a_beta_are_met_or_refused(low: float, gap: float, first: int, second: int) -> None:
    high = min(low + gap, 0.995)
    found = of_percentiles("beta", {f"p{first}": low, f"p{second}": high}) if low < high else "none"
    if not isinstance(found, str):
        assert np.abs(found.quantile(np.array([first, second]) / 100) - [low, high]).max() <= 1e-10 * (high - low)


def test_percentiles_describe_what_is_cut_before_it_is_cut() -> None:
    found = of_percentiles("lognormal", {"p10": 5, "p90": 20, "max": 18})
    assert str(found) == f"{Lognormal.from_percentiles(p10=5, p90=20)}"[:-1] + ", max=18)"


def test_what_cannot_be_is_an_error_for_authors_of_code() -> None:
    with pytest.raises(ValueError, match="lognormal: 0 < p5 < p95 expected, found 3, 2"):
        Lognormal.from_percentiles(p5=3, p95=2)


@pytest.mark.parametrize(
    ("name", "named", "complaint"),
    [
        ("normal", {"p10": 2, "p50": 3, "p90": 8}, "two different percentiles expected, found p10, p50, p90"),
        ("normal", {"p10": 8, "p90": 2}, "p10 < p90 expected, found 8, 2"),
        ("normal", {"p10": 2, "mean": 3}, "either mean or percentiles expected, found both"),
        ("normal", {"p10": 2, "men": 3}, "percentiles such as p10 and p90 expected, found men; did you mean mean"),
        ("pert", {"p10": 2, "p90": 3}, "three different percentiles expected, found p10, p90"),
        ("student_t", {"p10": 2, "p90": 3}, "freedom beside the percentiles expected, found none"),
        ("gamma", {"p10": 0, "p90": 3}, "0 < p10 < p90 expected, found 0, 3"),
        (
            "triangular",
            {"p10": 2, "p50": 4, "p90": 8},
            "a middle percentile from 4.2918 to 5.7082 expected beside the others, found 4",
        ),
        (
            "beta",
            {"p10": 0.2, "p90": 1.2},
            "no beta has these percentiles: they are too skewed or too wide for it; use metalog",
        ),
        (
            "truncated_normal",
            {"p10": 0.1, "p90": 0.95, "low": 0, "high": 1},
            "no truncated_normal has these percentiles: they are too skewed or too wide for it; use metalog",
        ),
        ("event", {"p10": 0, "p90": 1}, "event(probability) expected, found p10; choose from probability"),
    ],
)
def test_percentiles_that_do_not_fit_are_complaints(name: str, named: dict[str, float], complaint: str) -> None:
    assert of_percentiles(name, named).removesuffix(", which goes through any three") == complaint
