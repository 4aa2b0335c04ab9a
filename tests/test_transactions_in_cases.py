"""Transactions of a case: where they stand in files, in the value per share, in JSON and in the workbook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from conftest import CASES

from valuation import load as load_study
from valuation.assumptions import Case
from valuation.base_case import base_case
from valuation.problems import InvalidAssumptions
from valuation.reading import load
from valuation.simulation.engine import simulate

Read = Callable[..., Case]
EVERY_ROUTE = CASES / "good" / "transactions.yaml"

LISTED = """\
segments:
  chips: {method: stake, value: 100 CNY m, owned: 80%}
  shops: {method: stake, value: 50 CNY m}
  unit: {method: stake, value: 20 CNY m, memo: yes}
transactions:
  listing: {route: carve_out, part: chips, probability: 40%, old_shares: 10 m shares, primary: 30 CNY m, discount: 20%}
  gift: {route: distribution, part: chips, probability: 25%, new_shares: 1, market_value: 120 CNY m}
"""


def test_the_value_per_share_takes_each_transaction_by_its_probability(case_of: Read) -> None:
    found = base_case(case_of(LISTED))
    listing, gift = found.transactions
    assert listing.before == pytest.approx(80 + 50)
    assert listing.after - listing.before == pytest.approx(-0.8 * 30 * 0.2 / 0.8)
    assert gift.after - gift.before == pytest.approx(0.8 * 20)
    assert found.equity == pytest.approx(130 + 0.40 * -6 + 0.25 * 16)
    assert found.per_share == pytest.approx(found.equity / 10)
    assert found.as_json()["bridge"][-1] == {"id": "transactions", "value": pytest.approx(1.6)}


def test_every_difference_of_every_route_is_named(case_of: Read) -> None:
    found = base_case(load(EVERY_ROUTE))
    assert {result.route for result in found.transactions} == {
        "carve_out",
        "distribution",
        "sale",
        "split_off",
        "merger",
    }
    for result in found.transactions:
        assert sum(result.has.values()) == pytest.approx(result.after, rel=1e-12)
        assert result.before + sum(result.differences.values()) == pytest.approx(result.after, rel=1e-12)
        assert abs(result.residual) < 1e-9
        assert result.expected == pytest.approx(result.probability * (result.after - result.before), rel=1e-12)


def test_transactions_stand_in_json(case_of: Read) -> None:
    found = base_case(case_of(LISTED)).as_json()["transactions"]
    assert [(t["id"], t["route"], t["part"], t["probability"]) for t in found] == [
        ("listing", "carve_out", "chips", 0.4),
        ("gift", "distribution", "chips", 0.25),
    ]
    assert found[0]["differences"]["Underpricing"] == pytest.approx(-6)


def test_a_memo_may_leave_the_part_that_contains_it(case_of: Read) -> None:
    moved = LISTED + "  sold: {route: sale, part: unit, probability: 50%, price: 26 CNY m}\n"
    assert base_case(case_of(moved)).equity == pytest.approx(base_case(case_of(LISTED)).equity + 3)


def test_routes_of_one_part_exclude_each_other(case_of: Read) -> None:
    text = LISTED.replace("probability: 25%", "probability: {value: ~ uniform(0%, 100%), base: 25%}")
    found = simulate(case_of(text), 4096, kind="random")
    assert found.valid / found.draws == pytest.approx(0.6, abs=0.03)
    assert found.invalid == {"transactions.expected_change_of_the_equity_of_the_group": found.draws - found.valid}
    with pytest.raises(InvalidAssumptions, match="routes of one part that sum to at most 100%, found 105%"):
        case_of(LISTED.replace("probability: 25%", "probability: 65%"))


def test_an_event_draws_a_transaction_that_the_base_case_weighs(case_of: Read) -> None:
    text = LISTED.replace("probability: 40%", "probability: {value: ~ event(40%), base: 40%}")
    text = text.replace("probability: 25%", "probability: 0%")
    found = simulate(case_of(text), 4096)
    assert sorted(set(found.per_share.round(9))) == pytest.approx([12.4, 13.0])
    assert found.mean == pytest.approx(base_case(case_of(text)).per_share, abs=0.005)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            ("part: chips, probability: 40%", "part: chip, probability: 40%"),
            "chip is no part; did you mean chips",
        ),
        (("route: carve_out, part: chips", "route: carve_out"), "part: missing; expected one of chips, shops"),
        (("route: carve_out", "route: carveout"), "'carveout' is no route; did you mean carve_out"),
        (("primary: 30 CNY m", "primary: 30 USD m"), "listing.primary: expected CNY m, found 30 USD m"),
        (("probability: 40%, ", ""), "listing.probability: missing; carve_out needs it: Probability"),
        (("probability: 40%", "probability: 140%"), "listing.probability: expected a value between 0% and 100%"),
        (("primary: 30 CNY m, ", ""), "listing.primary: missing; give it, or secondary"),
        (("  gift:", "  chips:"), "chips: expected a transaction name of its own, found chips again"),
        (("value: 50 CNY m", "value: = listing.after"), "shops.value: listing.after is not known"),
    ],
)
def test_what_is_wrong_with_a_transaction(case_of: Read, wrong: tuple[str, str], message: str) -> None:
    with pytest.raises(InvalidAssumptions) as found:
        case_of(LISTED.replace(*wrong))
    assert message in str(found.value)


def test_the_walk_stands_in_the_workbook(tmp_path: Path) -> None:
    study = load_study(EVERY_ROUTE)
    study.write_workbook(tmp_path / "book.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx", data_only=True)["Before and after"]
    rows = {row[0].value: row[3].value for row in sheet.iter_rows(min_row=6) if isinstance(row[3].value, float)}
    assert rows["With transactions, as reported"] == pytest.approx(study.value().per_share)
    assert rows["Before any transaction"] == pytest.approx(study.value().transactions[0].before * study.value().factor)
    residuals = [row[2].value for row in sheet.iter_rows(min_row=6) if str(row[0].value).startswith("Residual")]
    assert residuals == pytest.approx([0] * len(study.case.transactions), abs=1e-12)
