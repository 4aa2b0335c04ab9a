"""What the documents say is so: trees, commands, outputs, links and code."""

from __future__ import annotations

import configparser
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import valuation
from valuation.checks.standards import standards
from valuation.cli import main
from valuation.dilution import SHARE_COUNT
from valuation.expressions import FUNCTIONS
from valuation.kinds import Table
from valuation.methods import METHODS
from valuation.schedules import SCHEDULES
from valuation.transactions import ROUTES

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "docs"))

import chapters  # noqa: E402  the documents' own module, beside them

PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "assumptions/README.md",
         *(str(path.relative_to(ROOT)) for path in sorted((ROOT / "docs").rglob("*.md")))]  # fmt: skip
HEAVY = {"numpy", "scipy", "pandas", "matplotlib", "xlsxwriter", "openpyxl", "rich", "ruamel", "formualizer"}
CASE_WORDS = {
    "ads_ratio",
    "applies_to",
    "net_debt",
    "sales_ltm",
    "sales_ntm",
    "sales_cal",
}  # keys of files, columns of peers
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
MISTYPED = ("assumptions/alibaba/segments/cloud.yaml", "drivers.equity_risk_premium", "drivers.equity_risk_premiun")


def page(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(name: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page(name), re.MULTILINE | re.DOTALL)


def marked(name: str, mark: str) -> list[str]:
    """The code blocks under a comment that begins with a mark."""
    return re.findall(rf"^<!-- {mark}[^>]*-->\n```\w*\n(.*?)^```", page(name), re.MULTILINE | re.DOTALL)


def trimmed(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the cases and their evidence, as the current folder."""
    for folder in ("assumptions", "seeds"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Trees ------------------------------------------------------------------------------------------------------------


def tree(block: str) -> Iterator[str]:
    """Paths of a tree that is told by indentation, two spaces a level; each line must carry a sentence."""
    above: list[str] = []
    for line in block.splitlines():
        name, _, sentence = line.strip().partition(" ")
        assert sentence.strip(), f"{name} has no sentence in ARCHITECTURE.md"
        depth = (len(line) - len(line.lstrip())) // 2
        above = [*above[:depth], name]
        yield "".join(above)


def test_the_tree_of_the_package_is_the_real_one() -> None:
    listed = list(tree(blocks("ARCHITECTURE.md", "")[0]))
    told = set(listed)
    assert [path for path in told if listed.count(path) > 1] == []
    real = {f"{path.relative_to(ROOT)}" for path in (ROOT / "valuation").rglob("*.py") if path.name != "__init__.py"}
    real |= {f"{path.parent.relative_to(ROOT)}/" for path in (ROOT / "valuation").rglob("__init__.py")}
    real |= {"valuation/py.typed", "valuation/checks/thresholds.toml"}
    assert {"missing": real - told, "gone": told - real} == {"missing": set(), "gone": set()}


def test_what_stands_beside_the_package_exists() -> None:
    names = list(tree(blocks("ARCHITECTURE.md", "")[1]))
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_the_changelog_says_each_thing_once() -> None:
    said = re.split(r"\n(?=- )", page("CHANGELOG.md"))
    assert [line for line in said if said.count(line) > 1] == []


# Commands ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_is_in_the_readme_and_its_help_shows_an_example(command: str) -> None:
    assert f"valuation {command} " in page("README.md")
    shown = CliRunner().invoke(main, [command, "--help"])
    assert shown.exit_code == 0
    assert f"valuation {command} " in shown.output


def test_the_readme_names_no_command_that_does_not_exist() -> None:
    named = set(re.findall(r"^valuation ([a-z]+)", "\n".join(blocks("README.md", "sh")), re.MULTILINE))
    assert named <= set(main.commands)


@pytest.mark.parametrize("command", ["make run", "make test"])
def test_the_two_commands_of_the_readme_are_targets(command: str) -> None:
    assert command in page("README.md")
    assert re.search(rf"^{command.split()[1]}:", page("Makefile"), re.MULTILINE)


def test_the_makefile_stays_small() -> None:
    assert len(re.findall(r"^[a-z]+:", page("Makefile"), re.MULTILINE)) <= 9


def test_continuous_integration_runs_the_test_command_of_the_readme() -> None:
    assert trimmed(page(".ci/run"))[-1] == "make test"


def test_help_loads_nothing_heavy() -> None:
    program = "import sys, valuation.cli; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    ).stdout.split()
    assert HEAVY & set(loaded) == set()


# Outputs and code -------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.usefixtures("desk")
def test_the_table_of_the_readme_is_what_run_prints() -> None:
    [told] = marked("README.md", "output of: run assumptions/alibaba")
    printed = CliRunner().invoke(main, ["run", "assumptions/alibaba"])
    assert printed.exit_code == 0
    assert trimmed(told) == trimmed(printed.stdout)


def test_the_message_of_the_readme_is_what_check_prints(desk: Path) -> None:
    [told] = marked("README.md", "output of a mistyped name")
    file, right, wrong = MISTYPED
    text = (desk / file).read_text("utf-8")
    (desk / file).write_text(text.replace(right, wrong, 1), "utf-8")
    printed = CliRunner().invoke(main, ["check", "assumptions/alibaba"])
    assert printed.exit_code == 1
    assert trimmed(told) == trimmed(printed.stderr)


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("code", marked("README.md", "run"), ids=["case", "method"])
def test_the_code_of_the_readme_runs(code: str) -> None:
    exec(compile(code, "README.md", "exec"), {})


def test_the_method_of_the_readme_is_the_real_one() -> None:
    [told] = [block for block in blocks("README.md", "python") if "def venture" in block]
    real = page("valuation/methods/venture.py")
    body = [line.strip() for line in told.splitlines() if line.startswith("    line") or " = line(" in line]
    assert len(body) >= 5
    assert [line for line in body if line not in real] == []


# Evidence ---------------------------------------------------------------------------------------------------------

# Calculations for which no printed number was found, and the test that holds them instead.
WITHOUT_A_PUBLISHED_NUMBER = {
    "risk_adjusted": "test_early_stage: a closed form, and every path of success and failure",
    "captive": "test_captive: purchase by purchase in plain Python",
    "listing_tests": "test_listing_tests: each rule on both sides of its threshold",
    "regression": "test_regression: NumPy and SciPy; its solver has NIST's Longley data in test_published",
    "segment_betas": "test_cost_of_capital: a group of three businesses, by hand",
    "merger": "test_transactions: nothing is lost without a name; two ways to the same end",
    "sale": "test_transactions: nothing is lost without a name; two ways to the same end",
    "tracking_stock": "test_transactions: nothing is lost without a name; two ways to the same end",
}


def test_every_calculation_has_a_published_number_or_says_what_holds_it() -> None:
    text = page("tests/test_published.py")
    every = {*METHODS, *SCHEDULES, *ROUTES}
    published = {name for name in every if re.search(rf"\b{name}\(|(method|schedule|route): {name}\b", text)}
    assert every - published == set(WITHOUT_A_PUBLISHED_NUMBER)


def test_what_holds_a_calculation_instead_exists() -> None:
    files = {f"tests/{told.partition(':')[0]}.py" for told in WITHOUT_A_PUBLISHED_NUMBER.values()}
    assert [file for file in files if not (ROOT / file).exists()] == []


# Pages ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_links_between_pages_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", page(name))
    assert [link for link in links if not ((ROOT / name).parent / link).exists()] == []


@pytest.mark.parametrize("name", PAGES)
def test_links_into_a_page_lead_to_one_of_its_headings(name: str) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:)([^)#]*)#([^)]+)\)", page(name))
    pages = {file: (ROOT / name).parent / file if file else ROOT / name for file, _ in links}
    known = {file: {chapters.anchor(heading) for heading in chapters.headings(path)} for file, path in pages.items()}
    assert [f"{file}#{mark}" for file, mark in links if mark not in known[file]] == []


@pytest.mark.parametrize("name", PAGES)
def test_files_that_pages_name_exist(name: str) -> None:
    files = re.findall(r"`((?:valuation|tests|docs|notebooks|assumptions|seeds|\.ci)/[\w./-]+)`", page(name))
    examples = ("valuation/methods/liquidation.py", "assumptions/mine/", "seeds/acme/")  # a reader makes these
    assert [file for file in files if not file.startswith(examples) and not (ROOT / file).exists()] == []


def test_the_changelog_has_a_place_for_what_comes() -> None:
    assert re.search(r"^## Unreleased\n\n- ", page("CHANGELOG.md"), re.MULTILINE)


def test_decisions_are_numbered_and_say_what_would_change_our_mind() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [path.name[:4] for path in decisions] == [f"{number:04d}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        text = path.read_text("utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. ")
        assert all(f"**{part}.**" in text for part in ("Decision", "Alternatives", "What would change our mind"))


def test_every_dependency_has_a_reason() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    needed = {re.split("[<>=]", line)[0] for line in setup["options"]["install_requires"].split()}
    assert needed == set(
        re.findall(r"^\| ([\w.]+) \| (?!reason)", page("docs/decisions/0009-dependencies.md"), re.MULTILINE)
    )


def test_the_reference_of_assumption_files_is_the_generated_one(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_module("valuation.reference", run_name="__main__")
    assert page("assumptions/README.md") == capsys.readouterr().out, "run make docs"


def test_the_index_of_theory_is_the_generated_one() -> None:
    assert page("docs/theory/README.md") == chapters.index(), "run make docs"


def test_headings_of_theory_name_what_is_registered() -> None:
    assert set(chapters.explained()) <= {*METHODS, *SCHEDULES, *ROUTES}


def test_names_in_the_theory_are_those_of_parameters_checks_and_functions() -> None:
    """So that a parameter or a check that is renamed is renamed there too."""
    every = [*METHODS.values(), *SCHEDULES.values(), *ROUTES.values(), SHARE_COUNT]
    rows = [
        name
        for found in every
        for p in found.parameters.values()
        if isinstance(p.kind, Table)
        for name in p.kind.fields
    ]
    known = {*METHODS, *SCHEDULES, *ROUTES, *FUNCTIONS, *standards(), *rows, *CASE_WORDS}
    known |= {name for found in every for name in found.parameters}
    for path in (ROOT / "docs/theory").glob("*.md"):
        named = set(re.findall(r"`([a-z]+(?:_[a-z0-9]+)+)`", FENCED.sub("", path.read_text("utf-8"))))
        assert named - known == set(), path.name


def test_names_of_the_package_root_exist() -> None:
    assert [name for name in valuation.__all__ if not hasattr(valuation, name)] == []


def test_notebooks_are_stored_without_outputs() -> None:
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []
