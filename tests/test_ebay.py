"""The case of eBay and PayPal: its figures are the published ones, its spin-off obeys the identities of one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ASSUMPTIONS
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.assumptions import Case
from valuation.base_case import BaseCase, base_case
from valuation.reading import load
from valuation.study import load as load_study

EBAY = ASSUMPTIONS / "ebay"
FREE = {f"paypal_distribution.{cost}_cost": "0 USD m" for cost in ("standalone", "stranded")}
FREE["paypal_distribution.one_off_costs"] = "0 USD m"
KNOWN_LATER = "later."


@pytest.fixture(scope="module")
def case() -> Case:
    return load(EBAY)


@pytest.fixture(scope="module")
def base(case: Case) -> BaseCase:
    return base_case(case)


def of(found: BaseCase, scope: str, line: str) -> float:
    values: Any = found.lines.scopes[scope][line]
    (value,) = values
    return float(value)


def with_set(**overrides: str) -> BaseCase:
    return base_case(load(EBAY, {name.replace("__", "."): value for name, value in overrides.items()}))


def fact(case: Case, name: str) -> float:
    return float(case.evidence[name].fields["value"])


def test_a_number_is_the_fact_that_it_cites(case: Case) -> None:
    cited = [found for found in case.inputs if found.distribution is None and len(set(found.origin.sources)) == 1]
    facts = {found.name: found.origin.sources[0] for found in cited if found.origin.sources[0] in case.evidence}
    values = {found.name: found.base for found in cited}
    assert len(facts) > 25
    assert {name: fact(case, source) for name, source in facts.items()} == {name: values[name] for name in facts}


def test_nothing_that_became_known_later_is_cited(case: Case) -> None:
    origins = [*(found.origin for found in case.inputs), *(found.origin for found in case.assumptions.values())]
    cited = {source for origin in origins for source in origin.sources} & set(case.evidence)
    assert not [source for source in cited if source.startswith(KNOWN_LATER)]
    late = {source for source in cited if str(case.evidence[source].fields["as_of"]) > case.date}
    assert not late


def test_the_quarter_ties_to_the_group_as_reported(case: Case, base: BaseCase) -> None:
    """Form 10-Q, 31 March 2015: 4,448 m of revenue, 732 m of operating income, to the million."""
    values = base.lines.scopes["reconciliation"]
    for table, total in zip(case.reconciliations, (4448.0, 732.0), strict=True):
        assert sum(float(values[item][0]) for item in table.items) == float(values[table.total][0]) == total


def test_what_the_price_leaves_for_ebay(case: Case, base: BaseCase) -> None:
    """66.29 less 38.39; the first closes were 28.57 and 40.47, and split the basis .4138 to .5862 (Form 8937)."""
    assert of(base, "when_issued", "equity_stub_per_share") == pytest.approx(27.90, abs=1e-9)
    paypal, ebay = fact(case, "later.paypal_first_close"), fact(case, "later.ebay_first_close")
    assert paypal / (paypal + ebay) == pytest.approx(fact(case, "later.basis_paypal"), abs=5e-5)


def test_a_free_spin_off_one_for_one_changes_nothing_for_holders() -> None:
    found = base_case(load(EBAY, FREE))
    (spin_off,) = found.transactions
    assert spin_off.after == pytest.approx(spin_off.before, rel=1e-12)
    one = of(found, "paypal_distribution", "shares_of_the_new_company_for_one_share")
    rest = of(found, "paypal_distribution", "share_of_the_parent_without_the_right")
    assert one == pytest.approx(next(part.per_share for part in found.parts if part.id == "payments"), rel=1e-12)
    assert one + rest == pytest.approx(found.per_share, rel=1e-12)


@settings(max_examples=10, deadline=None)
@given(paid=st.floats(0, 9000))
def test_cash_paid_into_paypal_moves_value_between_the_two_and_makes_none(base: BaseCase, paid: float) -> None:
    other = with_set(payments__contribution=f"{paid:.6f} USD m")
    (before,), (after,) = base.transactions, other.transactions
    assert after.before == pytest.approx(before.before, rel=1e-12)
    moved = (
        after.has["Shares of the new company in holders' hands"]
        - before.has["Shares of the new company in holders' hands"]
    )
    assert moved == pytest.approx(paid - 3800, rel=1e-6, abs=1e-3)


def test_a_spin_off_that_is_taxed_costs_the_tax_on_the_gain(base: BaseCase) -> None:
    taxed = with_set(drivers__spin_off_taxed="1")
    gain = of(base, "paypal_distribution", "equity_of_the_new_company") - 1500
    lost = base.transactions[0].after - taxed.transactions[0].after
    assert lost == pytest.approx(0.37 * gain * of(base, "paypal_distribution", "discount_factor_from_the_date"))


def test_the_operating_agreement_matters_in_2021_alone() -> None:
    kept, lost = (with_set(payments__lost_when_agreement_ends=share) for share in ("0%", "100%"))
    before, after = (found.lines.scopes["payments.dcf"]["payments.dcf.growth"][:, 0] for found in (kept, lost))
    assert [index for index, same in enumerate(before == after) if not same] == [2021 - 2015]
    assert (1 + after[6]) / (1 + before[6]) == pytest.approx(0.9)


def test_the_readme_of_the_case_says_what_the_case_says(case: Case, base: BaseCase) -> None:
    text = Path(EBAY / "README.md").read_text(encoding="utf-8")
    rows = {
        row[0]: row[1:]
        for row in re.findall(r"^\| (\w[\w ,']*) \| ([\d.%]+) \| ([\d.%]+) \| ([\d.%]+) \|$", text, re.MULTILINE)
    }
    spun = "paypal_distribution"
    ours = [
        of(base, spun, f"share{name}")
        for name in ("s_of_the_new_company_for_one_share", "_of_the_parent_without_the_right")
    ]
    issued = fact(case, "paypal.when_issued")
    closes = [fact(case, f"later.{name}_first_close") for name in ("paypal", "ebay")]
    columns = [ours, [issued, fact(case, "ebay.price") - issued], closes]
    told = {
        "PayPal, separated": tuple(f"{column[0]:.2f}" for column in columns),
        "eBay without PayPal": tuple(f"{column[1]:.2f}" for column in columns),
        "both": tuple(f"{sum(column):.2f}" for column in columns),
        "part that is PayPal's": tuple(f"{column[0] / sum(column):.1%}" for column in columns),
    }
    assert rows == told


def test_the_readme_tells_the_ranges_of_the_published_run() -> None:
    run = load_study(EBAY).simulate(draws=100_000, seed=20260202)
    text = Path(EBAY / "README.md").read_text(encoding="utf-8")
    for part, name in (("payments", "PayPal is worth"), ("marketplaces", "Marketplaces")):
        low, high = np.quantile(run.parts[part], (0.05, 0.95))
        assert f"{name} {low:.1f} to {high:.1f}" in " ".join(text.split()), part
