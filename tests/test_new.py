"""A case to start from: it runs at once, says what is a placeholder, and overwrites nothing."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner, Result
from test_schema import MODELINE, read

import valuation
from valuation.cli import main
from valuation.methods import METHODS
from valuation.problems import InvalidAssumptions
from valuation.schedules import SCHEDULES
from valuation.schema import FOLDER, schema
from valuation.starting import Leaving, PartWish, Wish, start
from valuation.starting.commented import example_of
from valuation.transactions import ROUTES
from valuation.workbook.verify import verify_book


def new(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["new", *arguments])


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def errors(case: valuation.Study) -> list[str]:
    return [found.message for found in case.findings() if found.severity == "error"]


# What it writes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_starts_a_case_that_has_a_value(method: str, tmp_path: Path) -> None:
    wish = Wish(
        "acme", "Acme", "EUR", "2026-02-02", price=40, shares=250, parts=(PartWish("One part", (method,), 0.8),)
    )
    case = valuation.load(start(wish, tmp_path / "assumptions").case)
    assert 0 < case.value().per_share < 1000
    assert errors(case) == []
    assert case.simulate(draws=500).valid == case.simulate(draws=500).draws


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_every_route_starts_a_case_in_which_a_part_may_leave(route: str, tmp_path: Path) -> None:
    parts = (PartWish("Retail", ("dcf", "multiple")), PartWish("Chips", ("multiple",)))
    wish = Wish("acme", "Acme", "CNY", "2026-02-02", "USD/ADS", parts=parts, leaving=(Leaving("chips", route),))
    case = valuation.load(start(wish, tmp_path / "assumptions").case)
    [found] = case.value().transactions
    assert (route, "chips") == (found.route, found.part)
    assert 0 < found.after < 2 * found.before
    assert abs(found.residual) < 1e-9
    assert errors(case) == []


@pytest.mark.parametrize("name", sorted(SCHEDULES))
def test_the_example_of_every_schedule_names_its_parameters(name: str) -> None:
    found = SCHEDULES[name]
    told = {key.text for key, _ in example_of(found, "CNY", 0)}
    assert {one.name for one in found.parameters.values() if one.required} <= told
    helpers = told - set(found.parameters)
    assert all(f" {helper}" in found.example.replace("(", " ") for helper in helpers)


@pytest.mark.parametrize("name", sorted(set(SCHEDULES) - {"regression"}))
def test_the_example_of_every_schedule_is_read_and_computed(name: str, tmp_path: Path) -> None:
    example = "\n".join(f"    {line}" for line in SCHEDULES[name].example.splitlines())
    path = tmp_path / "case_of_example.yaml"
    path.write_text(
        f"name: Example\ncurrency: CNY\ndate: 2026-02-02\nyears: 3\nshares: {{diluted: 10 m shares}}\n"
        f"segments:\n  part: {{method: stake, value: 100 CNY m, basis: estimate}}\n"
        f"schedules:\n  {name}_of_example:\n    schedule: {name}\n{example}\n",
        "utf-8",
    )
    lines = valuation.load(path).value().lines.scopes[f"{name}_of_example"]
    assert lines
    assert all(np.isfinite(row).all() for row in lines.values())


def test_every_file_names_a_schema_that_it_agrees_with(desk: Path) -> None:
    assert new("acme", "--currency", "CNY", "--quote", "USD/ADS", "--part", "Cloud=dcf+venture", "--part",
               "Pay=stake:33%", "--transaction", "cloud=sale", "--yes").exit_code == 0  # fmt: skip
    files = sorted((desk / "assumptions/acme").rglob("*.yaml"))
    assert len(files) == 9
    for path in files:
        text = path.read_text("utf-8")
        named = (path.parent / text.splitlines()[0].removeprefix(MODELINE)).resolve()
        assert named.parent == desk / "assumptions" / FOLDER
        jsonschema.Draft7Validator(schema(named.stem)).validate(read(text))
        assert named.is_file()


def test_a_fresh_case_is_checked_run_proved_and_pulled_without_a_word_of_code(desk: Path) -> None:
    assert new("acme", "--part", "Retail=dcf+multiple", "--part", "Bet=venture", "--yes").exit_code == 0
    for arguments in (["check", "assumptions/acme"], ["run", "assumptions/acme", "--draws", "500"],
                      ["pull", "acme.xlsx", "assumptions/acme", "--dry-run"]):  # fmt: skip
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 0, done.output
    assert verify_book(Path("acme.xlsx"), 50, 1, None).proved


def test_each_number_has_a_source_and_what_was_made_up_says_so(desk: Path) -> None:
    new("acme", "--price", "12.5", "--part", "Retail=dcf:60%", "--yes")
    case = valuation.load(desk / "assumptions/acme")
    assert all(one.origin.sources for one in case.case.inputs)
    price, revenue = (
        next(one for one in case.case.inputs if one.name == name) for name in ("shares.price", "retail.revenue")
    )
    assert (12.5, "Given when the case was begun") == (price.base, price.origin.why.split(";")[0])
    assert revenue.origin.why.startswith("Placeholder")
    assert sum(one.origin.why.startswith("Placeholder") for one in case.case.inputs) > 10


def test_amounts_have_the_size_of_the_company(tmp_path: Path) -> None:
    for number, (price, shares) in enumerate([(2.0, 50.0), (100.0, 1000.0), (160.0, 19000.0)]):
        wish = Wish(f"c{number}", "C", "USD", "2026-02-02", price=price, shares=shares)
        base = valuation.load(start(wish, tmp_path / "assumptions").case).value()
        assert 0.2 < base.per_share / price < 5


# What it refuses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["Acme Corp"], 1, "expected a name of at most 60 small letters"),
        (["../acme"], 1, "expected a name of at most 60 small letters"),
        (["drivers"], 1, "expected a name of at most 60 small letters"),
        (["acme", "--currency", "RMBY"], 1, "currency: expected a code such as CNY, found 'RMBY'"),
        (["acme", "--date", "2 Feb"], 1, "date: expected a date such as 2026-02-02, found '2 Feb'"),
        (["acme", "--part", "Cloud=dfc"], 1, "'dfc' is no method; did you mean dcf"),
        (["acme", "--part", "Cloud"], 2, "expected a part such as Cloud=dcf"),
        (["acme", "--part", "Cloud=dcf:120%"], 1, "at most 100%, found 1.2"),
        (["acme", "--part", "A=dcf", "--part", "a=stake"], 1, "expected a name of its own, found a again"),
        (["acme", "--part", "Cloud=dcf", "--transaction", "clout=sale"], 1, "'clout' is no part; did you mean cloud"),
        (["acme", "--part", "Cloud=dcf", "--transaction", "cloud=sail"], 1, "'sail' is no route; did you mean sale"),
        (["acme", "--price", "-3"], 1, "price: expected a number above 0, found -3"),
        (["acme", "--years", "0"], 1, "years: expected a whole number from 1 to 30"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_by_a_sentence_and_leaves_nothing(
    arguments: list[str], status: int, said: str, desk: Path
) -> None:
    done = new(*arguments, "--yes")
    assert (status, True) == (done.exit_code, said in done.stderr)
    assert [] == list(desk.rglob("*"))


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(InvalidAssumptions) as found:
        start(Wish("Acme", "", "yen", "today", price=-1, parts=(PartWish("?", ("x",)),)))
    assert {"the case", "company", "currency", "date", "price", "part ?"} == {one.name for one in found.value.problems}


def test_what_is_there_is_never_overwritten(desk: Path) -> None:
    assert new("acme", "--yes").exit_code == 0
    mine = desk / "assumptions/acme/bridge.yaml"
    mine.write_text("# mine\n", "utf-8")
    again = new("acme", "--yes")
    assert (1, "there is something already" in again.stderr) == (again.exit_code, True)
    assert mine.read_text("utf-8") == "# mine\n"


def test_a_kill_or_a_fault_in_the_middle_leaves_nothing(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from valuation.starting import write

    def fail(case: object) -> dict[str, str]:
        raise KeyboardInterrupt

    monkeypatch.setattr(write, "_of_inputs", fail)
    assert new("acme", "--yes").exit_code == 130
    assert [] == [path for path in desk.rglob("*") if path.is_file()]
    assert not (desk / "assumptions/acme").exists()


# What it asks -------------------------------------------------------------------------------------------------------


def test_on_a_terminal_it_asks_and_the_answers_stand_in_the_files(desk: Path) -> None:
    answers = ["Acme Holdings", "CNY", "USD/ADS", "2026-02-02", "55", "1,200", "7.1", "4",
               "Cloud", "dcf+multiple", "100%", "Pay", "stake", "33%", "", "cloud", "carve_out"]  # fmt: skip
    ours, theirs = pty.openpty()
    root = str(Path(valuation.__file__).parents[1])
    program = subprocess.Popen(
        [sys.executable, "-m", "valuation", "new", "acme"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=desk,
        env={**os.environ, "PYTHONPATH": root},
    )
    for answer in answers:
        os.write(ours, f"{answer}\n".encode())
        time.sleep(0.02)
    said, _ = program.communicate(timeout=60)
    assert program.returncode == 0, said.decode()
    case = valuation.load(desk / "assumptions/acme")
    base = case.value()
    assert ("Acme Holdings", "CNY", "2026-02-02", 55.0) == (
        case.case.name,
        case.case.currency,
        case.case.date,
        base.price,
    )
    assert ["cloud", "pay"] == [part.id for part in base.parts]
    assert (0.33, ["carve_out"]) == (base.parts[1].owned, [found.route for found in base.transactions])


def test_it_never_asks_where_nobody_can_answer(desk: Path) -> None:
    assert new("acme").exit_code == 0
    assert (desk / "assumptions/acme/case.yaml").is_file()
