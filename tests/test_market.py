"""The group market: read like any other, in the unit of the quote, and no part of the value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import SHIPPED

from valuation import load
from valuation.assumptions import Case
from valuation.problems import InvalidAssumptions
from valuation.reference import reference

Read = Callable[..., Case]
PARTS = "segments: {shop: {method: stake, value: 100 CNY m}}\n"
MARKET = """\
market:
  low_52_weeks: {value: 8, unit: CNY/share, source: judgement, why: read off a chart}
  high_52_weeks: {value: 14, unit: CNY/share, source: judgement, why: read off a chart}
  targets:
    one: {value: 12, unit: CNY/share, source: judgement, why: a note}
    two: {value: 18, unit: CNY/share, source: judgement, why: a note}
"""
PRICED = """\
name: Test
currency: CNY
date: 2026-02-02
years: 3
shares:
  diluted: 10 m shares
  ads_ratio: 8 shares/ADS
  fx: 7 CNY/USD
  price: {value: 9, unit: USD/ADS}
"""


def test_the_market_is_read_and_the_value_reads_none_of_it(write: Callable[[str], Path]) -> None:
    without = load(write(PARTS)).value()
    told = load(write(PARTS + MARKET)).value()
    assert told.per_share == without.per_share
    wanted = {"low_52_weeks": 8.0, "high_52_weeks": 14.0, "targets.one": 12.0, "targets.two": 18.0}
    assert told.as_json()["market"] == wanted
    assert "market" not in without.as_json()


def test_amounts_may_follow_from_another_quote(write: Callable[[str], Path]) -> None:
    text = (
        PRICED + PARTS + "market:\n  targets: {one: {value: = in_hong_kong * shares.ads_ratio / rate, unit: USD/ADS}}\n"
    )
    text += "  in_hong_kong: 78 HKD/share\n  rate: 7.8 HKD/USD\n"
    assert load(write(text)).value().as_json()["market"]["targets.one"] == pytest.approx(80, rel=1e-12)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (("low_52_weeks", "low_52_week"), "did you mean low_52_weeks"),
        (("targets:", "target:"), "did you mean targets"),
        (("value: 12, unit: CNY/share", "value: 12, unit: USD/ADS"), "expected CNY/share, found USD/ADS"),
        (("value: 12, unit: CNY/share", "value: 12"), "add unit: CNY/share"),
        (("value: 8,", "value: 80,"), "expected at most the highest price"),
        (("value: 12,", "value: -12,"), "expected a value at least 0"),
        (("  high_52_weeks", "  # high_52_weeks"), "a range of 52 weeks needs both ends"),
    ],
)
def test_what_is_wrong_with_the_market(case_of: Read, wrong: tuple[str, str], message: str) -> None:
    with pytest.raises(InvalidAssumptions) as found:
        case_of(PARTS + MARKET.replace(*wrong))
    assert message in str(found.value)


def test_targets_need_names(case_of: Read) -> None:
    with pytest.raises(InvalidAssumptions) as found:
        case_of(PARTS + "market: {targets: 12 CNY/share}\n")
    assert "expected names with amounts" in str(found.value)


def test_the_unit_is_that_of_the_price(case_of: Read) -> None:
    case = load_text(case_of, "market: {targets: {one: 12 USD/ADS}}\n")
    assert str(case.assumptions["market.targets.one"].unit) == "USD/ADS"
    with pytest.raises(InvalidAssumptions):
        load_text(case_of, "market: {targets: {one: 12 CNY/share}}\n")


def load_text(case_of: Read, market: str) -> Case:
    return case_of(PRICED + PARTS + market)


def test_alibabas_targets_are_cited_facts() -> None:
    study = load(next(path for path in SHIPPED if path.name == "alibaba"))
    targets = [found for found in study.case.inputs if found.name.startswith("market.targets.")]
    assert len(targets) == 6
    for found in targets:
        (source,) = found.origin.sources
        fact = study.case.evidence[source]
        stated = f"{fact.fields['value']} {fact.statement}"
        assert f"{found.base:g}" in stated, found.name


def test_the_reference_tells_of_the_market() -> None:
    assert "`low_52_weeks`" in reference()
