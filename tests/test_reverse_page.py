"""The panel of the workbook, What the price implies: it says what `solve` says, is live, and knows transactions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from solving import ALIBABA, CAPEX, CASES, EQUITY, PRICED, SALES, STAKES, Read, panel, panel_rows, quick, refused
from test_published import one
from workbooks import Engine

from valuation.assumptions import Case
from valuation.calculation import calculation
from valuation.kinds import Money, Rate, Share
from valuation.lines import Line, Lines
from valuation.model import value
from valuation.reading import load
from valuation.transactions import ROUTES, Before, Outcome
from valuation.transactions.route import Route
from valuation.workbook.book import draft_book, write_workbook
from valuation.workbook.sheets.reverse import TITLE

# The workbook ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [SALES, EQUITY, ALIBABA], ids=lambda path: path.stem)
def test_the_panel_says_what_solve_says(path: Path) -> None:
    case = load(path)
    found = panel(case)
    for name, segment in case.parts.items():
        if found[f"Attributable value: {segment.name}"][1] is None:
            assert name in {transaction.part for transaction in case.transactions.values()}
            continue
        solved = quick(case, name)
        for level in solved.levels:
            key = f"{level.label}: {segment.name}"
            base, implied, change = found[key if key in found else f"{segment.name}: {level.label}"]
            assert (base, implied) == pytest.approx((level.base, level.implied), rel=1e-12)
            assert change == pytest.approx(implied - base)


def test_the_panel_is_live(tmp_path: Path) -> None:
    case = load(EQUITY)
    write_workbook(case, tmp_path / "book.xlsx")
    page = draft_book(case, None, {}).draft.pages[TITLE]
    rows = dict(panel_rows(page))
    engine = Engine(tmp_path / "book.xlsx")
    changes = {"usd_stake.usd_value": (120.0, "120 USD m"), "bridge.cash": (-15.0, "-15 CNY m")}
    for name, (typed, _) in changes.items():
        engine.type(name, typed)
    again = load(EQUITY, {name: written for name, (_, written) in changes.items()})
    for label, name in (("Attributable value: Bought", "bought"), ("Attributable value: Vc", "vc")):
        assert engine.read(f"{TITLE}!D{rows[label] + 1}") == pytest.approx(quick(again, name).implied, rel=1e-12)
    discount = engine.read(f"{TITLE}!D{rows['Holding discount rate'] + 1}")
    base = value(again, Lines(again.years), again.base_values)
    worth = value(again, Lines(again.years), {**again.base_values, "holding.discount": np.array([discount])})
    assert one(worth.per_share) == pytest.approx(one(base.price), rel=1e-12)


def test_a_case_without_a_price_has_no_panel() -> None:
    assert TITLE not in draft_book(CASES[CAPEX], None, {}).draft.pages


def test_the_operating_stub_is_the_value_of_the_operating_parts(case_of: Read) -> None:
    """Without transactions: stakes, bridge items and the discount on them leave the operating parts."""
    text = PRICED + STAKES.replace(
        "method: stake, value: 400 CNY m, discounted: no",
        "method: multiple, basis: P/E, metric: 40 CNY m, multiple: 10",
    )
    base, implied, _ = panel(case_of(text))["Operating stub: without stakes, bridge items and holding discount"]
    assert (base, implied) == pytest.approx((40, 80 - 6 - 24))


# Transactions ---------------------------------------------------------------------------------------------------------


def gift(line: Line, before: Before, *, probability: Share, bonus: Money, premium: Rate = 0.0) -> Outcome:
    """A bonus on top of the group, and a premium on the part that it moves.

    Args:
        probability: probability; of the gift
        bonus: bonus; money
        premium: premium; on the part
    """
    gained = line("Bonus and premium", bonus + before.equity * before.owned * premium)
    after = line("After", before.group_equity + gained)
    residual = line("Residual", after - before.group_equity - gained)
    change = line("Change", after - before.group_equity)
    expected = line("Expected change", change * probability)
    ends = (before.group_equity, after)
    return Outcome(probability, *ends, {"all": after}, {"gained": gained}, residual, change, expected)


@pytest.fixture
def gifted(monkeypatch: pytest.MonkeyPatch, case_of: Read) -> Callable[[str], Case]:
    monkeypatch.setitem(ROUTES, "gift", calculation(Route, gift))
    text = "transactions: {present: {route: gift, part: a, probability: 30%, bonus: 50 CNY m, premium: "

    def read(premium: str) -> Case:
        return case_of(f"{PRICED}{STAKES}{text}{premium}}}}}\n")

    return read


def test_the_probability_of_a_transaction_is_implied(gifted: Callable[[str], Case]) -> None:
    case = gifted("0%")
    # 700 + p 50 = 722
    assert quick(case, "present.probability", 72.2).implied == pytest.approx(0.44, rel=1e-13)
    found = panel(case)
    assert found["Present: change of the group's equity"][0] == pytest.approx(50)
    assert found["Present: probability"][1] == pytest.approx(0.3 + (800 - 715) / 50)
    assert found["Attributable value: A"][1] == pytest.approx(quick(case, "a").implied, rel=1e-12)
    assert "nothing from 0.00% to 100.00%" in refused(case, "present.probability")


def test_a_transaction_follows_the_part_that_it_moves(gifted: Callable[[str], Case]) -> None:
    case = gifted("10%")
    # 0.8 A + 460 + 0.3 (50 + 0.1 A) = 800
    assert quick(case, "a").implied == pytest.approx((800 - 460 - 15) / 0.83, rel=1e-13)
    assert "transactions follow the value of the part that they move" in quick(case, "a").notes
    assert panel(case)["Attributable value: A"] == (pytest.approx(300), None, None)


def test_a_part_that_leaves_counts_where_it_stays(gifted: Callable[[str], Case]) -> None:
    case = gifted("-80%")
    # with 80 % of the part given away, what holders have after does not hang on it: 0.8 A (1 - 0.3) + 460 + 0.3 x 50
    solved = quick(case, "a")
    assert solved.implied == pytest.approx((800 - 460 - 15) / (0.8 - 0.3 * 0.8), rel=1e-13)
    assert panel(case)["Attributable value: A"][1] == pytest.approx(solved.implied, rel=1e-12)


def test_no_probability_explains_a_price_when_nothing_changes(gifted: Callable[[str], Case]) -> None:
    case = load(gifted("0%").transactions["present"].place.file, {"present.bonus": "0 CNY m"})
    assert panel(case)["Present: probability"][1] == "none"
    assert "does not depend on it" in refused(case, "present.probability")
