"""The Sensitivity page of the workbook, and the pictures: they show the numbers of the analyses, and nothing else."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from conftest import ASSUMPTIONS, GOOD
from workbooks import Engine

from valuation import Study, load, plots
from valuation.sensitivity import QUICK, Axis
from valuation.workbook.sheets.sensitivity import MOST
from valuation.workbook.verify import verify_book

SALES = next(path for path in GOOD if path.stem == "dcf_by_sales")
ALIBABA = ASSUMPTIONS / "alibaba"
BLUE = "FF0000FF"


@pytest.fixture(scope="module")
def alibaba() -> Study:
    return load(ALIBABA)


@pytest.fixture(scope="module")
def book(alibaba: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "alibaba.xlsx"
    return alibaba.write_workbook(path, alibaba.simulate(256, seed=7))


def rows(book: Path, caption: str) -> dict[str, list[object]]:
    """The rows of the table under a caption, by name."""
    sheet = openpyxl.load_workbook(book, data_only=True)["Simulated sensitivity"]
    told = [[cell.value for cell in row] for row in sheet.iter_rows(max_col=10)]
    start = next(number for number, row in enumerate(told) if str(row[0]).startswith(caption)) + 2
    found = {}
    for row in told[start:]:
        if row[1] is None:
            break
        found[str(row[0])] = row[1:]
    return found


def test_the_page_shows_the_figures_of_the_run(alibaba: Study, book: Path) -> None:
    found = alibaba.sensitivity(QUICK, seed=7)
    assert found.tornado is not None
    told = rows(book, "One input at a time")
    assert [bar.name for bar in found.tornado.bars[:MOST]] == list(told)
    for bar in found.tornado.bars[:MOST]:
        changes = (bar.low - found.tornado.base, bar.high - found.tornado.base)
        expected = [str(bar.unit), bar.low_input, bar.high_input, bar.low, bar.high, *changes, bar.swing]
        assert expected == [told[bar.name][0], *(pytest.approx(number, abs=1e-12) for number in told[bar.name][1:8])]
    assert found.contributions is not None
    share = rows(book, "All inputs drawn")
    assert [row.contribution for row in found.contributions.inputs[:MOST]] == [
        pytest.approx(row[2], abs=1e-12) for row in share.values()
    ]
    assert found.events is not None
    assert [row.mean for row in found.events.outcomes] == [
        pytest.approx(row[4]) for row in rows(book, "The value per share by event").values()
    ]
    assert found.worst is not None
    assert [row.name for row in found.worst.worst.inputs[:MOST]] == list(rows(book, "What drives the worst 10%"))


def test_stored_numbers_are_blue_and_have_a_unit_and_a_format(book: Path) -> None:
    sheet = openpyxl.load_workbook(book)["Simulated sensitivity"]
    numbers = [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "n" and cell.value is not None]
    assert len(numbers) > 200
    assert {BLUE} == {cell.font.color.rgb for cell in numbers}
    assert "General" not in {cell.number_format for cell in numbers}
    assert [] == [cell.coordinate for cell in numbers if not sheet.cell(cell.row, 2).value]


def test_the_base_of_the_page_follows_the_inputs(alibaba: Study, book: Path) -> None:
    engine = Engine(book)
    assert alibaba.value().per_share == pytest.approx(engine.read("Simulated sensitivity!C5"), rel=1e-12)
    engine.type("drivers.usd_cny", 7.5)
    changed = load(ALIBABA, {"drivers.usd_cny": "7.5"}).value().per_share
    assert changed == pytest.approx(engine.read("Simulated sensitivity!C5"), rel=1e-12)
    assert changed - alibaba.value().per_share == pytest.approx(engine.read("Simulated sensitivity!C7"), rel=1e-9)


def test_the_page_has_three_native_charts(book: Path) -> None:
    with zipfile.ZipFile(book) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist() if "charts/chart" in name]
    charts = [text for text in texts if "'Simulated sensitivity'!" in text]
    assert 3 == len(charts)
    [tornado] = [text for text in charts if "Tornado" in text]
    assert 2 == tornado.count("<c:ser>")
    assert '<c:overlap val="100"/>' in tornado


@pytest.mark.parametrize("path", [SALES, *(path for path in GOOD if path.stem in ("rights", "market"))])
def test_a_book_with_the_page_is_proved(path: Path, tmp_path: Path) -> None:
    study = load(path)
    book = study.write_workbook(tmp_path / "b.xlsx", study.simulate(64))
    assert "Simulated sensitivity" in openpyxl.load_workbook(book).sheetnames
    assert verify_book(book, 3).proved


def test_a_changed_formula_of_the_page_is_found(tmp_path: Path) -> None:
    study = load(SALES)
    path = study.write_workbook(tmp_path / "b.xlsx", study.simulate(64))
    book = openpyxl.load_workbook(path)
    book["Simulated sensitivity"]["C7"] = "=C5*2"
    book.save(path)
    assert ["Simulated sensitivity!C7"] == [found.cell for found in verify_book(path, 2).differences]


def test_a_book_without_a_run_has_no_such_page(tmp_path: Path) -> None:
    path = load(SALES).write_workbook(tmp_path / "b.xlsx")
    assert "Simulated sensitivity" not in openpyxl.load_workbook(path).sheetnames


# Pictures -------------------------------------------------------------------------------------------------------------


def test_bars_of_the_pictures_are_the_figures(alibaba: Study) -> None:
    found = alibaba.sensitivity(["tornado", "shapley", "contributions", "worst"], draws=256, seed=7)
    assert found.tornado is not None
    bars = plots.tornado(found.tornado, most=5).containers
    base = found.tornado.base
    for container, ends in zip(bars, ("low", "high"), strict=True):
        widths = [patch.get_width() for patch in container]
        assert [getattr(bar, ends) - base for bar in found.tornado.bars[4::-1]] == pytest.approx(widths)
    assert found.shapley is not None
    [shares] = [c for c in plots.shapley(found.shapley, most=4).containers if hasattr(c, "patches")]
    assert [row.share for row in found.shapley.inputs[3::-1]] == [patch.get_width() for patch in shares]


def test_every_picture_names_its_units_and_draws_into_given_axes(alibaba: Study) -> None:
    from matplotlib.figure import Figure

    found = alibaba.sensitivity(draws=64, seed=7)
    sought = alibaba.goal("cloud.wacc", draws=64)
    over = alibaba.grid(Axis("cloud.wacc", (0.08, 0.1)), Axis("drivers.usd_cny", (6.8, 7.2)))
    axes = Figure().add_subplot()
    assert plots.tornado(found.tornado, axes) is axes  # type: ignore[arg-type]
    assert "USD/ADS" in axes.get_xlabel()
    for name, draw in plots.pictures(found, sought, over).items():
        drawn = draw()
        text = " ".join((drawn.get_xlabel(), drawn.get_ylabel(), drawn.get_title()))
        assert any(unit in text for unit in ("USD/ADS", "variance", "standard deviations", "%")), name
    assert {"tornado", "contributions", "sobol", "shapley", "worst", "goal", "grid"} <= set(
        plots.pictures(found, sought, over)
    )


def test_the_distributions_by_event_hold_every_draw_between_their_ends(alibaba: Study) -> None:
    some = alibaba.sensitivity(["events"], draws=2048, seed=7).sample
    heights = [patch.get_data().values.sum() for patch in plots.by_event(some, "drivers.h200_supply").patches]
    assert 2 == len(heights)
    assert np.all(np.array(heights) > 0.99)
    with pytest.raises(KeyError):
        plots.by_event(some, "cloud.nothing")
