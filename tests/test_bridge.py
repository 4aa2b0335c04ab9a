"""From parts to one share: ownership, net debt, bridge items, the holding discount, the base of each input."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import HEAD

from valuation.assumptions import Case
from valuation.base_case import BaseCase, base_case

Read = Callable[..., Case]

GROUP = """
segments:
  mill: {{method: multiple, metric: 10 CNY m, multiple: 10, basis: EV/EBITDA, net_debt: 20 CNY m, owned: 50%}}
  shop: {{method: stake, value: 60 CNY m, owned: 50%}}
  fund: {{method: scenarios, outcomes: {{all: {{probability: 100%, value: 8 CNY m}}}}, discounted: yes}}
bridge: {{cash: 30 CNY m, debt: -8 CNY m}}
holding: {{discount: 20%, applies_to: {}}}
"""


@pytest.mark.parametrize(
    ("base", "discount"),
    [
        ("nothing", None),
        ("stakes", -0.2 * (30 + 8)),
        ("net asset value", -0.2 * 100),
        ("[mill, bridge.cash]", -0.2 * (40 + 30)),
    ],
)
def test_a_holding_discount_applies_to_its_base(base: str, discount: float | None, case_of: Read) -> None:
    found: BaseCase = base_case(case_of(GROUP.format(base)))
    assert [40.0, 30.0, 8.0] == [part.attributable for part in found.parts]
    assert (100.0, None, None) == (
        found.parts[0].enterprise_value,
        *(part.enterprise_value for part in found.parts[1:]),
    )
    assert found.holding_discount == pytest.approx(discount)
    assert found.equity == pytest.approx(100 + (discount or 0))
    assert found.per_share == found.per_ordinary_share == pytest.approx(found.equity / 10)


def test_a_holding_discount_on_stakes_without_stakes_is_nothing(case_of: Read) -> None:
    text = "segments: {a: {method: multiple, metric: 5 CNY m, multiple: 2, basis: P/E}}\nholding: {discount: 20%}\n"
    assert base_case(case_of(text)).holding_discount is None


@pytest.mark.parametrize(("chance", "expected"), [("70%", 3.0), ("50%", 3.0), ("49%", 1.0)])
def test_the_base_of_an_event_is_its_likelier_outcome(chance: str, expected: float, case_of: Read) -> None:
    text = (
        f"segments: {{a: {{method: stake, value: = if(won, 30, 10) * unit, unit: 1 CNY m, won: ~ event({chance})}}}}\n"
    )
    assert expected == base_case(case_of(text)).per_share


def test_an_explicit_base_overrides_the_most_likely_value(case_of: Read) -> None:
    text = 'segments: {a: {method: stake, value: {value: "~ pert(1, 2, 3)", unit: CNY m, base: 2.5}}}\n'
    assert 0.25 == base_case(case_of(text)).per_share
    assert 0.2 == base_case(case_of(text.replace(", base: 2.5", ""))).per_share


def test_upside_is_against_the_price_and_the_quote_has_its_unit(case_of: Read) -> None:
    text = HEAD.replace("10 m shares", "10 m shares, ads_ratio: 8 shares/ADS, fx: 7 CNY/USD, price: 2 USD/ADS")
    case = case_of(text + "segments: {a: {method: stake, value: 35 CNY m}}\n")
    found = base_case(case)
    assert "USD/ADS" == str(case.quote)
    assert 35 / 10 * 8 / 7 == pytest.approx(found.per_share)
    assert found.per_share / 2 - 1 == pytest.approx(found.upside or 0)
    assert "CNY/share" == str(case_of("segments: {a: {method: stake, value: 35 CNY m}}\n").quote)
