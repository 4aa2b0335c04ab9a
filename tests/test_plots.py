"""Pictures: they show the numbers that they should, look as they did, and can be read in grey."""

from __future__ import annotations

import runpy
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import ASSUMPTIONS, CASES
from matplotlib.figure import Figure
from matplotlib.testing.compare import compare_images

import valuation
from valuation import plots
from valuation.cli import main
from valuation.plots import look
from valuation.plots.ladders import Rung, _ladder
from valuation.workbook.verify import verify_book

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent / "pictures"
CLOSE = 2.0
"""How far pictures may differ, root mean square of 0 to 255: less than one moved word."""
ALIBABA, SEVERAL, SALES = ASSUMPTIONS / "alibaba", CASES / "good" / "routes.yaml", CASES / "good" / "dcf_by_sales.yaml"


@pytest.fixture(scope="module")
def study() -> valuation.Study:
    return valuation.load(ALIBABA)


@pytest.fixture(scope="module")
def run(study: valuation.Study) -> Any:
    return study.simulate(draws=4096, seed=7)


# As they were -------------------------------------------------------------------------------------------------------


def drawn() -> dict[str, Callable[[], Any]]:
    case, sales = valuation.load(SEVERAL), valuation.load(SALES)
    simulation, base = case.simulate(draws=2048, seed=3), case.value()
    slower = valuation.load(SALES, {"core.wacc": "8%", "core.beta": "1.3", "core.tax_rate": "28%"})
    whole = {f"routes_{name}": draw for name, draw in plots.of_case(base, simulation, {}).items()}
    return whole | {
        "sales_football": partial(
            plots.football_field, sales.value(), sales.simulate(draws=2048, seed=3), sales.scenarios()
        ),
        "sales_fan": partial(plots.fan, sales.fan("core.revenue_forecast", draws=2048, seed=3)),
        "sales_assumption": partial(plots.assumption, sales.case, "core.sales_to_capital", points=[1.7, 1.9, 2.2]),
        "sales_event": partial(plots.assumption, sales.case, "drivers.boom"),
        "sales_correlations": partial(plots.correlations, sales.case),
        "sales_tornado": partial(plots.tornado, sales.tornado()),
        "sales_walk": partial(plots.walk, valuation.compare(slower.case, sales.case)),
    }


