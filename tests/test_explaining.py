"""Explaining one name: its users, its formula and what hangs on it, held against independent computations."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

import valuation
from valuation.assumptions import Case
from valuation.cli.commands import main
from valuation.explaining import explain
from valuation.explaining.uses import Uses
from valuation.expressions import names_in
from valuation.problems import InvalidAssumptions
from valuation.quantities import quantities
from valuation.reverse.unknowns import unknown
from valuation.trial import record

ALIBABA = Path(__file__).parents[1] / "assumptions" / "alibaba"
HEAD = """\
name: Web
currency: CNY
date: 2026-02-02
years: 3
shares: {diluted: 10 m shares}
segments:
  shop:
    method: stake
    value: = 100 * d0 * scale
    scale: 1 CNY m
drivers:
"""


@pytest.fixture(scope="module")
def study() -> valuation.Study:
    return valuation.load(ALIBABA)


# Who uses it -----------------------------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_users_are_the_formulas_in_which_a_name_stands(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    count = data.draw(st.integers(2, 8))
    reads = [
        sorted(data.draw(st.sets(st.integers(i + 1, count), max_size=3))) if i < count else [] for i in range(count + 1)
    ]
    lines = [
        f"  d{i}: = {' + '.join(['2', *(f'd{j}' for j in found)])}" if found else f"  d{i}: 3"
        for i, found in enumerate(reads)
    ]
    path = tmp_path_factory.mktemp("web") / "web.yaml"
    path.write_text(HEAD.replace("d0 *", "drivers.d0 *") + "\n".join(lines) + "\n", encoding="utf-8")
    case = valuation.load(path).case
    asked = data.draw(st.integers(0, count))
    found = explain(case, f"drivers.d{asked}", draws=8)
    users = {f"drivers.d{i}" for i, names in enumerate(reads) if asked in names}
    assert {name for name in found.users if name.startswith("drivers.")} == users
    assert ("shop.value" in found.users) == (asked == 0)
    assert {name for name in found.uses if ".number" not in name} == {f"drivers.d{j}" for j in reads[asked]}
    for one, after in zip(found.path, found.path[1:], strict=False):  # each step of the path reads the one before
        assert one in explain(case, after, draws=8).uses


def test_users_in_a_real_case_are_its_formulas_and_its_methods(study: valuation.Study) -> None:
    case = study.case
    for name in ("drivers.usd_cny", "drivers.risk_free", "cloud.wacc"):
        found = explain(case, name, draws=64)
        short = name.rpartition(".")[2]
        by_text = {
            one.name
            for one in case.assumptions.values()
            for read in names_in(one.expression)
            if read.dotted == name or (one.scope == name.partition(".")[0] and read.dotted == short)
        }
        assert {user for user in found.users if user in case.assumptions} == by_text
    assert any(user not in case.assumptions for user in explain(case, "cloud.wacc", draws=64).users)


# What hangs on it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["cloud.beta", "drivers.usd_cny", "china_ecommerce.beta", "bridge.cash", "cloud.owned"]
)
def test_effects_of_inputs_are_those_of_a_changed_file(study: valuation.Study, name: str) -> None:
    found = study.explain(name, draws=256)
    assert found.per_share == study.value().per_share
    assert found.effects
    for one in found.effects:
        if math.isnan(one.per_share):
            with pytest.raises(InvalidAssumptions):
                study.replaced({name: one.level[0]})
            continue
        assert one.per_share == pytest.approx(study.replaced({name: one.level[0]}).value().per_share, rel=1e-12)
        assert one.change == one.per_share - found.per_share


def test_effects_at_the_ends_are_the_bars_of_the_tornado(study: valuation.Study) -> None:
    bars = {bar.name: bar for bar in study.tornado().bars}
    for name in ("cloud.beta", "drivers.h200_supply", "cloud.ai_growth_domestic"):
        low, high = study.explain(name, draws=256).effects[-2:]
        assert low.per_share == pytest.approx(bars[name].low, rel=1e-12)
        assert high.per_share == pytest.approx(bars[name].high, rel=1e-12)


@pytest.mark.parametrize("name", ["cloud.wacc", "drivers.risk_free", "cloud.growth", "cloud"])
def test_effects_of_formulas_and_parts_are_those_of_the_search(study: valuation.Study, name: str) -> None:
    sought = unknown(study.case, name)
    found = study.explain(name, draws=256)
    step = 0.01 if found.unit is not None and found.unit.shown == "rate" else 0.01 * found.values[0]
    [value] = sought.per_share(study.case, np.array([sought.base + step]))
    assert found.effects[0].per_share == pytest.approx(float(value), rel=1e-12)


def test_a_line_moves_the_value_by_what_hangs_on_it(case_of: Callable[..., Case]) -> None:
    case = case_of(
        "segments:\n  shop: {method: stake, value: 50 CNY m}\n"
        "  mill: {method: stake, value: ~ triangular(10, 20, 40), owned: 50%}\n".replace(
            "~ triangular(10, 20, 40)", "{value: '~ triangular(10, 20, 40)', unit: CNY m}"
        )
    )
    found = explain(case, "mill.attributable_value", draws=512)
    assert found.effects[0].change == pytest.approx(0.01 * 10 / 10, rel=1e-9)  # 10 m CNY over 10 m shares
    assert found.spread is not None
    assert found.spread.rank_correlation == pytest.approx(1)  # nothing else varies
    part = explain(case, "mill", draws=512)
    assert part.share_of_sum == pytest.approx(10 / 60)


def test_shares_of_the_parts_sum_to_one(study: valuation.Study) -> None:
    shares = [study.explain(name, draws=64).share_of_sum for name in study.case.parts]
    assert sum(share or 0 for share in shares) == pytest.approx(1)


def test_ranks_go_with_the_value_as_scipy_finds(study: valuation.Study) -> None:
    run = study.simulate(8_192, 3, keep=["cloud.enterprise_value", "cloud.beta"])
    for name in run.kept:
        found = study.explain(name, draws=8_192, seed=3).spread
        assert found is not None
        expected = spearmanr(run.kept[name], run.per_share).statistic
        assert found.rank_correlation == pytest.approx(expected, abs=0.03)  # other draws: 3 standard errors
        assert found.quantiles[0.5][0] == pytest.approx(np.median(run.kept[name]), rel=0.02)


def test_memos_and_what_nobody_reads_move_nothing(study: valuation.Study) -> None:
    found = study.explain("cloud.terminal_value_share", draws=64)
    assert found.effects == () and found.path == ()
    assert "nothing of the value per share hangs on it" in repr(found)


# What it says ----------------------------------------------------------------------------------------------------


def test_a_formula_with_its_numbers_gives_its_value(study: valuation.Study) -> None:
    for name in ("cloud.wacc", "drivers.risk_free", "t_head.wacc"):
        found = study.explain(name, draws=64)
        text = re.sub(r"([\d.]+)%", r"(\1/100)", found.with_numbers)
        assert re.fullmatch(r"[\d.()+\-*/ ]+", text), text
        assert eval(text) == pytest.approx(found.values[0], rel=5e-3)


def test_an_explanation_tells_sources_and_places(study: valuation.Study) -> None:
    found = study.explain("cloud.wacc", draws=64)
    assert found.written == "= drivers.risk_free + beta * drivers.equity_risk_premium"
    assert found.help == valuation.methods.dcf.parameters["wacc"].help
    assert found.place == study.case.assumptions["cloud.wacc"].origin.place
    rate = study.explain("drivers.usd_cny", draws=64)
    assert rate.sources[0].statement == study.case.evidence[rate.sources[0].id].statement
    assert rate.sources[0].link.startswith("https://")
    event = study.explain("drivers.h200_supply", draws=64)
    assert event.scenarios == {"bull": "1", "bear": "0"}
    assert [rank for *_, rank in event.correlations] == [-0.2]


@pytest.mark.parametrize("name", ["cloud.beta", "drivers.usd_cny", "cloud.wacc", "cloud.enterprise_value"])
def test_the_cell_is_where_the_number_stands(study: valuation.Study, tmp_path: Path, name: str) -> None:
    from openpyxl import load_workbook

    found = study.explain(name, draws=64)
    book = load_workbook(study.write_workbook(tmp_path / "book.xlsx"), data_only=True)
    sheet, _, cell = found.cell.rpartition("!")
    assert book[sheet][cell].value == pytest.approx(found.values[0], rel=1e-12)


def test_columns_of_peers_name_their_users(study: valuation.Study) -> None:
    table = study.case.peers["ai_chips"]
    found = study.explain("peers.ai_chips.ev", draws=64)
    np.testing.assert_array_equal(found.values, table.columns["ev"])
    assert len(found.companies) == len(found.values)
    texts = "\n".join(study.case.files.values())
    assert (found.users != ()) == ("peers.ai_chips.ev" in re.sub(r"ev_\w+", "", texts))


def test_an_unknown_name_is_told_with_what_was_meant(study: valuation.Study) -> None:
    with pytest.raises(InvalidAssumptions, match=r"cloud\.wac: is no assumption.*did you mean cloud\.wacc"):
        study.explain("cloud.wac")
    with pytest.raises(InvalidAssumptions, match=r"is no column of peers; did you mean peers\.ai_chips\.ev"):
        study.explain("peers.ai_chips.evv")


def test_every_name_of_a_case_can_be_explained(study: valuation.Study) -> None:
    case = study.case
    names = [*quantities(case), *case.segments, *case.transactions]
    for name in names[:: len(names) // 12]:
        found = study.explain(name, draws=64)
        assert json.loads(json.dumps(found.as_json(), allow_nan=False))["name"] == name
        assert found.name in found._repr_html_()


def test_the_graph_knows_every_row_that_the_model_reads(study: valuation.Study) -> None:
    recording, found = record(study.case)
    graph = Uses.of(recording)
    for row, reads in graph.reads.items():
        assert all(row in graph.users[read] for read in reads)
    behind = graph.behind(found.per_share.row)
    assert {study.case.input("cloud.beta").name, "drivers.usd_cny"} <= {row.name for row in behind}


# The command -----------------------------------------------------------------------------------------------------


def test_the_command_prints_what_python_says(study: valuation.Study) -> None:
    done = CliRunner().invoke(main, ["explain", str(ALIBABA), "cloud.wacc", "--draws", "256"])
    assert done.exit_code == 0
    found = study.explain("cloud.wacc", draws=256)
    assert f"{found.effects[0].per_share:,.2f}" in done.stdout
    shown = CliRunner().invoke(main, ["explain", str(ALIBABA), "cloud.wacc", "--draws", "256", "--json"])
    assert json.loads(shown.stdout) == json.loads(json.dumps(found.as_json()))


def test_the_command_takes_other_values_and_refuses_other_names() -> None:
    arguments = ["explain", str(ALIBABA), "cloud.beta", "--set", "cloud.beta=1.2", "--draws", "64", "--json"]
    assert json.loads(CliRunner().invoke(main, arguments).stdout)["values"] == [1.2]
    wrong = CliRunner().invoke(main, ["explain", str(ALIBABA), "clowd"])
    assert wrong.exit_code == 1
    assert "did you mean cloud" in wrong.stderr
