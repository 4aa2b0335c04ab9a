"""What a case shows in Python: frames out and in, segments, and tables in notebooks."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import valuation
from valuation.notebook.changes import texts_of
from valuation.notebook.segments import Segment
from valuation.problems import InvalidAssumptions
from valuation.sensitivity import Axis
from valuation.tables import Bold, Column, Shown, Table, Toned

ALIBABA = Path(__file__).parents[1] / "assumptions" / "alibaba"
SMALL = """\
name: Frames
currency: CNY
date: 2026-02-02
years: 3
shares: {diluted: 10 m shares, price: 20 CNY/share}
drivers:
  growth: ~ pert(1%, 4%, 9%)
  rate: 9%
segments:
  plant:
    method: multiple
    metric: 2.5 CNY bn
    basis: EV/EBITA
    multiple: ~ triangular(8x, 10x, 13x)
    owned: 80%
  site:
    method: stake
    value: = 100 * (1 + drivers.growth) / (1 + drivers.rate) * scale
    scale: 1 CNY m
"""


@pytest.fixture(scope="module")
def study() -> valuation.Study:
    return valuation.load(ALIBABA)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> valuation.Study:
    path = tmp_path_factory.mktemp("frames") / "frames.yaml"
    path.write_text(SMALL, encoding="utf-8")
    return valuation.load(path)


# Frames in -------------------------------------------------------------------------------------------------------


def test_a_frame_that_nobody_edited_changes_nothing(study: valuation.Study) -> None:
    assert texts_of(study.case, study.assumptions.to_frame(formulas=True)) == {}
    again = study.replaced(study.assumptions.to_frame())
    assert again.value().per_share == study.value().per_share


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_edited_bases_come_back_to_the_last_bit(small: valuation.Study, data: st.DataObject) -> None:
    frame = small.assumptions.to_frame()
    edited = data.draw(st.sets(st.sampled_from(sorted(frame.index)), min_size=1))
    for name in edited:
        frame.loc[name, "base"] *= data.draw(st.floats(0.5, 1), label=name)  # no share is above 100%
    again = small.replaced(frame)
    assert again.assumptions.to_frame()["base"].to_dict() == frame["base"].to_dict()
    for one in again.case.inputs:  # a moved base keeps its distribution
        assert one.distribution == small.case.input(one.name).distribution
    assert small.replaced(frame["base"]).value().per_share == again.value().per_share


def test_values_of_a_frame_and_of_a_dict_are_those_of_a_file(small: valuation.Study) -> None:
    frame = small.assumptions.to_frame(formulas=True)
    frame.loc["drivers.rate", "value"] = "~ pert(8%, 9%, 11%)"
    by_frame = small.replaced(frame)
    by_dict = small.replaced({"drivers.rate": "~ pert(8%, 9%, 11%)", "drivers.growth": math.nan})
    by_text = valuation.load(small.path, {"drivers.rate": "~ pert(8%, 9%, 11%)"})
    assert by_frame.case.overrides == by_dict.case.overrides == by_text.case.overrides
    certain = small.replaced({"drivers.growth": 0.05}).case.input("drivers.growth")
    assert (certain.base, certain.distribution) == (0.05, None)


def test_a_unit_of_a_frame_counts(small: valuation.Study) -> None:
    frame = small.assumptions.to_frame()
    frame["unit"] = frame["unit"].astype(object)
    frame.loc["plant.metric", ["base", "unit"]] = [3.0, "CNY bn"]
    assert small.replaced(frame).case.input("plant.metric").base == 3000.0
    frame.loc["plant.metric", "unit"] = "USD m"
    with pytest.raises(InvalidAssumptions, match=r"replaced: plant\.metric: expected CNY m, found 3 USD m"):
        small.replaced(frame)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"plant.metrik": 1}, r"plant\.metrik: is no assumption; did you mean plant\.metric"),
        ({"plant.owned": 1.2}, r"plant\.owned: expected a value between 0% and 100%, found 120%"),
        ({"plant.owned": math.inf}, r"expected a finite number, found inf"),
        ({"plant.multiple": "~ pert(1x"}, r"replaced: plant\.multiple"),
    ],
)
def test_edits_that_make_no_sense_are_told(small: valuation.Study, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidAssumptions, match=told):
        small.replaced(changes)


def test_a_frame_without_a_column_to_read_is_refused(small: valuation.Study) -> None:
    with pytest.raises(InvalidAssumptions, match="expected a column base or value, found unit"):
        small.replaced(small.assumptions.to_frame()[["unit"]])


def test_base_and_value_of_one_name_cannot_both_change(small: valuation.Study) -> None:
    frame = small.assumptions.to_frame()
    frame.loc["drivers.growth", "base"] = 0.05
    frame.loc["drivers.growth", "value"] = "6%"
    with pytest.raises(InvalidAssumptions, match="base and value were both changed"):
        small.replaced(frame)


# Frames out ------------------------------------------------------------------------------------------------------


def test_the_frame_of_the_base_case_adds_up(study: valuation.Study) -> None:
    frame = study.value().to_frame()
    for column in ("value", "per_share"):
        assert frame[column].iloc[:-1].sum() == pytest.approx(frame.loc["per_share", column], rel=1e-12)
    assert frame.attrs["units"]["value"] == "CNY m"
    transactions = study.value().transactions.to_frame()
    total = (transactions["probability"] * (transactions["after"] - transactions["before"])).sum()
    assert total == pytest.approx(frame.loc["transactions", "value"], rel=1e-12)


def test_a_segment_has_its_lines_by_year(study: valuation.Study) -> None:
    cloud = study["cloud"]
    assert isinstance(cloud, Segment)
    frame = cloud.to_frame()
    assert list(frame.index) == [study.case.base_year + year for year in range(1, study.case.years + 1)]
    present = frame["present_value_of_cash_flow"]
    assert present.to_numpy() == pytest.approx(
        (frame["free_cash_flow"] * frame["discount_factor_of_cash_flows"]).to_numpy(), rel=1e-12
    )
    assert cloud["enterprise_value"] == pytest.approx(
        present.sum() + cloud["present_value_of_terminal_value"], rel=1e-12
    )
    assert set(frame.attrs["units"]) == set(frame.columns)
    assert cloud.value.enterprise_value == cloud["enterprise_value"]
    weights = [weight for _, weight in study.segments["china_ecommerce"].methods.values()]
    assert sum(weights) == pytest.approx(1)


def test_names_of_a_case_are_found_or_told(study: valuation.Study) -> None:
    assert study["t_head_listing"].route == "carve_out"  # type: ignore[union-attr]
    assert set(study) == {*study.case.segments, *study.case.transactions}
    with pytest.raises(KeyError, match="did you mean cloud"):
        study["cloudy"]
    with pytest.raises(InvalidAssumptions, match=r"did you mean cloud\.beta"):
        study.assumptions["cloud.betta"]


def test_draws_of_kept_names_are_columns(study: valuation.Study) -> None:
    run = study.simulate(256, 7, keep=["drivers.usd_cny", "cloud.growth"])
    frame = run.to_frame()
    assert frame.index.name == "draw" and frame.attrs["unit"] == "USD/ADS"
    np.testing.assert_array_equal(frame["drivers.usd_cny"], run.kept["drivers.usd_cny"])
    np.testing.assert_array_equal(frame["cloud.growth.2"], run.kept["cloud.growth"][1])


def test_findings_are_a_frame(study: valuation.Study) -> None:
    frame = study.findings().to_frame()
    assert list(frame["message"]) == [found.message for found in study.findings()]
    assert frame.index.name == "finding"


# Tables in notebooks ---------------------------------------------------------------------------------------------


class Read(HTMLParser):
    """The cells of HTML, and whether its tags close."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@settings(max_examples=50)
