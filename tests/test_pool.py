"""Who works: the same bytes for any number and sort of workers, dead ones, and a run that is stopped."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from conftest import CASES, SHIPPED

from valuation.assumptions import Case
from valuation.reading import load
from valuation.simulation import engine, processes
from valuation.simulation.engine import simulate
from valuation.simulation.pool import Alone, Cluster, Pool, Where, opened
from valuation.simulation.processes import Processes, WorkersDied
from valuation.simulation.results import Simulation
from valuation.simulation.sampling import KINDS, TILE, Kind
from valuation.simulation.sketch import RANK_ERROR
from valuation.simulation.work import Found, Stretch, Work

SMALL = CASES / "good" / "several_methods.yaml"


def bytes_of(found: Simulation) -> bytes:
    return found.per_share.tobytes() + json.dumps(found.as_json()).encode()


@pytest.fixture(scope="module")
def case() -> Case:
    return load(SMALL)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_bytes_for_1_2_and_8_threads_and_any_chunk(case: Case, kind: Kind) -> None:
    alone = simulate(case, 20_000, 7, kind=kind)
    for workers, chunk in ((1, TILE), (2, TILE), (8, 3 * TILE)):
        with opened(workers) as pool:
            assert bytes_of(alone) == bytes_of(simulate(case, 20_000, 7, kind=kind, pool=pool, chunk=chunk))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_in_2_and_8_processes(case: Case) -> None:
    alone = simulate(case, 20_000, 7)
    for workers in (2, 8):
        with opened(workers, "processes") as pool:
            assert bytes_of(alone) == bytes_of(simulate(case, 20_000, 7, pool=pool, chunk=TILE))


@pytest.mark.slow
def test_a_dask_cluster_gives_the_same_bytes(case: Case) -> None:
    alone = simulate(case, 20_000, 7)
    with opened(2, "dask") as pool:
        assert bytes_of(alone) == bytes_of(simulate(case, 20_000, 7, pool=pool, chunk=TILE))


@pytest.mark.slow
def test_a_worker_that_dies_costs_its_stretch_and_not_the_run(case: Case) -> None:
    alone = simulate(case, 60_000, 7)
    killed: list[int] = []
    with opened(2, "processes") as pool:
        assert isinstance(pool, Processes)

        def kill_one(done: int, whole: int) -> None:
            if not killed:
                killed.append(kill(pool))

        found = simulate(case, 60_000, 7, pool=pool, chunk=TILE, progress=kill_one)
        assert (1, 1) == (len(killed), pool.deaths)
    assert bytes_of(alone) == bytes_of(found)


@pytest.mark.slow
def test_a_worker_that_dies_in_the_middle_of_its_answer_holds_up_no_other(case: Case) -> None:
    alone = simulate(case, 400_000, 7)
    killed: list[int] = []
    with opened(2, "processes") as pool:
        assert isinstance(pool, Processes)

        def kill_writers(done: int, whole: int) -> None:
            if len(killed) < 3:  # answers larger than a pipe holds: whoever has one is writing while nobody reads
                time.sleep(0.2)
                killed.append(kill(pool))

        found = simulate(case, 400_000, 7, pool=pool, chunk=32 * TILE, progress=kill_writers)
        assert (3, 3) == (len(killed), pool.deaths)
    assert bytes_of(alone) == bytes_of(found)


def kill(pool: Processes) -> int:
    """Kill a worker that is at work."""
    process = next(worker.process for worker in pool.open if worker.has)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    return process.pid


def test_what_a_worker_raises_is_raised_here_and_no_death(case: Case) -> None:
    with opened(2, "processes") as pool:
        assert isinstance(pool, Processes)
        with pytest.raises(AttributeError, match="carry_out"):
            list(pool.found("no work", [Stretch(0, 0, 8)]))  # type: ignore[arg-type]
        assert (0, []) == (pool.deaths, pool.open)
        assert bytes_of(simulate(case, 20_000, 7)) == bytes_of(simulate(case, 20_000, 7, pool=pool))


@pytest.mark.slow
def test_workers_that_die_again_and_again_end_the_run_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "DEATHS", 2)
    with opened(2, "processes") as pool, pytest.raises(WorkersDied, match=r"died 3 times.*fewer workers"):
        list(pool.found(Fatal(), [Stretch(0, 0, 8)]))  # type: ignore[arg-type]


class Fatal:
    """Work that kills whoever does it."""

    def carry_out(self, stretch: Stretch) -> Found:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError(stretch)


class StoppedAfter:
    """A pool whose user presses Ctrl-C after some stretches."""

    def __init__(self, stretches: int) -> None:
        self.stretches = stretches

    def found(self, work: Work, stretches: Sequence[Stretch]) -> Iterator[Found]:
        for number, found in enumerate(Alone().found(work, stretches)):
            if number == self.stretches:
                raise KeyboardInterrupt
            yield found


@pytest.mark.parametrize("kind", KINDS)
def test_a_stopped_run_is_the_shorter_run_and_says_that_it_is_partial(case: Case, kind: Kind) -> None:
    whole = simulate(case, 16 * 4096, 7, kind=kind)
    pool: Pool = StoppedAfter({"sobol": 17, "lhs": 17}.get(kind, 3))
    found = simulate(case, 16 * 4096, 7, kind=kind, pool=pool, chunk=TILE)
    runs = whole.drawn.runs
    first = whole.per_share.reshape(runs, -1)[:, : found.draws // runs].ravel()
    assert (True, False) == (found.as_json()["partial"], whole.as_json()["partial"])
    assert found.per_share.tobytes() == first.tobytes()
    assert found.draws == {"sobol": 8 * 4096, "lhs": 8 * 4096}.get(kind, 3 * TILE) != whole.draws
    assert 0 < found.standard_error < 10 * whole.standard_error


def test_stopped_among_sequences_those_that_are_complete_count(case: Case) -> None:
    found = simulate(case, 8 * 2048, 7, pool=StoppedAfter(5), chunk=TILE)
    assert (5 * 2048, 5) == (found.draws, found.replicates)
    assert found.per_share.tobytes() == simulate(case, 8 * 2048, 7).per_share[: 5 * 2048].tobytes()


@pytest.mark.parametrize("stretches", [0, 1])
def test_stopped_before_there_is_an_error_to_tell_there_is_no_result(case: Case, stretches: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        simulate(case, 8 * 2048, 7, pool=StoppedAfter(stretches), chunk=TILE)


def test_summaries_are_the_same_for_any_number_of_workers(case: Case) -> None:
    alone = simulate(case, 40_000, 7, keep_draws="none", chunk=2 * TILE)
    for workers in (2, 8):
        with opened(workers) as pool:
            found = simulate(case, 40_000, 7, keep_draws="none", chunk=2 * TILE, pool=pool)
            assert json.dumps(alone.as_json()) == json.dumps(found.as_json())


def test_a_case_and_its_work_can_be_sent_to_another_process() -> None:
    import pickle

    for path in SHIPPED:
        sent = pickle.loads(pickle.dumps(load(path)))
        here = simulate(load(path), 1000, 3)
        assert here.per_share.tobytes() == simulate(sent, 1000, 3).per_share.tobytes()


def test_no_worker_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 worker"):
        opened(0)


def test_where_work_is_done_has_the_names_of_the_command_line() -> None:
    from typing import get_args

    assert ("threads", "processes", "dask") == get_args(Where)


def test_keeping_nothing_still_gives_every_figure_of_a_run(case: Case) -> None:
    kept, none = (simulate(case, 40_000, 7, keep_draws=keeping) for keeping in ("all", "none"))
    with pytest.raises(LookupError, match="keep_draws"):
        _ = none.per_share
    assert none.mean == pytest.approx(kept.mean, rel=1e-12)
    assert none.standard_deviation == pytest.approx(kept.standard_deviation, rel=1e-12)
    assert none.value.skewness == pytest.approx(kept.value.skewness, rel=1e-9)
    assert none.standard_error == pytest.approx(kept.standard_error, rel=1e-9)
    good = np.sort(kept.per_share[np.isfinite(kept.per_share)])
    for q in none.quantiles:
        assert abs(np.searchsorted(good, none.quantile(q)) / good.size - q) < RANK_ERROR
        # the error of the sketch comes on top of that of the draws
        more = (kept.quantile(q + RANK_ERROR) - kept.quantile(q - RANK_ERROR)) / 2
        assert 0.85 * kept.quantile_error(q) < none.quantile_error(q) < 1.15 * (kept.quantile_error(q) + more)
    assert set(none.as_json()) == set(kept.as_json())


def test_of_parts_the_first_draws_are_kept_when_the_value_is_kept_alone(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = simulate(case, 16 * 4096, 7, keep=["cloud.dcf.weight"])
    monkeypatch.setattr(engine, "PARTS_KEPT", 16 * 1024)
    for chunk in (TILE, 4 * TILE):
        found = simulate(case, 16 * 4096, 7, keep_draws="value", keep=["cloud.dcf.weight"], chunk=chunk)
        assert found.per_share.tobytes() == whole.per_share.tobytes()
        assert found.kept["cloud.dcf.weight"].tobytes() == whole.kept["cloud.dcf.weight"].tobytes()
        for name, draws in found.parts.items():
            first = whole.parts[name].reshape(whole.drawn.runs, -1)[:, : draws.size // whole.drawn.runs]
            assert draws.tobytes() == first.ravel().tobytes()
            assert whole.draws > draws.size == 8 * 2048


@pytest.mark.slow
def test_a_dask_worker_that_dies_costs_its_stretch_and_not_the_run(case: Case) -> None:
    alone = simulate(case, 60_000, 7)
    killed: list[int] = []
    with opened(2, "dask") as pool:
        assert isinstance(pool, Cluster)

        def kill_one(done: int, whole: int) -> None:
            if not killed:
                killed.extend(pool.client.run(os.getpid).values())
                os.kill(killed[0], signal.SIGKILL)

        found = simulate(case, 60_000, 7, pool=pool, chunk=TILE, progress=kill_one)
    assert bytes_of(alone) == bytes_of(found)
