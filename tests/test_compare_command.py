"""``valuation compare``: cases, workbooks and revisions on either side, its outputs, and what it says of bad input."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import ASSUMPTIONS, HEAD
from test_cli import WRONG, run, shown
from workbooks import Engine, need_libreoffice, run_tool

from valuation import load
from valuation.comparison import Comparison, compare
from valuation.comparison.revisions import parted
from valuation.workbook.carried import with_bases
from valuation.workbook.walk_book import write_walk

ALIBABA = ASSUMPTIONS / "alibaba"
CASE = (
    HEAD
    + """\
drivers: {wacc: 9%}
segments:
  cloud: {method: dcf, revenue: 100 CNY m, growth: 5%, margin: 20%, tax_rate: 25%, wacc: = drivers.wacc,
    sales_to_capital: 2, terminal_growth: 2%, terminal_return: 10%}
  shops: {method: stake, value: "~ pert(200 CNY m, 300 CNY m, 450 CNY m)"}
bridge: {cash: 50 CNY m}
"""
)
OTHER = CASE.replace("9%", "10%").replace("200 CNY m, 300", "250 CNY m, 330").replace("cash:", "debt: -10 CNY m, cash:")


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    return written(tmp_path, "before.yaml", CASE), written(tmp_path, "after.yaml", OTHER)


def edited(book: Path, target: Path, **values: object) -> Path:
    """A copy of a workbook, saved by another program, with other values in the cells of these names (_ for a dot)."""
    copy = openpyxl.load_workbook(book)
    for name, value in values.items():
        sheet, _, cell = copy.defined_names[name.replace("__", ".")].attr_text.replace("$", "").rpartition("!")
        copy[sheet.strip("'")][cell] = value
    copy.save(target)
    return target


# JSON and the terminal --------------------------------------------------------------------------------------------

KEYS = {"a", "b", "unit", "change", "walk", "rest", "adds_up", "method", "range_only"}
STEP_KEYS = {
    "name", "names", "kind", "from", "to", "unit", "written", "file_order", "shapley", "shapley_error", "place",
}  # fmt: skip


def test_json_holds_the_walk(pair: tuple[Path, Path]) -> None:
    found = shown(run("compare", *pair, "--json"))
    assert set(found) == KEYS
    assert found["adds_up"] is True
    assert found["a"]["per_share"] == load(pair[0]).value().per_share
    assert found["b"]["per_share"] == load(pair[1]).value().per_share
    assert all(set(step) == STEP_KEYS for step in found["walk"])
    steps = {step["name"]: step for step in found["walk"]}
    assert list(steps) == ["drivers.wacc", "shops.value", "bridge.debt"]
    wacc = steps["drivers.wacc"]
    assert (wacc["from"], wacc["to"], wacc["unit"], wacc["kind"]) == (0.09, 0.1, "%", "value")
    assert wacc["place"] == f"{pair[1]}:6:17"
    assert steps["shops.value"]["written"] == [
        "~ pert(200 CNY m, 300 CNY m, 450 CNY m)", "~ pert(250 CNY m, 330 CNY m, 450 CNY m)",
    ]  # fmt: skip
    assert (steps["bridge.debt"]["from"], steps["bridge.debt"]["to"]) == ("none", "-10 CNY m")
    for order in ("file_order", "shapley"):
        assert sum(step[order] for step in found["walk"]) == pytest.approx(found["change"], abs=1e-12)
    assert found["method"] == {"order": "both", "shapley": "exact", "orders": 0, "valued": 8}


@pytest.mark.parametrize(("order", "missing"), [("files", "shapley"), ("shapley", "file_order")])
def test_one_order_alone(pair: tuple[Path, Path], order: str, missing: str) -> None:
    found = shown(run("compare", *pair, "--json", "--order", order))
    assert {step[missing] for step in found["walk"]} == {None}
    head = "Shapley" if missing == "shapley" else "file order"
    assert head not in run("compare", *pair, "--order", order).stdout


def test_the_table_walks_from_start_to_end(pair: tuple[Path, Path]) -> None:
    result = run("compare", *pair)
    assert (result.exit_code, result.stderr) == (0, "")
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in result.stdout.splitlines() if "│" in line]
    ends = [f"{load(path).value().per_share:,.2f}" for path in pair]
    assert rows[0] == ["A", "", "", "", ends[0], "", ends[0]]
    assert rows[-1] == ["B", "", "", "", ends[1], "", ends[1]]
    assert [row[0] for row in rows[1:-1]] == ["drivers.wacc", "shops.value", "bridge.debt"]
    assert rows[-2][4] == rows[-2][6] == ends[1]
    assert "over all orders of 3 steps; 8 cases valued" in result.stdout


def test_a_case_and_itself_differ_in_nothing(pair: tuple[Path, Path]) -> None:
    assert shown(run("compare", pair[0], pair[0], "--json"))["walk"] == []
    assert "nothing differs that could move the base value" in run("compare", pair[0], pair[0]).stdout


def test_what_moves_nothing_or_only_the_range_is_told_apart(pair: tuple[Path, Path], tmp_path: Path) -> None:
    text = CASE.replace("450", "500").replace("date: 2026-02-02", "date: 2026-03-02")
    result = run("compare", pair[0], written(tmp_path, "range.yaml", text))
    assert "differ and move nothing: date" in result.stdout
    assert "Moves the range, not the base" in result.stdout


# Workbooks --------------------------------------------------------------------------------------------------------


def test_a_workbook_is_its_case_until_a_blue_cell_changes(pair: tuple[Path, Path], tmp_path: Path) -> None:
    study = load(pair[0])
    book = study.write_workbook(tmp_path / "book.xlsx")
    assert compare(pair[0], book).steps == ()
    other = edited(book, tmp_path / "edited.xlsx", drivers__wacc=0.11, shops__value=310.0)
    found = shown(run("compare", book, other, "--json"))
    same = load(pair[0], {"drivers.wacc": "11%", "shops.value": "310 CNY m"}).value().per_share
    assert found["b"]["per_share"] == pytest.approx(same, rel=1e-15)
    assert [step["name"] for step in found["walk"]] == ["drivers.wacc", "shops.value"]
    cell = openpyxl.load_workbook(book).defined_names["drivers.wacc"].attr_text.replace("$", "")
    assert found["walk"][0]["place"] == f"{other}: {cell}"
    assert (found["a"]["sort"], found["b"]["sort"]) == ("workbook", "workbook")


def test_the_walk_to_a_workbook_ends_at_what_its_own_formulas_compute(tmp_path: Path) -> None:
    book = load(ALIBABA).write_workbook(tmp_path / "alibaba.xlsx")
    other = edited(book, tmp_path / "edited.xlsx", drivers__usd_cny=7.2, cloud__cloud_margin__to=0.25)
    found = compare(ALIBABA, other)
    assert {step.name for step in found.steps} == {"drivers.usd_cny", "cloud.cloud_margin.to"}
    assert found.walk.end == pytest.approx(Engine(other).read("Summary!C5"), rel=1e-12)


def test_a_blue_cell_without_a_number_is_named(pair: tuple[Path, Path], tmp_path: Path) -> None:
    book = load(pair[0]).write_workbook(tmp_path / "book.xlsx")
    other = edited(book, tmp_path / "edited.xlsx", drivers__wacc="nine", bridge__cash=None)
    result = run("compare", pair[0], other)
    names = openpyxl.load_workbook(book).defined_names
    wacc, cash = (names[name].attr_text.replace("$", "") for name in ("drivers.wacc", "bridge.cash"))
    assert result.exit_code == 1
    assert f"{other}: {wacc}: drivers.wacc: expected a number, found 'nine'" in result.stderr
    assert f"{other}: {cash}: bridge.cash: expected a number, found nothing" in result.stderr


def test_a_workbook_whose_numbers_have_no_value_is_refused(pair: tuple[Path, Path], tmp_path: Path) -> None:
    book = load(pair[0]).write_workbook(tmp_path / "book.xlsx")
    other = edited(book, tmp_path / "edited.xlsx", drivers__wacc=0.01)
    result = run("compare", pair[0], other)
    assert result.exit_code == 1
    assert "expected a value per share, found none with these numbers" in result.stderr


def test_a_changed_number_of_a_method_is_told(tmp_path: Path) -> None:
    text = CASE.replace("  shops", "  views:\n    methods:\n      one: {method: stake, value: 3 CNY m, weight: 50%}\n"
                        "      two: {method: stake, value: 4 CNY m, weight: 50%}\n  shops")  # fmt: skip
    path = written(tmp_path, "case.yaml", text)
    book = load(path).write_workbook(tmp_path / "book.xlsx")
    copy = openpyxl.load_workbook(book)
    for row in copy["Inputs"].iter_rows():
        if any(cell.value == "constant.tolerance_of_a_sum_of_weights" for cell in row):
            row[2].value = 0.5
    copy.save(tmp_path / "edited.xlsx")
    [note] = compare(path, tmp_path / "edited.xlsx").b.notes
    assert "constant.tolerance_of_a_sum_of_weights is 0.5, the method's is 1e-09" in note


def test_any_other_workbook_is_refused(pair: tuple[Path, Path], tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "other.xlsx")
    result = run("compare", pair[0], tmp_path / "other.xlsx")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "expected a workbook written by valuation" in result.stderr


# Revisions --------------------------------------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits of Alibaba in a folder and of a single file beside it, and changes that are not committed."""
    root = tmp_path / "repository"
    shutil.copytree(ALIBABA, root / "cases" / "alibaba")
    written(root / "cases", "one.yaml", CASE)
    git(tmp_path, "init", "-q", str(root))
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    git(root, "tag", "v1")
    (root / "cases" / "alibaba" / "segments" / "aidc.yaml").write_text("name: [broken", "utf-8")
    git(root, "commit", "-qam", "second")
    written(root / "cases", "one.yaml", OTHER)
    return root


