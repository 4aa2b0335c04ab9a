"""Charts of peers: their lines are the fitted ones, the target lies on them, and every peer is named."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pytest
from conftest import ASSUMPTIONS, CASES
from workbooks import Engine, need_libreoffice, run_tool

from valuation.peers import every_value, included
from valuation.study import Study, load
from valuation.workbook.verify import verify_book

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
POINT = re.compile(r"Point \d+")


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Path]:
    study = load(CASES / "good" / "market")
    path = tmp_path_factory.mktemp("peers") / "market.xlsx"
    return study, study.write_workbook(path, study.simulate(64, seed=7))


@pytest.fixture(scope="module")
def alibaba(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Path]:
    study = load(ASSUMPTIONS / "alibaba")
    path = tmp_path_factory.mktemp("peers") / "alibaba.xlsx"
    return study, study.write_workbook(path, study.simulate(64, seed=7))


def blocks(path: Path) -> dict[str, list[tuple[openpyxl.cell.Cell, ...]]]:
    """The rows of each section of the sheet of peers, by its heading."""
    found: dict[str, list[tuple[openpyxl.cell.Cell, ...]]] = {}
    here: list[tuple[openpyxl.cell.Cell, ...]] = []
    for row in openpyxl.load_workbook(path, data_only=True)["Peers"].iter_rows(min_row=5):
        if row[0].font.b and row[0].fill.fgColor.rgb == "00000000":
            here = found.setdefault(str(row[0].value), [])
        elif row[0].value is not None:
            here.append(row)
    return found


def points(rows: list[tuple[openpyxl.cell.Cell, ...]]) -> np.ndarray:
    """The points of a fitted line: shape (points, 2)."""
    return np.array([[row[1].value, row[2].value] for row in rows if POINT.fullmatch(str(row[0].value))])


def figure(rows: list[tuple[openpyxl.cell.Cell, ...]], label: str) -> openpyxl.cell.Cell:
    return next(row[1] for row in rows if row[0].value == label)


def charts(path: Path) -> dict[str, ElementTree.Element]:
    """The charts of a book by their titles."""
    found = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/charts/chart"):
                root = ElementTree.fromstring(archive.read(name))
                title = root.find(f"{C}chart/{C}title")
                assert title is not None
                found["".join(text.text or "" for text in title.iter(f"{A}t"))] = root
    return found


def sample(study: Study, names: list[str]) -> list[np.ndarray]:
    """Columns of the peers that count and have every number, from the table itself."""
    table = study.case.peers["chips"]
    columns = [every_value(table, name, study.case.date) for name in names]
    whole = np.all(np.isfinite(columns), axis=0) & included(table)
    return [column[whole] for column in columns]


@pytest.mark.parametrize(
    ("title", "columns", "others", "logged"),
    [
        ("What peers are paid for growth and margin", ["ev_sales_fy1", "growth", "margin"], ["margin"], True),
        ("Paid for growth alone", ["ev_sales_ntm", "growth"], [], False),
        ("Paid for research", ["ev_sales_fy1", "growth", "margin", "research"], ["margin", "research"], False),
    ],
)
def test_the_line_is_the_least_squares_line_at_the_targets_other_figures(
    market: tuple[Study, Path], title: str, columns: list[str], others: list[str], logged: bool
) -> None:
    study, path = market
    rows = next(rows for name, rows in blocks(path).items() if name.startswith(f"{title}: ") and "growth" in name[-6:])
    paid, *explained = sample(study, columns)
    design = np.column_stack([np.ones_like(paid), *explained])
    fitted = np.linalg.lstsq(design, np.log(paid) if logged else paid, rcond=None)[0]
    target = [figure(rows, f"{name.capitalize()} of the target").value for name in others]
    line = points(rows)
    expected = fitted[0] + fitted[1] * line[:, 0] + sum(b * x for b, x in zip(fitted[2:], target, strict=True))
    assert line[:, 1] == pytest.approx(np.exp(expected) if logged else expected, rel=1e-9)
    own = figure(rows, "Growth of the target").value
    assert line[0, 0] == pytest.approx(min(*explained[0], own), rel=1e-12)
    assert line[-1, 0] == pytest.approx(max(*explained[0], own), rel=1e-12)
    # the target's mark lies on the line
    there = np.interp(own, line[:, 0], np.log(line[:, 1]) if logged else line[:, 1])
    predicted = figure(rows, "Predicted multiple of the target").value
    assert (np.exp(there) if logged else there) == pytest.approx(predicted, rel=1e-9)


def test_an_edited_peer_moves_line_and_quartiles_as_the_edited_table_does(
    market: tuple[Study, Path], tmp_path: Path
) -> None:
    _, path = market
    engine = Engine(path)
    sheet = openpyxl.load_workbook(path)["Peers"]
    head = next(row for row in sheet.iter_rows() if row[0].value == "company")
    growth = next(cell for cell in head if cell.value == "growth").column
    alpha = next(row for row in sheet.iter_rows() if row[0].value == "Alpha")
    engine.type(f"Peers!{alpha[growth - 1].coordinate}", 0.65)
    folder = Path(shutil.copytree(CASES / "good" / "market", tmp_path / "market"))
    table = next((folder / "peers").glob("*.csv"))
    table.write_text(table.read_text().replace("1300,0.45", "1300,0.65").replace("900,0.45", "900,0.65"))
    edited = load(folder)
    there = edited.write_workbook(tmp_path / "edited.xlsx", edited.simulate(64, seed=7))
    before, after = blocks(path), blocks(there)
    moved = 0
    for name, rows in after.items():
        for mine, theirs in zip(before[name], rows, strict=True):
            if POINT.fullmatch(str(mine[0].value)):
                for column in (1, 2):
                    found = engine.read(f"Peers!{mine[column].coordinate}")
                    assert found == pytest.approx(theirs[column].value, rel=1e-9)
                    moved += mine[column].value != theirs[column].value
    assert moved > 0


def test_bars_show_each_multiple_that_parts_read_beside_its_quartiles(alibaba: tuple[Study, Path]) -> None:
    study, path = alibaba
    table = study.case.peers["ai_chips"]
    values = np.sort(every_value(table, "ev_sales_2026", study.case.date))[::-1]
    rows = blocks(path)["EV/Sales 2026 of peers.ai_chips"][1:]
    assert [row[1].value for row in rows] == pytest.approx(list(values), rel=1e-12)
    quartiles = np.quantile(values, [0.25, 0.5, 0.75])
    used = study.value().lines.scopes["t_head_listed"]["t_head_listed.multiple"].item()
    for row in rows:
        assert [cell.value for cell in row[2:6]] == pytest.approx([*quartiles, used], rel=1e-12)


def test_without_a_regression_the_multiple_is_set_against_growth_where_the_table_tells_it(
    alibaba: tuple[Study, Path],
) -> None:
    study, path = alibaba
    table = study.case.peers["ai_chips"]
    columns = [every_value(table, name, study.case.date) for name in ("ev_sales_2026", "sales_2025", "sales_2026")]
    growth = columns[2] / columns[1] - 1
    rows = blocks(path)["EV/Sales 2026 of peers.ai_chips against growth"]
    fitted = np.polynomial.Polynomial.fit(growth, columns[0], 1)
    line = points(rows)
    assert line[:, 1] == pytest.approx(fitted(line[:, 0]), rel=1e-9)
    assert figure(rows, "R squared").value == pytest.approx(np.corrcoef(growth, columns[0])[0, 1] ** 2, rel=1e-9)


@pytest.mark.parametrize("which", ["market", "alibaba"])
def test_charts_have_titles_axis_names_stored_values_and_a_name_for_each_peer(
    which: str, request: pytest.FixtureRequest
) -> None:
    study, path = request.getfixturevalue(which)
    mine = {title: root for title, root in charts(path).items() if title.startswith("EV/")}
    assert len(mine) >= 2
    companies = {str(name) for table in study.case.peers.values() for name in table.columns["company"]}
    for title, root in mine.items():
        axes = [axis for kind in ("valAx", "catAx") for axis in root.iter(f"{C}{kind}")]
        assert all(axis.find(f"{C}title") is not None for axis in axes), title
        references = [*root.iter(f"{C}numRef"), *root.iter(f"{C}strRef")]
        caches = [
            ref.find(f"{C}numCache") if ref.tag.endswith("numRef") else ref.find(f"{C}strCache") for ref in references
        ]
        assert all(cache is not None and cache.find(f"{C}pt") is not None for cache in caches), title
        series = next(root.iter(f"{C}ser"))
        if root.find(f".//{C}scatterChart") is not None:
            named = ["".join(t.text or "" for t in label.iter(f"{A}t")) for label in series.iter(f"{C}dLbl")]
            count = len(list(series.find(f"{C}xVal").iter(f"{C}pt")))
            assert len(named) == count
            assert set(named) <= companies


@pytest.mark.parametrize("which", ["market", "alibaba"])
def test_a_book_with_charts_of_peers_is_proved_and_keeps_the_strict_rules(
    which: str, request: pytest.FixtureRequest
) -> None:
    _, path = request.getfixturevalue(which)
    assert verify_book(path, draws=4).proved
    found = run_tool("workbook_lint.py", str(path), "--strict", "--show", "999")
    assert "  Peers!" not in found.stdout, found.stdout
    assert "R41 PASS" in found.stdout
    assert "R42 PASS" in found.stdout


@pytest.mark.libreoffice
def test_libreoffice_computes_the_cells_behind_the_charts(market: tuple[Study, Path]) -> None:
    need_libreoffice()
    found = run_tool("recalc.py", str(market[1]), "--tol", "1e-9")
    assert found.returncode == 0, found.stdout
