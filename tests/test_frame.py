"""The frame of a case: its directions, what keeps its numbers when a case changes, and what it gains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from conftest import ASSUMPTIONS

from valuation.assumptions import Case
from valuation.reading import load
from valuation.simulation.engine import frame_of, simulate
from valuation.simulation.evaluator import Evaluator
from valuation.simulation.frame import Frame, find_frame
from valuation.simulation.mixing import WEIGHT
from valuation.simulation.sampling import KINDS, Kind

Read = Callable[..., Case]

PARTS = """
drivers:
  boom: ~ event(30%)
  shared: ~ normal(1, 0.2)
{more}
segments:
  a: {{method: stake, value: = x * drivers.shared * (1 + drivers.boom), x: "~ lognormal(100 CNY m, 0.2)"}}
  b: {{method: stake, value: "~ pert(10 CNY m, 20 CNY m, 60 CNY m)"}}
correlations: [{{between: [a.x, b.value], rank: 0.5}}]
"""
IDLE = "  idle: {value: ~ uniform(1, 2), note: read by nothing}\n"


def test_directions_are_orthonormal_and_the_first_is_that_of_the_regression() -> None:
    evaluator = Evaluator.of(load(ASSUMPTIONS / "alibaba"))
    frame = find_frame(evaluator)
    np.testing.assert_allclose(frame.directions.T @ frame.directions, np.eye(4), atol=1e-12)
    scores = np.random.default_rng(1).standard_normal((len(frame.names), 4000))
    plain = Frame(frame.names, np.empty((len(frame.names), 0)), frame.jumping).mixing(evaluator)
    values = evaluator.per_share(evaluator.from_mixed(plain.apply(scores)), 4000)
    explained = np.corrcoef(frame.directions[:, 0] @ scores, values)[0, 1] ** 2
    best = np.linalg.lstsq(np.column_stack([scores.T, np.ones(4000)]), values, rcond=None)[0][:-1]
    assert explained > 0.9 * np.corrcoef(best @ scores, values)[0, 1] ** 2


def test_mixed_scores_have_the_correlations_of_the_case_to_a_few_millionths() -> None:
    evaluator = Evaluator.of(load(ASSUMPTIONS / "alibaba"))
    wanted = np.eye(len(evaluator.uncertain))
    rows = np.array(evaluator.dependence.members)
    wanted[np.ix_(rows, rows)] = evaluator.dependence.normal
    for frame in (find_frame(evaluator), Frame.plain(evaluator)):
        mixing = frame.mixing(evaluator).matrix()
        np.testing.assert_allclose(mixing @ mixing.T, wanted, atol=2 * WEIGHT)


def test_events_come_first_and_keep_axes_of_their_own(case_of: Read) -> None:
    frame = frame_of(case_of(PARTS.format(more="")))
    assert ("drivers.boom", {"drivers.boom"}) == (frame.names[0], set(frame.jumping))
    assert not frame.directions[0].any()


@pytest.mark.parametrize("kind", KINDS)
def test_an_added_input_changes_no_number_of_the_others(kind: Kind, case_of: Read) -> None:
    before, after = (simulate(case_of(PARTS.format(more=more)), 8192, 3, kind=kind) for more in ("", IDLE))
    assert before.per_share.tobytes() == after.per_share.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_runs_of_a_changed_case_in_one_frame_have_common_random_numbers(kind: Kind, case_of: Read) -> None:
    base = case_of(PARTS.format(more=""))
    changed = case_of(
        PARTS.format(more="  risk: ~ uniform(0, 0.1)\n")
        .replace('0.2)"}', '0.3)"}')
        .replace("x *", "x * (1 - drivers.risk) *")
    )
    frame = frame_of(base, kind)
    one, other = (simulate(case, 4096, 3, kind=kind, frame=frame, keep=["a.x", "b.value"]) for case in (base, changed))
    assert one.kept["b.value"].tobytes() == other.kept["b.value"].tobytes()
    scores = [np.log(run.kept["a.x"] / 100) / sigma for run, sigma in ((one, 0.2), (other, 0.3))]
    np.testing.assert_allclose(*scores, rtol=1e-9, atol=1e-12)
    assert "drivers.risk" == frame.fitted(Evaluator.of(changed)).names[-1]


def test_the_frame_hangs_on_no_seed_and_is_the_same_every_time(case_of: Read) -> None:
    one, other = (frame_of(case_of(PARTS.format(more=""))) for _ in range(2))
    assert one.names == other.names
    assert one.directions.tobytes() == other.directions.tobytes()


@pytest.mark.parametrize(
    ("value", "test", "valid"),
    [
        ("= unit * test", "2", 104),
        ("= unit * (1 + test)", "~ event(40%)", 104),
        ("= unit / test", "{value: ~ event(0%), base: 1}", 0),
        ("= unit * test", "'~ normal(5, 1)'", 104),
    ],
)
def test_cases_that_offer_few_directions_have_a_frame_all_the_same(
    value: str, test: str, valid: int, case_of: Read
) -> None:
    text = f"segments: {{a: {{method: stake, value: '{value}'}}, b: {{method: stake, value: 3 CNY m}}}}"
    if "unit" in value:
        text = (
            "segments: {a: {method: stake, value: = unit / test, unit: 1 CNY m, test: {value: ~ event(0%), base: 1}}}"
        )
    if "event" in value:
        text = "segments: {a: {method: stake, value: = (1 + test) * unit, unit: 1 CNY m, test: ~ event(40%)}}"
    found = simulate(case_of(text), 100, 1)
    assert found.draws >= 100


def test_the_frame_makes_percentiles_several_times_as_exact_as_chance() -> None:
    """Ten runs of 8,192 draws each; SOTP-10 and 65,536 draws are measured in docs/performance.md."""
    case = load(ASSUMPTIONS / "alibaba")

    def variance(kind: Kind) -> np.ndarray:
        runs = [simulate(case, 8192, seed, kind=kind, keep_draws="value") for seed in range(10)]
        return np.var([[run.mean, *(run.quantile(q) for q in (0.05, 0.5, 0.95))] for run in runs], axis=0)

    gain = variance("random") / variance("sobol")
    assert gain[0] > 20
    assert np.median(gain[1:]) > 2
