"""``valuation sensitivity``: one JSON object, tables, pictures, and words for what it cannot do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import GOOD, SHIPPED

from valuation import load
from valuation.cli import main
from valuation.cli.sensitivity import NAMES
from valuation.sensitivity import ALL, QUICK, Axis

SALES = next(path for path in GOOD if path.stem == "dcf_by_sales")
EQUITY = next(path for path in GOOD if path.stem == "methods_of_equity")
SOFTBANK = next(path for path in SHIPPED if path.name == "softbank")
Write = Callable[[str], Path]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["sensitivity", *(str(argument) for argument in arguments)])


def told(*arguments: str | Path) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert (0, "") == (result.exit_code, result.stderr)
    found = json.loads(result.stdout)
    assert json.dumps(found, indent=2, ensure_ascii=False) + "\n" == result.stdout
    assert isinstance(found, dict)
    return found


def test_the_command_knows_every_analysis() -> None:
    assert ALL == tuple(sorted(NAMES, key=ALL.index))
    assert len(NAMES) == len(ALL)


@pytest.mark.parametrize("path", [SALES, EQUITY, SOFTBANK], ids=lambda path: path.stem)
def test_one_object_holds_every_analysis(path: Path) -> None:
    found = told(path, "--draws", "256", "--seed", "3")
    assert {"case", "quote", "draws", "valid", "seed", "invalid", *ALL} == set(found)
    assert load(path).sensitivity(draws=256, seed=3).as_json() == found


def test_only_what_is_asked_for_is_made() -> None:
    found = told(SALES, "--only", "tornado, worst", "--draws", "64")
    assert {"tornado", "worst"} == set(found) & set(ALL)
    goal = told(SALES, "--goal", "core.wacc", "--probability", "40%", "--price", "14", "--draws", "256")
    assert {"case", "goal"} == set(goal)
    assert load(SALES).goal("core.wacc", 0.4, 14.0, draws=256).as_json() == goal["goal"]
    both = told(SALES, "--only", "events", "--goal", "core.wacc", "--price", "14", "--draws", "256")
    assert {"events", "goal"} <= set(both)


def test_a_grid_takes_ranges_and_lists() -> None:
    levels = ["core.wacc=8%..10%:3", "core.beta=1,1.2"]
    found = told(SALES, "--grid", *levels)["grid"]
    assert ([0.08, 0.09, 0.1], [1.0, 1.2]) == (found["rows"]["levels"], found["columns"]["levels"])
    again = load(SALES).grid(Axis("core.wacc", (0.08, 0.09, 0.1)), Axis("core.beta", (1.0, 1.2)))
    assert again.as_json() == found
    shown = run(SALES, "--grid", *levels, "--measure", "probability", "--draws", "64").stdout
    for wanted in ("probability that value is above 15.00 CNY/share", "core.wacc", "across: core.beta", "9.00%"):
        assert wanted in shown


def test_set_changes_the_case() -> None:
    base, changed = (
        told(SALES, "--only", "tornado", *more)["tornado"]["base"] for more in ([], ["--set", "core.wacc=12%"])
    )
    assert changed < base


def test_tables_show_what_json_holds() -> None:
    shown, found = run(SOFTBANK, "--draws", "256").stdout, load(SOFTBANK).sensitivity(draws=256)
    assert found.shapley is not None
    assert found.dependence is not None
    assert found.worst is not None
    for wanted in (
        f"One at a time, others at base {load(SOFTBANK).value().per_share:,.2f} JPY/share",
        "Contribution to variance, all inputs drawn",
        "Sobol' indices, shares of the variance",
        f"{found.shapley.inputs[0].share:.1%}",
        f"they sum to the variance, {found.shapley.variance:,.2f}",
        "What drives the worst 10% of draws",
        f"5% {found.worst.shortfall[0.05]:,.2f}",
        f"standard deviation {found.dependence.widening:+.1%} by the correlations",
        "no events: no input happens or not",
        "256 draws; 256 valid; seed 20260202",
    ):
        assert wanted in shown


def test_a_goal_is_printed_with_its_error_and_curve() -> None:
    shown = run(EQUITY, "--goal", "vc.exit_value", "--probability", "0.5", "--draws", "512").stdout
    found = load(EQUITY).goal("vc.exit_value", 0.5, draws=512)
    for wanted in (
        " <- answer",
        " <- now",
        "standard error",
        "all its draws are shifted",
        f"{found.base_probability:.1%}",
    ):
        assert wanted in shown


def test_impossible_draws_are_said() -> None:
    shown = run(EQUITY, "--only", "contributions", "--draws", "512").stdout
    found = load(EQUITY).sensitivity(["contributions"], draws=512)
    for name, count in found.sample.invalid.items():
        assert f"{count:,} draws impossible at {name}, left out" in shown


def test_pictures_are_written_into_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "pictures" / "new"
    grid = ["--grid", "core.wacc=8%,9%", "core.beta=1,1.2"]
    found = told(SALES, "--draws", "64", "--only", "tornado,shapley,events", "--goal", "core.wacc", *grid, "-o", folder)
    names = ["event_drivers.boom", "goal", "grid", "shapley", "tornado"]
    assert names == sorted(path.stem for path in folder.iterdir())
    assert sorted(str(path) for path in folder.iterdir()) == sorted(found["pictures"])
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in folder.iterdir())


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--only", "shapely"], 2, "--only takes some of tornado, contributions"),
        (["--probability", "60"], 2, "--probability takes a percentage between 0% and 100%, found '60'"),
        (["--price", "-1"], 2, "--price takes a number above 0, found -1"),
        (["--grid", "core.wacc", "core.beta=1"], 2, "--grid takes NAME=a..b:n or NAME=a,b,c twice, found 'core.wacc'"),
        (
            ["--grid", "core.wacc=8..10:3", "core.beta=1"],
            2,
            "core.wacc is a rate: expected a percentage, found 8; did you",
        ),
        (["--grid", "core.wacc=8%..10%", "core.beta=1"], 2, "--grid takes NAME=a..b:n with n from 1 to 100"),
        (
            ["--grid", "core.wacc=8%..ten%:2", "core.beta=1"],
            2,
            "--grid takes numbers or percentages, found '8%..ten%:2'",
        ),
        (
            ["--grid", "core.wac=8%,9%", "core.beta=1"],
            1,
            "--grid: core.wac: is no assumption and no part; did you mean",
        ),
        (["--grid", "core.beta=1", "core.beta=2"], 1, "--grid: core.beta: is given twice"),
        (["--goal", "core.wac"], 1, "--goal: core.wac: is no assumption and no part; did you mean core.wacc"),
        (["--goal", "core.owned", "--draws", "64"], 1, "--goal: core.owned: no "),
    ],
)
def test_what_it_cannot_do_is_said(arguments: list[str], status: int, message: str) -> None:
    result = run(SALES, *arguments)
    assert (status, "") == (result.exit_code, result.stdout)
    assert message in " ".join(result.stderr.split())


def test_a_run_carries_the_quick_ones(tmp_path: Path) -> None:
    arguments = ["run", str(SALES), "-o", str(tmp_path / "b.xlsx"), "--draws", "64", "--seed", "5", "--json"]
    found = json.loads(CliRunner().invoke(main, arguments).stdout)["sensitivity"]
    assert set(QUICK) == set(found) & set(ALL)
    assert load(SALES).sensitivity(QUICK, seed=5).as_json() == found


def test_a_case_without_uncertainty_has_nothing_to_tell(write: Write) -> None:
    path = write("segments: {a: {method: stake, value: 35 CNY m}}\n")
    result = run(path, "--draws", "64")
    assert (0, "") == (result.exit_code, result.stderr)
    found = told(path, "--draws", "64")
    assert [] == found["tornado"]["bars"] == found["shapley"]["inputs"] == found["sobol"]["inputs"]
