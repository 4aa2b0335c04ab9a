"""The cover: what it says is what the book says, it leads to every sheet, and it prints on one page."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from conftest import GOOD, SHIPPED
from workbooks import Engine, need_libreoffice, run_tool

from valuation.study import Study, load
from valuation.version import __version__
from valuation.workbook.sheets.cover import NAME, TITLE, VALUE

LINK = re.compile(r"'?((?:[^']|'')+?)'?!A1")
SOME = [*SHIPPED, *(path for path in GOOD if path.stem in ("dcf_by_sales", "routes", "market"))]


@pytest.fixture(scope="module", params=SOME, ids=lambda path: path.stem)
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Path]:
    study = load(request.param)
    path = tmp_path_factory.mktemp("cover") / "book.xlsx"
    return study, study.write_workbook(path, study.simulate(256, seed=11))


def figures(path: Path) -> dict[str, Any]:
    """The figures of the cover by their labels."""
    sheet = openpyxl.load_workbook(path, data_only=True)[TITLE]
    return {str(row[NAME].value): row[VALUE].value for row in sheet.iter_rows(min_row=5) if row[VALUE].value != " "}


def cell_of(path: Path, label: str) -> str:
    sheet = openpyxl.load_workbook(path)[TITLE]
    return next(f"{TITLE}!{row[VALUE].coordinate}" for row in sheet.iter_rows() if row[NAME].value == label)


def test_its_figures_are_those_of_the_case_and_the_run(book: tuple[Study, Path]) -> None:
    study, path = book
    said, base, run = figures(path), study.value(), study.simulate(256, seed=11)
    assert said["Value per share"] == pytest.approx(base.per_share, rel=1e-12)
    assert said["P50 of the last run"] == pytest.approx(run.quantile(0.5), rel=1e-12)
    assert (said["Seed of the stored run"], said["Draws of the stored run"]) == (11, 256)
    assert said["Written by"] == f"valuation {__version__}"
    assert said["Company"] == study.case.name
    if base.price is not None and base.upside is not None:
        assert said["Upside to the price"] == pytest.approx(base.upside, rel=1e-9)


def test_it_leads_to_every_other_sheet_once(book: tuple[Study, Path]) -> None:
    _, path = book
    workbook = openpyxl.load_workbook(path)
    links = [row[NAME].hyperlink.location for row in workbook[TITLE].iter_rows() if row[NAME].hyperlink]
    titles = [LINK.fullmatch(link).group(1).replace("''", "'") for link in links]
    assert sorted(titles) == sorted(set(workbook.sheetnames) - {TITLE})


def test_its_lights_follow_the_book(book: tuple[Study, Path]) -> None:
    study, path = book
    engine = Engine(path)
    master, run = cell_of(path, "Master check"), cell_of(path, "The stored run and the inputs")
    assert engine.read(master) == engine.read("Checks!G2") == figures(path)["Master check"]
    assert engine.read(run) == "up to date"
    name = next(found.name for found in study.case.inputs if found.base)
    engine.type(name, study.case.input(name).base * 1.01)
    assert engine.read(run) == "inputs changed: run again"


def test_a_failing_check_shows_on_the_cover(write: Callable[[str], Path], tmp_path: Path) -> None:
    study = load(
        write("""segments: {a: {method: stake, value: 5 CNY m}}
reconciliation: {segments: {items: {a: 5 CNY m}, total: 5 CNY m}}
""")
    )
    path = study.write_workbook(tmp_path / "book.xlsx")
    engine = Engine(path)
    assert engine.read(cell_of(path, "Master check")) == "OK"
    engine.type("reconciliation.segments.total", 9)
    assert engine.read(cell_of(path, "Master check")) == "ERROR"


def test_it_says_which_scenario_is_shown(book: tuple[Study, Path]) -> None:
    study, path = book
    if not study.case.scenarios:
        assert "Scenario shown" not in figures(path)
        return
    engine, name = Engine(path), next(iter(study.case.scenarios))
    engine.book.set_value("Scenarios", 5, 3, name)
    assert engine.read(cell_of(path, "Scenario shown")) == name
    assert engine.read(cell_of(path, "Value per share")) == pytest.approx(study.scenarios()[name], rel=1e-9)


def test_a_book_without_a_run_says_so(write: Callable[[str], Path], tmp_path: Path) -> None:
    study = load(write("segments: {a: {method: stake, value: 5 CNY m}}\n"))
    said = figures(study.write_workbook(tmp_path / "book.xlsx"))
    assert said["Stored run"] == "none in this book"
    assert "Seed of the stored run" not in said


@pytest.mark.libreoffice
def test_it_prints_on_one_page(tmp_path: Path) -> None:
    need_libreoffice()
    to_text = shutil.which("pdftotext")
    if to_text is None:
        pytest.skip("pdftotext is not installed")
    study = load(SHIPPED[0])
    path = study.write_workbook(tmp_path / "book.xlsx", study.simulate(64))
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=300)
    pages = subprocess.run(
        [to_text, str(tmp_path / "book.pdf"), "-"], check=True, capture_output=True, text=True
    ).stdout
    first, second = pages.split("\f")[:2]
    assert "Audit files" in first
    assert "ERROR" in first
    assert second.lstrip().startswith(f"{study.case.name}: summary")


def test_the_strict_rules_find_nothing_on_it(book: tuple[Study, Path]) -> None:
    found = run_tool("workbook_lint.py", str(book[1]), "--strict", "--show", "999")
    assert f"  {TITLE}" not in found.stdout, found.stdout