def test_a_revision_is_the_case_as_it_was(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    found = shown(run("compare", "cases/alibaba@v1", ALIBABA, "--json"))
    assert found["walk"] == [] == found["range_only"]
    assert found["a"]["per_share"] == load(ALIBABA).value().per_share
    assert (found["a"]["case"], found["a"]["sort"]) == ("alibaba", "revision")


def test_a_file_of_today_against_its_last_commit(repository: Path) -> None:
    one = repository / "cases" / "one.yaml"
    found = shown(run("compare", f"{one}@HEAD", one, "--json"))
    assert [step["name"] for step in found["walk"]] == ["drivers.wacc", "shops.value", "bridge.debt"]
    back = shown(run("compare", one, f"{one}@HEAD~1", "--json"))
    assert back["walk"][0]["place"] == f"{one}@HEAD~1:6:17"
    assert back["walk"][0]["shapley"] == pytest.approx(-found["walk"][0]["shapley"])


def test_problems_of_a_revision_are_told_at_its_own_places(repository: Path) -> None:
    case = repository / "cases" / "alibaba"
    result = run("compare", case, f"{case}@HEAD")
    assert result.exit_code == 1
    result = run("compare", f"{case}@HEAD", f"{case}@v1")
    assert result.stderr.startswith(f"{case}@HEAD/segments/aidc.yaml:1:")


def test_a_path_that_is_gone_today_is_read_at_its_revision(repository: Path) -> None:
    shutil.rmtree(repository / "cases")
    case = repository / "cases" / "alibaba"
    assert compare(f"{case}@v1", ALIBABA).steps == ()


def test_a_workbook_of_a_revision(repository: Path, tmp_path: Path) -> None:
    one = repository / "cases" / "one.yaml"
    book = repository / "book.xlsx"
    load(one).write_workbook(book)
    git(repository, "add", "book.xlsx")
    git(repository, "commit", "-qm", "book")
    edited(book, book, drivers__wacc=0.12)
    found = compare(f"{book}@HEAD", book)
    assert [(step.name, step.difference.amounts) for step in found.steps] == [("drivers.wacc", (0.1, 0.12))]
    assert found.place(found.steps[0]).startswith(f"{book}: Inputs!C")


def test_a_path_with_the_sign_in_it_wins(pair: tuple[Path, Path], tmp_path: Path) -> None:
    path = written(tmp_path, "case@home.yaml", OTHER)
    assert parted(str(path)) is None
    assert shown(run("compare", pair[1], path, "--json"))["walk"] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cases@HEAD~3", ("cases", "HEAD~3")),
        ("a@b@main", ("a@b", "main")),
        ("cases@HEAD@{1}", ("cases", "HEAD@{1}")),
        ("cases@", None),
        ("@HEAD", None),
        ("cases", None),
    ],
)
def test_where_a_path_ends_and_a_revision_begins(text: str, expected: tuple[str, str] | None) -> None:
    assert parted(text) == expected


@pytest.mark.parametrize(
    ("revision", "message"),
    [
        ("nowhere", "nowhere is no revision of the repository"),
        ("--output=x", "--output=x is no revision of the repository"),
        ("HEAD:cases", "HEAD:cases is no revision of the repository"),
    ],
)
def test_an_unknown_revision_is_named(repository: Path, revision: str, message: str) -> None:
    one = repository / "cases" / "one.yaml"
    result = run("compare", f"{one}@{revision}", one)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{one}@{revision}: {message}" in result.stderr


def test_a_path_that_a_revision_does_not_have_is_named(repository: Path) -> None:
    gone = repository / "cases" / "gone.yaml"
    assert f"there is no {gone} at revision HEAD" in run("compare", f"{gone}@HEAD", gone).stderr


def test_no_repository_and_no_git_are_told(pair: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(pair[0].parents[1]))
    assert f"{pair[0].parent} is in no git repository" in run("compare", f"{pair[0]}@HEAD", pair[1]).stderr
    monkeypatch.setenv("PATH", "")
    result = run("compare", f"{pair[0]}@HEAD", pair[1])
    assert result.exit_code == 1
    assert "git is not installed: install it, or compare two folders" in result.stderr


# Bad input --------------------------------------------------------------------------------------------------------


def test_a_broken_case_lists_every_problem_with_its_place(pair: tuple[Path, Path]) -> None:
    checked = run("check", WRONG)
    result = run("compare", pair[0], WRONG, "--json")
    assert result.exit_code == 1
    assert result.stderr == checked.stderr
    assert json.loads(result.stdout)["checks"]