@given(cells=st.lists(st.lists(st.text(), min_size=2, max_size=2), min_size=1, max_size=5))
def test_html_holds_the_very_texts(cells: list[list[str]]) -> None:
    rows = tuple((one, (Bold("b"), Toned(other))) for one, other in cells)
    html = Table("<title>", (Column("a & b"), Column("n", right=True)), (rows,), ("<script>",)).html()
    read = Read(html)
    assert read.open == []
    assert "script" not in read.tags
    assert html.count("<td") == 2 * len(cells)
    told = "".join(read.texts).replace("\r\n", "\n").replace("\r", "\n")
    assert "<title>" in told and "<script>" in told
    for one, _ in cells:
        if one.isprintable():
            assert one in told


def test_a_row_with_too_few_cells_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 2 cells in a row"):
        Table("t", (Column("a"), Column("b")), ((("1",),),))


def test_every_result_shows_itself_in_notebooks_as_in_the_terminal(study: valuation.Study) -> None:
    run = study.simulate(512, 7)
    analyses = study.sensitivity(["tornado", "contributions", "worst", "events", "dependence"], draws=512)
    shown: list[Shown] = [
        study,
        study.assumptions,
        study.segments,
        study.segments["china_ecommerce"],
        study.value(),
        study.value().parts[0],
        study.value().transactions,
        study.findings(run),
        run,
        study.fan("cloud.growth", draws=256),
        analyses,
        study.solve("cloud.beta", draws=512),
        study.goal("cloud.beta", draws=512),
        study.grid(Axis("cloud.beta", (1.0, 1.2)), Axis("drivers.usd_cny", (6.9, 7.1))),
    ]
    for one in shown:
        told = "".join(Read(one._repr_html_()).texts)
        for table in one.tables():
            for row in table.rows:
                for cell in row:
                    assert ("".join(cell) if isinstance(cell, tuple) else cell) in told
        assert 0 < len(repr(one).splitlines()) < 120


def test_a_plain_repr_of_many_rows_is_short() -> None:
    table = Table("", (Column("n"),), (tuple((str(n),) for n in range(40)),))
    assert table.text(3) == "n\n0\n1\n2\n... and 37 more"


def test_results_carry_their_picture_where_matplotlib_is(study: valuation.Study) -> None:
    run = study.simulate(512, 7)
    for one in (study, study.value(), run, study.tornado(), study.fan("cloud.growth", draws=256)):
        data = re.search(r'src="data:image/png;base64,([^"]+)"', one._repr_html_())
        assert data is not None
        assert b64decode(data[1]).startswith(b"\x89PNG")


def test_without_matplotlib_tables_stand_alone() -> None:
    text = f"""
import sys
sys.modules["matplotlib"] = None
import valuation
case = valuation.load({str(ALIBABA)!r})
shown = case.simulate(256, 7)._repr_html_() + case.value()._repr_html_()
assert "<table" in shown and "<img" not in shown
"""
    subprocess.run([sys.executable, "-c", text], check=True)