def test_pictures_look_as_they_did(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    renew, different = request.config.getoption("--renew-pictures"), []
    found = drawn()
    for name, draw in found.items():
        if renew:
            plots.save(draw, HERE / f"{name}.png")
        plots.save(draw, tmp_path / f"{name}.png")
        said = compare_images(str(HERE / f"{name}.png"), str(tmp_path / f"{name}.png"), CLOSE)
        different += [said] if said else []
    assert different == []
    assert {path.stem for path in HERE.glob("*.png") if "failed-diff" not in path.name} == set(found)


def test_the_pictures_of_the_documents_are_current(tmp_path: Path) -> None:
    for name, draw in runpy.run_path(str(ROOT / "docs" / "pictures.py"))["drawn"]().items():
        plots.save(draw, tmp_path / f"{name}.png")
        assert compare_images(str(ROOT / "docs/images" / f"{name}.png"), str(tmp_path / f"{name}.png"), CLOSE) is None
        assert (ROOT / "docs/images" / f"{name}.png").stat().st_size < 150_000


@pytest.mark.parametrize("kind", look.FORMATS)
def test_the_same_seed_draws_the_same_bytes(kind: str, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        said = CliRunner().invoke(main, ["plot", str(SALES), "--draws", "500", "-o", str(tmp_path / folder), "--format",
                                         kind, "--line", "core.revenue_forecast"])  # fmt: skip
        assert said.exit_code == 0, said.output
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert {f"football_field.{kind}", f"histogram.{kind}", f"fan_core.revenue_forecast.{kind}"} <= set(names)
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_without_matplotlib_the_remedy_is_told_before_anything_is_simulated(tmp_path: Path) -> None:
    told = "import sys; sys.modules['matplotlib'] = None; from valuation.cli import main; main(sys.argv[1:])"
    arguments = ["plot", str(SALES), "--draws", "100000000", "-o", str(tmp_path / "pictures")]
    said = subprocess.run([sys.executable, "-c", told, *arguments], check=False, cwd=ROOT, capture_output=True,
                          text=True, timeout=60)  # fmt: skip
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.strip() == "pictures need matplotlib: pip install 'valuation[notebook]'"
    assert not (tmp_path / "pictures").exists()


# What they show -----------------------------------------------------------------------------------------------------


def ends_of(axes: Any) -> list[tuple[float, float]]:
    """From where to where each bar goes, from the top down."""
    return [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in axes.patches]


def test_bars_of_the_football_field_end_at_quantiles_targets_and_scenarios(study: valuation.Study, run: Any) -> None:
    base, scenarios = study.value(), study.scenarios()
    axes = plots.football_field(base, run, scenarios)
    bars = ends_of(axes)[::-1]
    titles = [text.get_text() for text in axes.get_yticklabels()][::-1]
    assert titles == ["Simulation, P5 to P95", "Simulation, P25 to P75", "3 scenarios",
                      "Brokers: lowest, mean, highest of 6"]  # fmt: skip
    whole = [(bars[2 * row + 1][0], bars[2 * row + 1][1], bars[2 * row][1]) for row in range(4)]
    assert whole[0] == pytest.approx((run.quantile(0.05), base.per_share, run.quantile(0.95)), rel=1e-12)
    assert whole[1] == pytest.approx((run.quantile(0.25), base.per_share, run.quantile(0.75)), rel=1e-12)
    assert whole[2] == pytest.approx((min(scenarios.values()), base.per_share, max(scenarios.values())), rel=1e-12)
    assert whole[3] == pytest.approx((172, (180 + 210 + 225 + 205 + 172 + 230) / 6, 230), rel=1e-12)
    assert [line.get_xdata()[0] for line in axes.lines] == [base.price]


def test_rows_of_the_picture_are_those_of_the_workbook(study: valuation.Study, run: Any, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    sheet = load_workbook(study.write_workbook(tmp_path / "b.xlsx", run), data_only=True)["Football field"]
    told = {row[0]: row[2:5] for row in sheet.iter_rows(values_only=True) if isinstance(row[2], float)}
    for axes in (
        plots.football_field(study.value(), run, study.scenarios()),
        plots.parts(study.value(), run),
    ):
        bars = ends_of(axes)[::-1]
        for number, label in enumerate(text.get_text() for text in reversed(axes.get_yticklabels())):
            low, base, high = told[label]
            assert (bars[2 * number + 1][0], bars[2 * number][1]) == pytest.approx((low, high), rel=1e-9)
            assert bars[2 * number][0] == pytest.approx(min(max(base, low), high), rel=1e-9)


def test_a_waterfall_reaches_the_value_per_share(study: valuation.Study) -> None:
    base = study.value()
    bars = ends_of(plots.waterfall(base))
    assert bars[-1] == pytest.approx((0, base.per_share), rel=1e-12)
    assert bars[-2][1] == pytest.approx(base.per_share, rel=1e-12)
    assert bars[len(base.parts)] == pytest.approx((0, base.sum_of_parts * base.factor), rel=1e-12)
    for (_, before), (after, _) in pairwise(bars[: len(base.parts)]):
        assert before == pytest.approx(after)


def test_before_and_after_begins_and_ends_where_the_transaction_does(study: valuation.Study) -> None:
    base = study.value()
    for found in base.transactions:
        bars = ends_of(plots.before_and_after(base, found.id))
        assert (bars[0][1], bars[-1][1]) == pytest.approx((found.before * base.factor, found.after * base.factor))
        assert bars[-2][1] == pytest.approx(found.after * base.factor, rel=1e-9)


def test_a_walk_adds_up_when_it_shows_only_some_steps(study: valuation.Study) -> None:
    other = valuation.load(ALIBABA, {"drivers.usd_cny": "7.3", "cloud.beta": "1.3", "drivers.risk_free": "2.5%"})
    found = valuation.compare(other.case, study.case)
    for most in (1, 2, 9):
        bars = ends_of(plots.walk(found, most=most))
        assert bars[-2][1] == pytest.approx(found.walk.end, rel=1e-9)
        assert len(bars) == min(most, 3) + 2 + (most < 3)


def test_a_histogram_holds_all_draws_and_its_line_ends_at_one(run: Any) -> None:
    axes = plots.histogram(run, base=170.0)
    [stairs] = [patch for patch in axes.patches if hasattr(patch, "get_data")]
    assert float(np.sum(stairs.get_data().values)) == pytest.approx(1)
    [line] = axes.figure.axes[1].lines
    assert line.get_ydata()[-1] == pytest.approx(1)
    below = np.interp(run.quantile(0.5), line.get_xdata(), line.get_ydata())
    assert below == pytest.approx(0.5, abs=0.01)
    assert f"above the price {run.probability_above(run.price):.1%}" in axes.get_xlabel()


def test_bands_of_a_fan_are_ordered_and_the_median_is_inside(study: valuation.Study) -> None:
    found = study.fan("cloud.revenue_forecast", draws=1024)
    axes = plots.fan(found)
    wide, narrow = (band.get_paths()[0].get_extents() for band in axes.collections)
    assert wide.ymin < narrow.ymin < narrow.ymax < wide.ymax
    assert list(axes.lines[0].get_ydata()) == list(found.quantiles[0.5])
    assert list(axes.lines[1].get_ydata()) == list(found.base)
    with pytest.raises(ValueError, match="one value for all years"):
        plots.fan(study.fan("cloud.terminal_growth", draws=64))


def test_a_density_has_an_area_of_one_and_wrong_names_say_what_was_meant(study: valuation.Study) -> None:
    axes = plots.assumption(study.case, "drivers.equity_risk_premium", points=[0.05, 0.06])
    x, y = axes.lines[0].get_data()
    assert float(np.trapezoid(y, x)) == pytest.approx(0.99, abs=0.01)
    with pytest.raises(KeyError, match=r"did you mean drivers\.equity_risk_premium"):
        plots.assumption(study.case, "drivers.equity_risk_premiun")


def test_correlations_are_those_that_are_drawn(study: valuation.Study) -> None:
    axes = plots.correlations(study.case)
    told = {pair.between: pair.rank for pair in study.case.correlations}
    written = sorted(text.get_text() for text in axes.texts)
    assert written == sorted(f"{rank:.2f}" for rank in told.values() if rank)
    with pytest.raises(ValueError, match="no input is correlated"):
        plots.correlations(valuation.load(CASES / "good/rights.yaml").case)


# How they look ------------------------------------------------------------------------------------------------------


def test_colours_are_told_apart_in_grey() -> None:
    for one, other in ((look.DARK, look.LIGHT), (look.DARK, look.MIDDLE), (look.MIDDLE, look.LIGHT),
                       (look.RISE, look.FALL), (look.RISE, look.DARK), (look.FALL, look.DARK)):  # fmt: skip
        assert abs(look.luminance(one) - look.luminance(other)) > 0.15


def test_every_picture_draws_into_given_axes_and_returns_them(study: valuation.Study, run: Any) -> None:
    everything = plots.of_case(study.value(), run, study.scenarios()) | plots.pictures(study.sensitivity(draws=128))
    for name, draw in everything.items():
        axes = Figure().add_subplot()
        assert draw(axes=axes) is axes, name  # type: ignore[call-arg]
        assert axes.get_xlabel() or "correlations" in name
        assert axes.get_title(loc="left")


@pytest.mark.parametrize("amounts", [[1e-5, -2e-5], [3e11, -1e11], [-5.0, -7.0], [0.0, 0.0]])
def test_tiny_huge_negative_and_no_amounts_stay_inside_the_axes(amounts: list[float]) -> None:
    rungs = [*(Rung(f"a very long name of a step, number {n}, that goes on and on", a) for n, a in enumerate(amounts)),
             Rung("whole", sum(amounts), whole=True)]  # fmt: skip
    for near in (False, True):
        axes = _ladder(rungs, None, near=near)
        left, right = axes.get_xlim()
        assert left < right
        assert all(left <= end <= right for ends in ends_of(axes)[:-1] for end in ends if not near or end)


def test_nothing_is_written_outside_the_picture(study: valuation.Study, run: Any) -> None:
    for draw in plots.of_case(study.value(), run, study.scenarios()).values():
        figure = draw().figure
        figure.canvas.draw()
        whole = figure.bbox
        for text in [text for axes in figure.axes for text in axes.texts if text.get_text()]:
            box = text.get_window_extent()
            assert whole.x0 - 1 <= box.x0 and box.x1 <= whole.x1 + 1, text.get_text()


# The command --------------------------------------------------------------------------------------------------------


def test_the_command_draws_what_is_asked_for(tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["plot", str(SALES), "--draws", "300", "-o", str(tmp_path), "--only", "histogram"])
    assert (0, ["histogram.png"]) == (said.exit_code, [path.name for path in tmp_path.iterdir()])
    wrong = CliRunner().invoke(main, ["plot", str(SALES), "--draws", "300", "-o", str(tmp_path), "--only", "histogran"])
    assert (2, True) == (wrong.exit_code, "--only takes some of football_field, parts" in wrong.stderr)


def test_the_workbook_with_the_shared_rows_still_proves_itself(
    study: valuation.Study, run: Any, tmp_path: Path
) -> None:
    assert verify_book(study.write_workbook(tmp_path / "b.xlsx", run), 20, 1).proved
