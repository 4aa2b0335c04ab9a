"""``valuation run``: many cases by one pool, draws until an error is reached, and runs that are stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_cli import EQUITY, SALES, WRONG, cells_of, run, shown
from test_pool import StoppedAfter

from valuation import cli, load
from valuation.cli import options as options_of_all
from valuation.cli import run as running
from valuation.cli.errors import refusal
from valuation.simulation.pool import opened
from valuation.simulation.processes import Processes, Worker, WorkersDied
from valuation.simulation.sampling import TILE
from valuation.terminal import print_tables
from valuation.workbook.verify import verify_book

Write = Callable[[str], Path]
WAITS = 60.0


# Several cases --------------------------------------------------------------------------------------------------------


def test_several_cases_give_what_each_gives_alone(tmp_path: Path) -> None:
    result = run("run", SALES, EQUITY, "-o", tmp_path / "books", "--draws", "1000", "--json")
    found = shown(result)
    assert (0, "", ["cases"]) == (result.exit_code, result.stderr, list(found))
    assert ["dcf_by_sales.xlsx", "methods_of_equity.xlsx"] == sorted(
        path.name for path in (tmp_path / "books").iterdir()
    )
    for case, together in zip((SALES, EQUITY), found["cases"], strict=True):
        alone = shown(run("run", case, "-o", tmp_path / "book.xlsx", "--draws", "1000", "--json"))
        assert Path(together.pop("workbook")).read_bytes() == Path(alone.pop("workbook")).read_bytes()
        assert alone == together


def test_a_bad_case_stops_no_other(tmp_path: Path) -> None:
    arguments = ["run", SALES, WRONG, "nowhere", EQUITY, "-o", tmp_path, "--draws", "100"]
    result = run(*arguments, "--json")
    sales, wrong, nowhere, equity = shown(result)["cases"]
    assert 1 == result.exit_code
    assert [str(WRONG), "nowhere"] == [wrong["case"], nowhere["case"]]
    assert {"input"} == {check["id"] for check in wrong["checks"] + nowhere["checks"]}
    assert [(str(tmp_path / f"{case.stem}.xlsx")) for case in (SALES, EQUITY)] == [
        sales["workbook"],
        equity["workbook"],
    ]
    text = run(*arguments)
    assert 1 == text.exit_code
    assert all(f"{case.stem}.xlsx written" in text.stdout.replace("\n", "") for case in (SALES, EQUITY))
    assert result.stderr.splitlines() == [line for line in text.stderr.splitlines() if line in result.stderr]


def test_two_cases_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / SALES.name
    copy.parent.mkdir()
    copy.write_text(SALES.read_text("utf-8").replace("Paths and Sons", "Others"), "utf-8")
    result = run("run", SALES, copy, "-o", tmp_path, "--draws", "100")
    book = tmp_path / "dcf_by_sales.xlsx"
    assert 1 == result.exit_code
    assert (
        f"{copy}: {book} is the workbook of {SALES} already: run one of them apart\n"
        == result.stderr.splitlines(True)[0]
    )
    assert "Paths and Sons" in result.stdout
    assert "Others" not in result.stdout


def test_several_cases_share_the_processes_of_one_pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pools: set[int] = set()
    processes: list[int | None] = []
    found, start = Processes.found, Worker.start

    def count(self: Processes, *work: Any) -> Any:
        pools.add(id(self))
        return found(self, *work)

    def started() -> Worker:
        worker = start()
        processes.append(worker.process.pid)
        return worker

    monkeypatch.setattr(Processes, "found", count)
    monkeypatch.setattr(Worker, "start", started)
    arguments = ["run", SALES, EQUITY, "--draws", "20000", "--json"]
    alone, shared = (run(*arguments, "-o", tmp_path, *more) for more in ([], ["--workers", "2", "--pool", "processes"]))
    assert alone.stdout == shared.stdout
    assert (1, 1) == (len(pools), len(processes))  # each case is one stretch


# The same numbers whoever works ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [["--workers", "2"], ["--workers", "8"], ["--workers", "2", "--pool", "processes"]])
def test_workers_change_no_byte_of_json_or_workbook(more: list[str], tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    printed = []
    for options in ([], more):
        result = run("run", EQUITY, "-o", book, "--draws", "50000", "--json", *options)
        assert 0 == result.exit_code
        printed.append((result.stdout, book.read_bytes()))
    assert printed[0] == printed[1]


@pytest.mark.slow
def test_a_cluster_is_named_by_its_address(tmp_path: Path) -> None:
    from distributed import LocalCluster  # type: ignore[attr-defined]

    arguments = ["run", SALES, "-o", tmp_path / "book.xlsx", "--draws", "5000", "--json"]
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:  # type: ignore[no-untyped-call]
        there = run(*arguments, "--cluster", cluster.scheduler_address)
    assert (0, run(*arguments).stdout) == (there.exit_code, there.stdout)


@pytest.mark.parametrize("sampling", ["sobol", "lhs", "antithetic", "random"])
def test_every_design_says_what_it_is(sampling: str, tmp_path: Path) -> None:
    arguments = ["run", SALES, "-o", tmp_path / "book.xlsx", "--draws", "1000", "--sampling", sampling]
    told = {
        "sobol": "16 scramblings of a Sobol' sequence",
        "lhs": "16 Latin hypercubes",
        "antithetic": "500 antithetic pairs",
        "random": "plain random draws",
    }
    assert f"seed 20260202; {told[sampling]}" in run(*arguments).stdout
    assert sampling == shown(run(*arguments, "--json"))["simulation"]["sampling"]


def test_a_study_opens_its_workers_itself() -> None:
    study = load(EQUITY)
    alone = study.simulate(20_000, 5).per_share.tobytes()
    assert alone == study.simulate(20_000, 5, workers=2).per_share.tobytes()
    with opened(2) as pool:
        assert alone == study.simulate(20_000, 5, pool=pool).per_share.tobytes()


def test_draws_are_written_for_other_programs(tmp_path: Path) -> None:
    target = tmp_path / "draws.npz"
    arguments = ["run", EQUITY, "-o", tmp_path / "book.xlsx", "--draws", "2000"]
    found = shown(run(*arguments, "--draws-to", target, "--json"))
    expected = load(EQUITY).simulate(2000)
    assert str(target) == found["draws"]
    with np.load(target) as saved:
        np.testing.assert_array_equal(expected.per_share, saved["per_share"])
        assert {"per_share", *(f"part.{name}" for name in expected.parts)} == set(saved)
        for name, draws in expected.parts.items():
            np.testing.assert_array_equal(draws, saved[f"part.{name}"])
    assert "draws.npz written" in run(*arguments, "--draws-to", target).stdout.replace("\n", "")
    assert ["book.xlsx", "draws.npz"] == sorted(path.name for path in tmp_path.iterdir())


def test_a_run_that_keeps_no_draws_has_its_workbook_and_its_figures(tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    arguments = ["run", EQUITY, "-o", book, "--draws", "20000", "--json"]
    kept, none = (shown(run(*arguments, *more))["simulation"] for more in ([], ["--keep-draws", "none"]))
    assert ("order statistics", "t-digest") == (kept["quantile_method"], none["quantile_method"])
    assert kept["mean"] == pytest.approx(none["mean"], rel=1e-12)
    assert kept["quantiles"]["0.05"] == pytest.approx(none["quantiles"]["0.05"], rel=1e-3)
    assert verify_book(book, 3).proved


# Until an error is reached --------------------------------------------------------------------------------------------


def test_until_draws_as_many_as_it_takes(tmp_path: Path) -> None:
    arguments = ["run", SALES, "-o", tmp_path / "book.xlsx", "--until", "0.3%"]
    found = shown(run(*arguments, "--json"))["simulation"]
    last, before = found["convergence"][-1], found["convergence"][-2]
    assert (0.003, True) == (found["until"], found["reached"])
    assert max(error / last["quantiles"][q] for q, error in last["quantile_errors"].items()) == found["relative_error"]
    assert found["relative_error"] <= 0.003
    assert max(error / before["quantiles"][q] for q, error in before["quantile_errors"].items()) > 0.003
    assert found["draws"] == 2 * before["draws"]
    text = run(*arguments).stdout
    assert f"largest standard error of P5, P50 and P95: {100 * found['relative_error']:.2g}%, asked for 0.3%\n" in text
    assert "NOT reached" not in text


def test_until_stops_at_the_draws_that_are_allowed_and_says_so(tmp_path: Path) -> None:
    arguments = ["run", SALES, "-o", tmp_path / "book.xlsx", "--until", "0.00001", "--draws", "10000"]
    found = shown(run(*arguments, "--json"))["simulation"]
    assert (False, 8192) == (found["reached"], found["draws"])
    result = run(*arguments)
    assert 0 == result.exit_code
    assert "asked for 0.001%: NOT reached; more --draws would" in result.stdout


def test_a_percentage_and_a_number_are_the_same(tmp_path: Path) -> None:
    printed = {run("run", SALES, "-o", tmp_path / "b.xlsx", "--json", "--until", t).stdout for t in ("1%", "0.01")}
    assert 1 == len(printed)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--until", "0"], "expected a percentage above 0% and below 100%, such as 0.1%, found '0'"),
        (["--until", "-1%"], "found '-1%'"),
        (["--until", "100%"], "found '100%'"),
        (["--until", "nan"], "found 'nan'"),
        (["--until", "soon"], "found 'soon'"),
        (["--until", "1%", "--sampling", "lhs"], "--until needs a design that can grow"),
        (["--sampling", "halton"], "'halton' is not one of 'sobol', 'lhs', 'antithetic', 'random'"),
        (["--workers", "0"], "0 is not in the range 1<=x<=1024"),
        (["--pool", "crowd"], "'crowd' is not one of 'threads', 'processes', 'dask'"),
        (["--keep-draws", "some"], "'some' is not one of 'auto', 'all', 'value', 'none'"),
        (["--engine", "steam"], "'steam' is not one of 'auto', 'numpy', 'compiled'"),
        (["--keep-draws", "none", "--draws-to", "d.npz"], "--draws-to needs draws that are kept"),
        ([str(EQUITY), "-o", "book.xlsx"], "-o takes a folder for several cases, found book.xlsx"),
        ([str(EQUITY), "--draws-to", "d.npz"], "--draws-to takes the draws of a single case"),
        (["--cluster", "nonsense"], "--cluster: missing port number in address 'nonsense'"),
        (["--cluster", "pigeon://x:1"], "--cluster: unknown address scheme 'pigeon'"),
    ],
)
def test_nonsense_is_wrong_usage(arguments: list[str], message: str, tmp_path: Path) -> None:
    result = run("run", SALES, *arguments)
    assert (2, "") == (result.exit_code, result.stdout)
    assert message in " ".join(result.stderr.replace("│", " ").split())


@pytest.mark.parametrize("target", ["none/draws.npz", "draws.csv"])
def test_draws_that_cannot_be_written_are_refused_before_any_are_made(target: str, tmp_path: Path) -> None:
    result = run("run", SALES, "-o", tmp_path / "book.xlsx", "--draws-to", tmp_path / target, "--json")
    assert (1, 1) == (result.exit_code, len(result.stderr.splitlines()))
    assert str(tmp_path) in result.stderr
    assert [] == list(tmp_path.iterdir())


def test_workers_that_die_again_and_again_are_a_message_with_a_remedy() -> None:
    died = WorkersDied(21)
    refused = refusal(died, {"cluster": None})
    assert (1, str(died)) == (refused.exit_code, refused.message)
    assert [("environment", str(died))] == [(check["id"], check["message"]) for check in refused.checks]


def test_an_extra_that_is_missing_is_a_message_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for library in ("distributed", "datasketches"):
        monkeypatch.setitem(sys.modules, library, None)
    cases = {"cluster": ["--pool", "dask"], "large": ["--keep-draws", "none"]}
    for extra, options in cases.items():
        result = run("run", SALES, "-o", tmp_path / "book.xlsx", "--draws", "100", *options)
        assert (1, "") == (result.exit_code, result.stdout)
        assert f"pip install 'valuation[{extra}]'" in result.stderr.splitlines()[-1]


# Ctrl-C ---------------------------------------------------------------------------------------------------------------


# a shell's background jobs ignore the signal, and a process that one of them starts inherits that
HEEDING = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from valuation.cli import main
main(prog_name="valuation")
"""