def test_a_file_that_is_not_there_is_named(pair: tuple[Path, Path]) -> None:
    for name in ("none.yaml", "none.xlsx"):
        result = run("compare", pair[0].with_name(name), pair[1])
        assert result.exit_code == 1
        assert f"{pair[0].with_name(name)}: expected a folder" in result.stderr


@pytest.mark.parametrize(
    "arguments", [["--order", "size"], ["--pairs", "1"], ["--seed", "-1"]], ids=lambda given: given[0]
)
def test_wrong_usage_is_status_2(pair: tuple[Path, Path], arguments: list[str]) -> None:
    assert run("compare", *pair, *arguments).exit_code == 2
    assert run("compare", pair[0]).exit_code == 2


def test_an_output_that_cannot_be_written_is_named_first(pair: tuple[Path, Path], tmp_path: Path) -> None:
    result = run("compare", *pair, "-o", tmp_path / "none" / "walk.xlsx")
    assert result.exit_code == 1
    assert "there is no such folder" in result.stderr
    assert not (tmp_path / "none").exists()


# The workbook of a walk -------------------------------------------------------------------------------------------


def walk_of(sort: str, folder: Path) -> Comparison:
    """Walks of every sort: nothing, a few steps, one order alone, formulas, more steps than are shown."""
    before, after = written(folder, "before.yaml", CASE), written(folder, "after.yaml", OTHER)
    match sort:
        case "nothing":
            return compare(before, before)
        case "a few steps":
            return compare(before, after)
        case "file order alone":
            return compare(after, before, "files")
        case "shapley alone":
            return compare(before, after, "shapley")
    study = load(ALIBABA)
    if sort == "a scenario":
        bear = study.case.scenarios["bear"].case
        assert bear is not None
        return compare(study, bear)
    other = with_bases(study.case, {one.name: one.base * 0.99 for one in study.case.inputs if one.distribution})
    return compare(study, other, pairs=4)


SORTS = ["nothing", "a few steps", "file order alone", "shapley alone", "a scenario", "steps that are not shown"]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.libreoffice
def test_the_book_is_without_fault_and_recalculates(sort: str, tmp_path: Path) -> None:
    book = write_walk(walk_of(sort, tmp_path), tmp_path / "walk.xlsx")
    linted = run_tool("workbook_lint.py", "--strict", str(book))
    assert linted.returncode == 0, linted.stdout
    need_libreoffice()
    recalculated = run_tool("recalc.py", str(book), "--tol", "1e-9")
    assert recalculated.returncode == 0, recalculated.stdout + recalculated.stderr


