"""The harness measures what it says, and what there is not to measure is said; nothing here depends on a clock."""

from __future__ import annotations

import pytest

from benchmarks import definition as sotp10
from benchmarks import naive, report, worker
from benchmarks.engines import NotInThisVersion, simulation
from benchmarks.peers import PEERS
from benchmarks.sections import SECTIONS, Sizes, measured, summary, variance_reduction

ROUND = {"draws": 1000, "prepared": 0.1, "peak_mib": 80.0, "added_mib": 10.0, "mean": 27.5}


def test_a_measurement_is_of_the_draws_that_were_asked_for() -> None:
    found, values = worker.measure("naive", 3000, seed=4), naive.simulate(3000, 4)
    assert (3000, values.mean(), values.std()) == (found["draws"], found["mean"], found["sd"])
    assert found["seconds"] > 0 and found["peak_mib"] > 50


def test_both_engines_do_the_same_work() -> None:
    ours, theirs = worker.measure("numpy", 16_384), worker.measure("naive", 16_384)
    # four standard errors of the plain draws; ours have less
    assert theirs["mean"] == pytest.approx(ours["mean"], abs=4 * sotp10.REFERENCE_SD / 16_384**0.5)


def test_what_the_package_does_not_take_is_not_in_this_version() -> None:
    assert {"missing": "not in this version: kind nonsense"} == measured(engine="numpy", draws=100, kind="nonsense")
    with pytest.raises(NotInThisVersion, match="wings"):
        simulation(wings=2)


def test_a_tool_that_does_not_run_is_a_row_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_PYTHON_MONACO", "false")
    assert {"missing": "ended with status 1"} == measured(engine="monaco", draws=100)


def test_rounds_become_medians_with_their_spread() -> None:
    found = summary([{**ROUND, "seconds": seconds} for seconds in (0.5, 0.1, 0.2)])
    assert (0.2, 5000, 2000, 10_000, 3) == tuple(
        found[key] for key in ("seconds", "draws_a_second", "slowest", "fastest", "rounds")
    )
    assert {"missing": "why"} == summary([{**ROUND, "seconds": 1}, {"missing": "why"}])


@pytest.mark.slow
def test_plain_draws_reduce_no_variance_and_scrambled_sobol_does() -> None:
    rows = {row["design"]: row for row in variance_reduction(Sizes(replicates=20, replicate_draws=4096))}
    # the F distribution of 19 replicates: 1 in 10,000 is beyond 4
    assert all(0.25 < rows["random"][name] < 4 for name in ("mean", "P5", "P50", "P95"))
    assert rows["sobol"]["mean"] > 30


def test_the_page_tells_ratios_and_what_is_missing() -> None:
    measured = summary([{**ROUND, "seconds": 0.01}])
    rows = [
        {"engine": "naive", "correlation": "normal copula", "ratio": 1.0, **measured},
        {"engine": "compiled", "correlation": "normal copula", "missing": "not in this version: engine"},
    ]
    page = report.page({"machine": report.machine(), "small": False, "sections": {"side_by_side": rows}})
    assert "| naive | normal copula | 1,000 | 100 k (100 k to 100 k) | 1 | 10 | 27.500 |" in page
    assert "| compiled | normal copula | not in this version: engine |" in page
    assert list(SECTIONS) == list(report.TABLES)


def test_every_tool_has_a_package_and_says_how_it_correlates() -> None:
    assert {"normal copula", "Iman-Conover", "none"} == {peer.correlation for peer in PEERS.values()}