def stopped(seconds: float, *arguments: str | Path) -> tuple[int, dict[str, Any], str]:
    """A real process that gets the signal of Ctrl-C after some seconds; its status, JSON and stderr."""
    command = [sys.executable, "-c", HEEDING, "run", *map(str, arguments), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parents[2])}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=WAITS)
        return process.returncode, json.loads(out), err


@pytest.mark.slow
def test_ctrl_c_reports_what_was_found_writes_the_workbook_and_ends_with_130(tmp_path: Path) -> None:
    arguments = [SALES, EQUITY, "-o", tmp_path, "--draws", "20000000", "--engine", "numpy"]
    for seconds in (4, 8, 16, 32):  # a busy machine takes its time to the first draws
        status, found, err = stopped(seconds, *arguments)
        sales, equity = found["cases"]
        if "simulation" in sales:
            break
    simulation = sales["simulation"]
    assert (130, True, 20_000_000) == (status, simulation["partial"], simulation["asked"])
    assert 0 < simulation["draws"] < 20_000_000
    assert abs(simulation["mean"] - load(SALES).simulate(100_000).mean) < 0.01
    assert verify_book(tmp_path / "dcf_by_sales.xlsx", 2).proved
    text = f"{EQUITY}: not run, as the command was stopped before"
    assert (text, f"{text}\n") == (equity["checks"][0]["message"], err)
    assert ["dcf_by_sales.xlsx"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.slow
def test_ctrl_c_before_the_first_draws_leaves_nothing_behind(tmp_path: Path) -> None:
    status, found, err = stopped(0.7, EQUITY, "-o", tmp_path / "book.xlsx", "--draws", "20000000", "--engine", "numpy")
    if "simulation" not in found:  # a fast machine has drawn by now
        assert (130, "stopped before there was a result\n") == (status, err)
        assert "stopped" == found["checks"][0]["id"]
        assert [] == list(tmp_path.iterdir())


def test_a_stopped_run_is_printed_as_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    study = load(SALES)
    found = study.simulate(16 * 4096, 7, pool=StoppedAfter(17), chunk=TILE)
    print_tables(found.tables())
    told = capsys.readouterr().out
    assert f"stopped: this is what {found.draws:,} draws give" in told
    assert f"{found.draws:,} draws of 65,536; {found.draws:,} valid" in told


# How well the value is known ------------------------------------------------------------------------------------------


def test_estimates_are_printed_with_their_errors_and_intervals(tmp_path: Path) -> None:
    result = run("run", SALES, "-o", tmp_path / "book.xlsx", "--draws", "20000")
    found = load(SALES).simulate(20_000)
    low, high = found.value.quantile_interval(0.05)
    error = f"{found.quantile_error(0.05):.2g}"
    assert ["P5", f"{found.quantile(0.05):.2f}", error, f"{low:.3f} to {high:.3f}"] == cells_of(result, "P5")
    worst = "mean of the worst 5%"
    assert [worst, f"{found.value.expected_shortfall(0.05):.2f}", "", ""] == cells_of(result, worst)


def test_too_few_draws_to_know_an_error_are_said(tmp_path: Path) -> None:
    result = run("run", SALES, "-o", tmp_path / "book.xlsx", "--draws", "4", "--sampling", "random")
    assert ["too few draws", ""] == cells_of(result, "P5")[2:]


def test_the_command_line_and_the_engine_have_the_same_bounds() -> None:
    from valuation.simulation.engine import MOST_DRAWS, SEED

    assert (MOST_DRAWS, SEED) == (running.MOST_DRAWS, options_of_all.SEED)