def column(book: Path, sheet: str, letter: str) -> dict[str, Any]:
    """The cells of a column by the labels in the first."""
    page = openpyxl.load_workbook(book)[sheet]
    return {row[0].value: page[f"{letter}{row[0].row}"].value for row in page.iter_rows(max_col=1) if row[0].value}


def test_the_book_walks_from_a_to_b(pair: tuple[Path, Path], tmp_path: Path) -> None:
    found = compare(*pair)
    book = write_walk(found, tmp_path / "walk.xlsx")
    engine, labels = Engine(book), list(column(book, "Walk", "A"))
    steps = labels[labels.index(f"A: {pair[0]}") : labels.index(f"B: {pair[1]}") + 1]
    assert steps[1:-1] == [step.name for step in found.steps]
    rows = openpyxl.load_workbook(book)["Walk"].iter_rows(max_col=1)
    first = next(row[0].row for row in rows if row[0].value == steps[0])
    level = found.walk.start
    for number, step in enumerate(found.steps, start=1):
        assert step.file_order is not None and step.shapley is not None
        assert engine.read(f"Walk!E{first + number}") == pytest.approx(step.file_order, rel=1e-12)
        assert engine.read(f"Walk!F{first + number}") == pytest.approx(step.shapley, rel=1e-12)
        level += step.file_order
        assert engine.read(f"Walk!H{first + number}") == pytest.approx(level, rel=1e-12)
        assert engine.read(f"Running totals!{'CDEFG'[number]}6") == pytest.approx(level, rel=1e-12)
    assert engine.read(f"Walk!E{first + len(steps) - 1}") == pytest.approx(found.walk.end, rel=1e-12)


def test_the_check_of_the_book_sees_a_step_that_was_changed(pair: tuple[Path, Path], tmp_path: Path) -> None:
    book = write_walk(compare(*pair), tmp_path / "walk.xlsx")
    engine = Engine(book)
    assert engine.read("Checks!F2") == "OK"
    engine.type("Walk data!F6", 100.0)
    assert engine.read("Checks!F2") == "ERROR"


def test_every_step_stands_in_the_data_and_the_largest_in_the_walk(tmp_path: Path) -> None:
    found = walk_of("steps that are not shown", tmp_path)
    book = write_walk(found, tmp_path / "walk.xlsx")
    assert {step.name for step in found.steps} <= set(column(book, "Walk data", "A"))
    shown_steps = [label for label in column(book, "Walk", "A") if label in {step.name for step in found.steps}]
    largest = max(found.steps, key=lambda step: abs(step.shapley or 0)).name
    assert len(shown_steps) == 20 and largest in shown_steps
    assert f"Others: {len(found.steps) - 20} that move less" in column(book, "Walk", "A")


def test_the_same_walk_gives_the_same_bytes(pair: tuple[Path, Path], tmp_path: Path) -> None:
    books = [write_walk(compare(*pair), tmp_path / name).read_bytes() for name in ("one.xlsx", "two.xlsx")]
    assert books[0] == books[1]


def test_formulas_of_the_files_stay_texts(pair: tuple[Path, Path], tmp_path: Path) -> None:
    other = written(tmp_path, "formula.yaml", CASE.replace("= drivers.wacc", "= drivers.wacc + 1%"))
    assert run("compare", pair[0], other, "-o", tmp_path / "walk.xlsx").exit_code == 0
    rows = openpyxl.load_workbook(tmp_path / "walk.xlsx")["Walk"].iter_rows()
    cell = next(cell for row in rows for cell in row if cell.value == "= drivers.wacc")
    assert cell.data_type == "s" and cell.quotePrefix


def test_what_no_step_explains_is_a_step_of_its_own(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """Nothing known leaves a rest; a walk that has one names it everywhere, and the book still adds up."""
    found = compare(*pair)
    walk = replace(found.walk, end=found.walk.end + 1, rest=1.0)
    torn = replace(found, walk=walk)
    assert torn.as_json()["adds_up"] is False
    book = write_walk(torn, tmp_path / "walk.xlsx")
    assert "What no step explains" in column(book, "Walk", "A")
    assert Engine(book).read("Checks!F2") == "OK"
