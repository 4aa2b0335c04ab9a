"""Sums of the parts that somebody published, and segments that tie to their group."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from test_published import one, published

from valuation.base_case import BaseCase, base_case
from valuation.methods import stake
from valuation.reading import load


@published("V18", "Alibaba, offer for Cainiao's minorities, March 2024")
def test_a_minority_offer_implies_the_whole(source: str) -> None:
    lines = stake(paid=3.75, fraction=1 - 0.637, basis="transaction")
    assert pytest.approx(10.33, abs=0.005) == one(lines["Equity value of the company"])


# Sums of the parts ---------------------------------------------------------------------------------------------------

SOFTBANK = ("alibaba", "sbkk", "svf1", "svf2", "latam", "tmus", "deutsche_telekom", "arm", "other")


def softbank(values: str, net_debt: float, shares: int, price: int) -> str:
    """SoftBank Group's own sum of the parts, JPY bn, as a case; each stake is given as what it holds."""
    stakes = "".join(
        f"  {name}: {{method: stake, value: {1000 * float(value):.0f} JPY bn, basis: market value}}\n"
        for name, value in zip(SOFTBANK, values.split(), strict=True)
    )
    return f"""\
name: SoftBank Group
currency: JPY
date: 2023-06-30
segments:
{stakes}bridge: {{net_debt: -{1000 * net_debt:.0f} JPY bn}}
shares: {{diluted: {shares} m shares, price: {price} JPY/share}}
""".replace(" JPY bn", "000 JPY m")


@pytest.mark.parametrize(
    ("values", "net_debt", "shares", "price", "nav", "per_share", "discount", "loan_to_value"),
    [
        pytest.param(
            ".71 2.37 2.80 3.52 .79 1.23 .28 2.87 1.30", 1.75, 1463, 5182, 14.12, 9656, 0.463, 0.110, id="V19-Mar-2023"
        ),
        pytest.param(
            ".02 2.39 3.03 4.04 .91 1.20 .23 3.66 1.42", 1.35, 1464, 6773, 15.54, 10616, 0.362, 0.080, id="V19-Jun-2023"
        ),
    ],
)
def test_softbank_net_asset_value(
    values: str, net_debt: float, shares: int, price: int, nav: float, per_share: float, discount: float,
    loan_to_value: float, write: Callable[[str], Path],
) -> None:  # fmt: skip
    found = base_case(load(write(softbank(values, net_debt, shares, price))))
    assert pytest.approx(nav, abs=0.0101) == found.equity / 1e6  # its parts are rounded to 0.01 trillion each
    assert pytest.approx(per_share, rel=6e-4) == found.per_share
    assert pytest.approx(discount, abs=5e-4) == found.implied_discount
    assert pytest.approx(loan_to_value, abs=5e-4) == found.loan_to_value


@published("V20", "broker's sum of the parts of Alibaba, September 2025 (djyanbao 8004790), US$ an ADS")
def test_a_brokers_parts_sum_to_the_target(source: str, write: Callable[[str], Path]) -> None:
    parts = {"commerce": 93.9, "international": 18.3, "cloud": 90.3, "others": 7.4, "stakes": 13.0}
    segments = "".join(f"  {name}: {{method: stake, value: {value} USD m}}\n" for name, value in parts.items())
    text = f"name: A\ncurrency: USD\ndate: 2025-09-30\nsegments:\n{segments}shares: {{diluted: 1 m shares}}\n"
    found = base_case(load(write(text)))
    assert pytest.approx(222.9, abs=1e-9) == found.per_share
    assert pytest.approx(0.405, abs=5e-4) == found.parts[2].per_share / found.per_share


@published("V21", "DBS, sum of the parts of Alibaba, March 2023, HK$ a share")
def test_three_multiples_sum_to_the_target(source: str, write: Callable[[str], Path]) -> None:
    text = """\
name: Alibaba by DBS
currency: HKD
date: 2023-03-29
segments:
  core: {method: multiple, metric: 8.8 HKD m, multiple: 15, basis: P/E}
  cloud: {method: multiple, metric: 5.2 HKD m, multiple: 5, basis: P/Sales}
  media: {method: multiple, metric: 2 HKD m, multiple: 5, basis: P/Sales}
shares: {diluted: 1 m shares}
"""
    found = base_case(load(write(text)))
    assert pytest.approx([part.per_share for part in found.parts]) == [132, 26, 10]
    assert pytest.approx(168) == found.per_share


# Reconciliation ------------------------------------------------------------------------------------------------------

ALIBABA = """\
name: Alibaba's segments
currency: CNY
date: 2025-03-31
segments:
  group: {method: stake, value: 1 CNY m}
shares: {diluted: 18474.235708 m shares}
reconciliation:
  revenue:
    items:
      commerce: 508380 CNY m
      international: 132300 CNY m
      cloud: 118028 CNY m
      others: 338347 CNY m
      unallocated: 1924 CNY m
      eliminations: -102632 CNY m
    total: 996347 CNY m
  ebita:
    items: {commerce: 193223 CNY m, international: -15137 CNY m, cloud: 10556 CNY m, others: -9499 CNY m}
    total: 179143 CNY m
"""


@published("V26", "Alibaba, annual report of fiscal year 2025, segment note")
def test_alibabas_segments_tie_to_the_group(source: str, write: Callable[[str], Path]) -> None:
    assert fired(base_case(load(write(ALIBABA)))) == []


@published("V26", "the same without the elimination: 1,097,055 of segment revenue counts it twice")
def test_segments_without_the_elimination_do_not_tie(source: str, write: Callable[[str], Path]) -> None:
    text = ALIBABA.replace("      eliminations: -102632 CNY m\n", "")
    assert fired(base_case(load(write(text)))) == ["reconciliation.revenue"]


@published("V26", "the same for fiscal year 2024: segment EBITA ties at 173,804, within 0.5 %")
@pytest.mark.parametrize(("total", "ids"), [(173_804, []), (174_670, []), (174_690, ["reconciliation.ebita"])])
def test_segment_profit_of_2024_ties(source: str, total: int, ids: list[str], write: Callable[[str], Path]) -> None:
    items = "commerce: 186970 CNY m, international: -8035 CNY m, cloud: 6121 CNY m, others: -11252 CNY m"
    head = ALIBABA.partition("reconciliation:")[0]
    text = f"{head}reconciliation: {{ebita: {{items: {{{items}}}, total: {total} CNY m}}}}\n"
    assert ids == fired(base_case(load(write(text))))


def fired(found: BaseCase) -> list[str]:
    return [finding.id for finding in found.checks if finding.severity == "error"]
