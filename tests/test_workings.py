"""Several methods on one segment, memos, and the names by which workings read each other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from valuation.assumptions import Case
from valuation.base_case import base_case
from valuation.problems import InvalidAssumptions

Read = Callable[..., Case]

TWO = """\
segments:
  cloud:
    net_debt: 20 CNY m
    sales: 100 CNY m
    methods:
      high: {method: multiple, weight: 40%, basis: EV/Sales, metric: = sales, multiple: 3}
      low: {method: multiple, weight: 60%, basis: EV/Sales, metric: = high.metric, multiple: 2}
"""


def test_methods_are_weighted_in_the_space_of_values(case_of: Read) -> None:
    found = base_case(case_of(TWO))
    assert found.parts[0].enterprise_value == pytest.approx(0.4 * 300 + 0.6 * 200)
    assert found.parts[0].equity_value == pytest.approx(240 - 20)
    assert found.parts[0].method == "multiple"
    assert found.lines.scopes["cloud"]["weighted_value_high"] == pytest.approx(120)
    assert found.lines.scopes["cloud"]["enterprise_value_low"] == pytest.approx(200)


def test_a_method_of_equity_among_them_makes_all_of_them_equity(case_of: Read) -> None:
    text = TWO.replace("basis: EV/Sales, metric: = high.metric", "basis: P/E, metric: = high.metric")
    found = base_case(case_of(text))
    assert found.parts[0].enterprise_value is None
    assert found.parts[0].equity_value == pytest.approx(0.4 * (300 - 20) + 0.6 * 200)


def test_weights_that_do_not_sum_to_one_are_refused(case_of: Read) -> None:
    with pytest.raises(InvalidAssumptions, match="expected weights that sum to 100%, found 90%"):
        case_of(TWO.replace("weight: 60%", "weight: 50%"))


def test_a_weight_that_is_drawn_wrong_is_an_invalid_draw(case_of: Read) -> None:
    from valuation.simulation.engine import simulate

    found = simulate(case_of(TWO.replace("weight: 60%", "weight: {value: ~ uniform(0%, 100%), base: 60%}")), 64)
    assert found.valid == 0
    assert found.invalid == {"cloud.sum_of_weights": found.draws}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (("weight: 60%, ", ""), "cloud.low.weight: missing; expected a share such as 50%"),
        (("{method: multiple, weight: 60%", "{weight: 60%"), "cloud.low.method: missing; expected one of apv, dcf"),
        (("metric: = sales,", "metric: = sails,"), "cloud.high.metric: sails is not known; did you mean sales"),
        (("multiple: 2}", "multiple: 2, helper: 3}"), "cloud.low.helper: helper is no assumption of multiple"),
        (("    methods:", "    method: dcf\n    methods:"), "expected either method or methods, found both"),
        (("      low:", "      owned:"), "cloud.owned: expected a name of at most 60 small letters"),
    ],
)
def test_what_is_wrong_with_one_of_several_methods(case_of: Read, wrong: tuple[str, str], message: str) -> None:
    with pytest.raises(InvalidAssumptions) as found:
        case_of(TWO.replace(*wrong))
    assert message in str(found.value)


def test_a_memo_is_valued_and_not_summed(case_of: Read) -> None:
    text = TWO + "  chips: {method: stake, memo: yes, value: 50 CNY m, owned: 40%}\n"
    found = base_case(case_of(text))
    assert [part.id for part in found.parts] == ["cloud"]
    assert [(memo.id, memo.attributable) for memo in found.memos] == [("chips", 20.0)]
    assert found.per_share == base_case(case_of(TWO)).per_share
    assert found.as_json()["memos"][0]["per_share"] == pytest.approx(2.0)


def test_a_name_is_looked_up_in_its_own_working_first(case_of: Read) -> None:
    text = TWO.replace("metric: = high.metric", "sales: 10 CNY m, metric: = sales")
    found = base_case(case_of(text))
    assert np.ravel(found.lines.scopes["cloud.low"]["cloud.low.metric"]).tolist() == [10.0]


def test_a_method_may_read_what_its_segment_calls_by_the_same_name(case_of: Read) -> None:
    text = TWO.replace("    sales: 100 CNY m\n", "    metric: 100 CNY m\n").replace("= sales", "= metric")
    assert base_case(case_of(text)).parts[0].enterprise_value == pytest.approx(240)
    with pytest.raises(InvalidAssumptions, match=r"cannot read itself: cloud\.high\.metric -> cloud\.high\.metric"):
        case_of(TWO.replace("metric: = sales", "metric: = metric"))
