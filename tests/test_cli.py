"""The command line is a contract: keys, exit codes, what stands on which stream, and no traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import BAD, GOOD, HEAD

from valuation import load
from valuation.cli import main

SALES = next(path for path in GOOD if path.stem == "dcf_by_sales")
EQUITY = next(path for path in GOOD if path.stem == "methods_of_equity")
WRONG = next(path for path in BAD if path.stem == "two_files_of_problems")
STAKE = "segments: {a: {method: stake, value: 35 CNY m}}\n"
Write = Callable[[str], Path]


def run(*arguments: str | Path, **environment: str) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], env=environment)


def shown(result: Result) -> dict[str, Any]:
    """The one JSON object that is all of stdout."""
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    assert json.dumps(found, indent=2, ensure_ascii=False) + "\n" == result.stdout
    return found


def cells_of(result: Result, label: str) -> list[str]:
    """The cells of the printed row with a label in its first."""
    rows = ([cell.strip() for cell in line.split("│")[1:-1]] for line in result.stdout.splitlines())
    return next(cells for cells in rows if cells[:1] == [label])


# JSON -----------------------------------------------------------------------------------------------------------------

CASE_KEYS = {"case", "currency", "per_share", "price", "upside", "parts", "bridge", "checks"}
PART_KEYS = {"id", "name", "method", "enterprise_value", "equity_value", "owned", "attributable", "per_share"}
SIMULATION_KEYS = {
    "draws", "valid", "seed", "mean", "standard_error", "quantiles", "probability_above_price", "parts",
}  # fmt: skip
QUANTILES = ["0.01", "0.05", "0.1", "0.25", "0.5", "0.75", "0.9", "0.95", "0.99"]


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_value_prints_the_contract(path: Path) -> None:
    result = run("value", path, "--json")
    found = shown(result)
    assert (0, "") == (result.exit_code, result.stderr)
    assert CASE_KEYS <= set(found)
    assert "simulation" not in found
    assert all(PART_KEYS == set(part) for part in found["parts"])
    assert all({"id", "value"} == set(item) for item in found["bridge"])
    assert all({"id", "severity", "message", "place"} == set(check) for check in found["checks"])
    assert {check["severity"] for check in found["checks"]} <= {"error", "warning", "info"}
    base = load(path).value()
    assert (path.stem, base.per_share, base.price) == (found["case"], found["per_share"], found["price"])


def test_value_names_the_holding_discount_as_a_bridge_item_and_lists_scenarios() -> None:
    equity, sales = shown(run("value", EQUITY, "--json")), shown(run("value", SALES, "--json"))
    assert ["cash", "costs", "holding_discount"] == [item["id"] for item in equity["bridge"]]
    attributable = sum(part["attributable"] for part in equity["parts"])
    assert equity["equity_value"] == pytest.approx(attributable + sum(item["value"] for item in equity["bridge"]))
    assert [("bull", 0.3), ("bear", 0.7)] == [(s["id"], s["probability"]) for s in sales["scenarios"]]


def test_run_prints_the_contract_and_writes_the_workbook(tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    result = run("run", SALES, "-o", book, "--draws", "1000", "--seed", "5", "--json")
    found = shown(result)
    assert (0, "", str(book)) == (result.exit_code, result.stderr, found["workbook"])
    assert book.read_bytes().startswith(b"PK")
    assert CASE_KEYS | {"simulation"} <= set(found)
    simulation = found["simulation"]
    assert SIMULATION_KEYS <= set(simulation)
    assert (1024, 5) == (simulation["draws"], simulation["seed"])
    assert QUANTILES == list(simulation["quantiles"])
    assert {"core"} == set(simulation["parts"])
    assert {"mean", "quantiles"} <= set(simulation["parts"]["core"])
    assert simulation["mean"] == load(SALES).simulate(draws=1000, seed=5).mean


def test_check_prints_findings_with_places() -> None:
    result = run("check", SALES, "--json")
    found = shown(result)
    assert {"case", "checks"} == set(found)
    assert "core.terminal_share" in [check["id"] for check in found["checks"]]
    assert all(f"{SALES}:" in check["place"] for check in found["checks"] if check["id"] == "source")


def test_problems_are_json_as_well_and_lines_on_stderr() -> None:
    result = run("value", WRONG, "--json")
    checks = shown(result)["checks"]
    assert (1, 3) == (result.exit_code, len(checks))
    assert {"input"} == {check["id"] for check in checks}
    lines = [f"{check['place']}: {check['message']}" for check in checks]
    assert lines == result.stderr.splitlines()


# Text -----------------------------------------------------------------------------------------------------------------


def test_value_prints_parts_and_headline() -> None:
    result = run("value", EQUITY)
    base = load(EQUITY).value()
    assert (0, "") == (result.exit_code, result.stderr)
    for part in base.parts:
        assert part.name in result.stdout
    assert f"{base.per_share:,.2f}" in result.stdout
    assert f"price 90.00 USD/ADS; base case {base.upside:+.1%} against it" in result.stdout
    assert "holding discount" in result.stdout


def test_run_prints_ranges_draws_and_what_is_impossible(tmp_path: Path) -> None:
    result = run("run", EQUITY, "-o", tmp_path / "book.xlsx", "--draws", "1000")
    found = load(EQUITY).simulate(draws=1000)
    assert 0 == result.exit_code
    for wanted in (
        "1,024 draws, rounded up from 1,000",
        f"{found.invalid['odds.equity_value_of_the_outcomes']:,} draws impossible at odds.equity_value_of_the_outcomes",
        f"probability that value is above the price: {found.probability_above(90.0):.1%}",
    ):
        assert wanted in result.stdout
    assert ["mean", f"{found.mean:,.2f}"] == cells_of(result, "mean")[:2]
    assert "simulating" not in result.stdout


def test_run_names_its_workbook_after_the_case_and_samples_at_random(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("run", SALES, "--draws", "1000", "--sampling", "random")
    assert "1,000 draws; 1,000 valid; seed 20260202; plain random draws" in result.stdout
    assert ["dcf_by_sales.xlsx"] == [path.name for path in tmp_path.iterdir()]


def test_a_repaired_matrix_is_said(write: Write, tmp_path: Path) -> None:
    text = "segments:\n" + "".join(
        f"  p{n}: {{method: stake, value: '~ normal(1{n} CNY m, 1 CNY m)'}}\n" for n in "123"
    )
    pairs = [("1", "2", 0.8), ("2", "3", 0.8), ("1", "3", 0.25)]
    text += "correlations:\n" + "".join(f"  - {{between: [p{a}.value, p{b}.value], rank: {r}}}\n" for a, b, r in pairs)
    case = write(text)
    for result in (run("run", case, "-o", tmp_path / "b.xlsx", "--draws", "100"), run("check", case)):
        assert (
            "rank correlations that contradict each other (smallest eigenvalue -0.0273) were repaired" in result.stdout
        )
        cells = [line.split("│")[1:-1] for line in result.stdout.splitlines() if "│ p1.value │ p3.value │" in line]
        assert [["p1.value", "p3.value", "0.250", "0.260"]] == [[cell.strip() for cell in row] for row in cells]
    found = json.loads(run("check", case, "--json").stdout)["correlation_repair"]
    assert [["p1.value", "p3.value"], 0.25, True] == [found[2][key] for key in ("between", "before", "given")]
    assert [0.783, 0.783, 0.260] == [round(pair["after"], 3) for pair in found]


def test_check_lists_what_fires_and_is_silent_when_all_is_well(write: Write) -> None:
    result = run("check", SALES)
    assert f"warning: {SALES}:15:14: core.revenue has no source" in result.stdout
    assert 0 == result.exit_code
    text = HEAD.replace("{diluted: 10 m shares}", "{diluted: {value: 10 m shares, source: judgement, why: so}}")
    quiet = run("check", write(text + STAKE.replace("35 CNY m", "{value: 35 CNY m, source: judgement, why: so}")))
    assert (0, "no problems; every check is clear\n") == (quiet.exit_code, quiet.stdout)


def test_check_fails_on_an_error(write: Write) -> None:
    text = STAKE + "reconciliation: {sales: {items: {a: 5 CNY m, b: 4 CNY m}, total: 8 CNY m}}\n"
    path = write(text)
    for arguments in (["check", path], ["check", path, "--json"]):
        result = run(*arguments)
        assert 1 == result.exit_code
        assert "sales: segments, eliminations and unallocated items tie to the group, found 12.5%" in result.stdout
    assert 0 == run("value", path).exit_code


def test_problems_go_to_stderr_and_nowhere_else() -> None:
    for command in ("value", "check", "run"):
        result = run(command, WRONG)
        assert (1, "") == (result.exit_code, result.stdout)
        assert [str(WRONG)] * 3 == [line.partition(":")[0] for line in result.stderr.splitlines()]


def test_set_replaces_values() -> None:
    base, changed = (shown(run("value", SALES, "--json", *more)) for more in ([], ["--set", "core.wacc=12%"]))
    assert changed["per_share"] < base["per_share"]
    again = run("value", SALES, "--json", "--set", "core.wacc = 12%", "--set", "drivers.boom=0").stdout
    assert json.loads(again)["per_share"] < changed["per_share"]


def test_set_names_what_it_does_not_know() -> None:
    result = run("value", SALES, "--set", "core.wac=9%", "--set", "core.beta=high")
    assert (1, "") == (result.exit_code, result.stdout)
    wanted = "expected a number, a percentage, a yearly list, fade(...), = formula or ~ distribution, found 'high'"
    beta, wac = result.stderr.splitlines()
    assert f"--set: core.beta: {wanted}" == beta
    assert "--set: core.wac: is no assumption; did you mean core.wacc or core.owned" == wac


# Solve ----------------------------------------------------------------------------------------------------------------

SOLUTION_KEYS = {
    "case", "for", "label", "sort", "unit", "quote", "price", "value", "implied", "base", "difference", "roots",
    "rising", "one_way", "probability", "probability_from", "probability_above_price", "levels", "per_part", "notes",
    "simulation",
}  # fmt: skip


@pytest.mark.parametrize("name", ["vc", "vc.exit_value", "holding.discount", "path.levels", "vc.years_to_exit"])
def test_solve_prints_one_object(name: str) -> None:
    result = run("solve", EQUITY, "--for", name, "--price", "84", "--draws", "500", "--seed", "3", "--json")
    found = shown(result)
    assert (0, "") == (result.exit_code, result.stderr)
    assert SOLUTION_KEYS == set(found)
    again = load(EQUITY).solve(name, 84.0, draws=500, seed=3)
    assert (name, 84.0, again.implied, again.probability) == (
        found["for"], found["price"], found["implied"], found["probability"],
    )  # fmt: skip
    assert found["difference"] == found["implied"] - found["base"]
    assert all({"part", "name", "lower", "higher"} == set(part) for part in found["per_part"])
    assert all({"label", "unit", "base", "implied"} == set(level) for level in found["levels"])
    assert {"draws", "valid", "seed"} == set(found["simulation"])


def test_solve_prints_base_beside_implied() -> None:
    result = run("solve", SALES, "--for", "core.wacc", "--draws", "1000")
    found = load(SALES).solve("core.wacc", draws=1000)
    for wanted in (
        "Paths and Sons: what the price implies for core.wacc",
        "-0.34 points",
        "price 15.00 CNY/share; base case 14.14 CNY/share",
        f"probability that it is at least that good: {found.probability:.1%} (1,024 draws)",
        f"probability that value is above the price: {found.probability_above_price:.1%}",
        "note: the model is impossible from 2.00% down, at core.wacc_less_terminal_growth",
    ):
        assert wanted in result.stdout
    assert 0 == result.exit_code


def test_solve_prints_a_part_a_row_and_what_others_change() -> None:
    part, row = (run("solve", EQUITY, "--for", name, "--draws", "100").stdout for name in ("vc", "path.levels"))
    for wanted in ("Attributable value", "Equity value, 100 %", "implied when another part is worth 10% less or more:"):
        assert wanted in part
    for wanted in ("shift of every year", "Levels, 2028", "note: 2 values give the price"):
        assert wanted in row
    share = run("solve", EQUITY, "--for", "usd_stake.owned", "--price", "62", "--draws", "100").stdout
    assert "out of reach" in share
    assert "(its own distribution)" in run("solve", EQUITY, "--for", "vc.exit_value", "--draws", "100").stdout


def test_solve_takes_other_assumptions() -> None:
    base, changed = (
        shown(run("solve", SALES, "--for", "core", "--draws", "100", "--json", *more))["implied"]
        for more in ([], ["--set", "shares.diluted=50 m shares"])
    )
    assert base == pytest.approx(2 * changed)


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (
            ["--for", "core.wac"],
            1,
            "--for: core.wac: is no assumption and no part; did you mean core.wacc or core.beta\n",
        ),
        (
            ["--for", "core.owned"],
            1,
            "--for: core.owned: nothing from 0.00% to 100.00% gives a value per share of 15.00",
        ),
        ([], 2, "Missing option '--for'"),
        (["--for", "core", "--price", "-3"], 2, "--price takes a number above 0, found -3"),
        (["--for", "core", "--price", "nan"], 2, "--price takes a number above 0, found nan"),
    ],
)
def test_solve_says_what_it_cannot(arguments: list[str], status: int, message: str) -> None:
    result = run("solve", SALES, *arguments)
    assert (status, "") == (result.exit_code, result.stdout)
    assert message in result.stderr
    if status == 1:
        assert result.stderr.startswith("--for")
        assert "input" == shown(run("solve", SALES, *arguments, "--json"))["checks"][0]["id"]
