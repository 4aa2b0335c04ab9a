"""The compiled engine: what it gives is what NumPy gives, and where there is none NumPy works and says so."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import ASSUMPTIONS, CASES
from scipy.special import ndtri

from valuation.assumptions import Case
from valuation.reading import load
from valuation.simulation import engine
from valuation.simulation.engine import simulate
from valuation.simulation.evaluator import Evaluator
from valuation.simulation.machine import NoMachine
from valuation.simulation.pool import opened
from valuation.simulation.sampling import KINDS, TILE, Kind

GOOD = CASES / "good"
CHOSEN = [
    ASSUMPTIONS / "alibaba",
    ASSUMPTIONS / "softbank",
    CASES.parents[1] / "benchmarks" / "sotp10",
    GOOD / "several_methods.yaml",
    GOOD / "routes.yaml",
    GOOD / "dcf_of_losses.yaml",
    GOOD / "distributions",
]


@pytest.fixture(autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VALUATION_CACHE", str(tmp_path_factory.getbasetemp() / "compiled"))


@pytest.fixture(scope="module")
def case() -> Case:
    return load(GOOD / "several_methods.yaml")


@pytest.mark.slow
@pytest.mark.parametrize("path", CHOSEN, ids=lambda path: path.stem)
def test_the_compiled_engine_gives_what_numpy_gives(path: Path) -> None:
    found = load(path)
    numpy, compiled = (simulate(found, 20_000, 7, engine=name) for name in ("numpy", "compiled"))
    assert ("numpy", "compiled", "") == (numpy.drawn.engine, compiled.drawn.engine, compiled.drawn.note)
    assert numpy.invalid == compiled.invalid
    pairs = [(numpy.per_share, compiled.per_share)]
    pairs += [(numpy.parts[name], compiled.parts[name]) for name in found.parts]
    pairs += [(numpy.attributable[name], compiled.attributable[name]) for name in found.parts]
    for expected, there in pairs:
        size = np.nanmedian(np.abs(expected)) if np.isfinite(expected).any() else 0.0
        np.testing.assert_allclose(there, expected, rtol=1e-12, atol=1e-12 * size)


@pytest.mark.parametrize("kind", KINDS)
def test_every_design_has_the_same_draws_in_both_engines(kind: Kind, case: Case) -> None:
    numpy, compiled = (
        simulate(
            case, 9000, 3, kind=kind, engine=name, keep=["chips.owned", "cloud.sales", "cloud.dcf.revenue_forecast"]
        )
        for name in ("numpy", "compiled")
    )
    np.testing.assert_allclose(compiled.per_share, numpy.per_share, rtol=1e-12)
    for name, values in numpy.kept.items():
        np.testing.assert_allclose(compiled.kept[name], values, rtol=1e-12)


def test_impossible_draws_are_named_as_numpy_names_them(case_of) -> None:  # type: ignore[no-untyped-def]
    text = """
segments:
  a: {method: stake, value: "~ normal(100 CNY m, 10 CNY m)", owned: "~ uniform(60%, 110%)"}
  b: {method: stake, value: = unit / x, unit: 5 CNY m, x: "~ discrete(0 at 20%, 2 at 80%)"}
"""
    numpy, compiled = (simulate(case_of(text), 20_000, 3, engine=name) for name in ("numpy", "compiled"))
    assert numpy.invalid == compiled.invalid
    assert 2 == len(compiled.invalid)
    assert (np.isnan(numpy.per_share) == np.isnan(compiled.per_share)).all()


def test_compiled_bytes_hang_on_no_worker_and_no_chunk(case: Case) -> None:
    alone = simulate(case, 40_000, 7, engine="compiled")
    for workers, chunk in ((1, TILE), (2, TILE), (8, 3 * TILE)):
        with opened(workers) as pool:
            found = simulate(case, 40_000, 7, engine="compiled", pool=pool, chunk=chunk)
        assert alone.per_share.tobytes() == found.per_share.tobytes()
        assert json.dumps(alone.as_json()) == json.dumps(found.as_json())


@pytest.mark.slow
def test_other_processes_compile_for_themselves_and_give_the_same_bytes(case: Case) -> None:
    alone = simulate(case, 40_000, 7, engine="compiled")
    with opened(2, "processes") as pool:
        found = simulate(case, 40_000, 7, engine="compiled", pool=pool)
    assert alone.per_share.tobytes() == found.per_share.tobytes()


def test_many_draws_are_compiled_by_themselves_and_few_are_not(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "COMPILED_FROM", 10_000)
    assert "compiled" == simulate(case, 10_000, 7).drawn.engine
    assert "numpy" == simulate(case, 5_000, 7).drawn.engine


def test_without_numba_numpy_works_and_says_so(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "COMPILED_FROM", 1)
    monkeypatch.setitem(sys.modules, "numba", None)  # as if it were not installed
    fresh = Evaluator.of(case)
    found = simulate(case, 5_000, 7, evaluator=fresh)
    assert ("numpy", True) == (found.drawn.engine, "pip install 'valuation[fast]'" in found.drawn.note)
    with pytest.raises(NoMachine, match="numba is not installed"):
        simulate(case, 5_000, 7, engine="compiled", evaluator=Evaluator.of(case))


def test_exact_quantile_functions_differ_from_tables_by_less_than_is_stated(case: Case) -> None:
    for name in ("numpy", "compiled"):
        table, exact = (simulate(case, 20_000, 7, engine=name, exact=exact) for exact in (False, True))
        away = np.abs(np.sort(table.per_share) - np.sort(exact.per_share)).max()
        assert 0 < away < 1e-5 * exact.standard_deviation


def test_the_normal_quantile_of_machine_code_is_that_of_scipy() -> None:
    from valuation.compiled import scores

    u = np.concatenate([np.random.default_rng(1).random(100_000), (np.arange(2000) + 0.5) * 2.0**-32])
    u = np.concatenate([u, 1 - u])
    found = u.copy()
    scores._normals(found)
    np.testing.assert_allclose(found, ndtri(u), rtol=3e-15, atol=1e-16)
