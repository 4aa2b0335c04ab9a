"""The walk between two cases: it adds up whatever differs, and Shapley's axioms hold for what it shares out."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from conftest import ASSUMPTIONS, GOOD, HEAD
from hypothesis import given, settings
from hypothesis import strategies as st

import valuation
from valuation.assumptions import Case
from valuation.comparison import compare
from valuation.comparison.difference import merged
from valuation.comparison.ranges import range_differences
from valuation.comparison.shares import along, exact_shares, random_orders, sampled_shares, subsets
from valuation.comparison.walk import Walk, walk
from valuation.lines import single
from valuation.model import base_value
from valuation.problems import InvalidAssumptions
from valuation.reading import load
from valuation.workbook.carried import with_bases

Written = Callable[..., Case]
ALIBABA = load(ASSUMPTIONS / "alibaba")
STAKE = "segments: {a: {method: stake, value: 100 CNY m}}\n"


def moves(found: Walk, order: str = "shapley") -> dict[str, float]:
    return {step.name: getattr(step, order) for step in found.steps}


def adds_up(found: Walk) -> bool:
    size = 1e-9 * max(1.0, abs(found.start), abs(found.end))
    totals = [sum(moves(found, order).values()) for order in ("file_order", "shapley")]
    return all(abs(total - found.change) <= size for total in totals) and abs(found.rest) <= size


def per_share(case: Case) -> float:
    return single(base_value(case).per_share)


# Shapley values ---------------------------------------------------------------------------------------------------


def test_subsets_are_all_of_them_in_the_order_of_their_bits() -> None:
    assert subsets(3).astype(int).tolist() == [
        [0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1],
    ]  # fmt: skip


def test_the_gloves_game() -> None:
    """One left glove and two right ones: the left is worth 2/3, each right 1/6 (Shapley 1953; any textbook)."""
    values = np.array([float(left and (one or other)) for left, one, other in subsets(3)])
    assert exact_shares(values) == pytest.approx([2 / 3, 1 / 6, 1 / 6], abs=1e-15)


@given(st.lists(st.floats(-100, 100), min_size=32, max_size=32))
def test_exact_shares_are_the_average_over_all_orders(numbers: list[float]) -> None:
    values = np.array(numbers)
    orders = np.array(list(itertools.permutations(range(5))))
    gains = np.zeros(5)
    for order in orders:
        done = 0
        for step in order:
            gains[step] += values[done | 1 << step] - values[done]
            done |= 1 << step
    assert exact_shares(values) == pytest.approx(gains / len(orders), abs=1e-10)


@given(st.lists(st.floats(-100, 100), min_size=8, max_size=8), st.integers(2, 20), st.integers(0, 100))
def test_sampled_shares_add_up_in_every_sample(numbers: list[float], pairs: int, seed: int) -> None:
    values, orders = np.array(numbers), random_orders(3, pairs, seed)
    passed = values[along(orders) @ np.array([1, 2, 4])]
    shares, errors = sampled_shares(orders, passed)
    assert shares.sum() == pytest.approx(values[-1] - values[0], abs=1e-10)
    assert (errors >= 0).all()


def test_sampled_shares_are_within_their_errors_of_the_exact_ones() -> None:
    values = np.random.default_rng(1).normal(size=256).cumsum()
    orders = random_orders(8, 4000, 3)
    shares, errors = sampled_shares(orders, values[along(orders) @ (1 << np.arange(8))])
    distance = (shares - exact_shares(values)) / errors
    assert (np.abs(distance) < 4).all()
    assert 0.3 < np.sqrt(np.mean(distance**2)) < 1.8  # neither too proud of the errors nor too modest


def test_each_random_order_stands_beside_its_reverse() -> None:
    orders = random_orders(6, 5, 7)
    assert orders[::2].tolist() == orders[1::2, ::-1].tolist()
    assert sorted(map(tuple, np.sort(orders, axis=1).tolist())) == [tuple(range(6))] * 10


# Walks of one model -----------------------------------------------------------------------------------------------

PRODUCT = """\
drivers: {{price: {price}, volume: {volume}}}
segments:
  a: {{method: stake, value: = drivers.price * drivers.volume}}
"""


def product(case_of: Written, price: str, volume: str) -> Case:
    return case_of(PRODUCT.format(price=price, volume=volume))


def test_a_product_of_two_is_shared_by_hand(case_of: Written) -> None:
    """Over 10 m shares from 20 x 3 to 50 x 4: dx y0 and x1 dy in file order, dx (y0 + y1)/2 and dy (x0 + x1)/2."""
    a, b = (product(case_of, price, volume) for price, volume in (("20 CNY m", "3"), ("50 CNY m", "4")))
    found = walk(a, b)
    assert (found.start, found.end) == (6.0, 20.0)
    assert moves(found, "file_order") == {"drivers.price": pytest.approx(9), "drivers.volume": pytest.approx(5)}
    assert moves(found) == {"drivers.price": pytest.approx(10.5), "drivers.volume": pytest.approx(3.5)}
    assert found.exact and found.orders == 0 and found.mixtures == 4


def test_the_order_of_the_files_is_the_order_of_the_steps(case_of: Written) -> None:
    turned = "segments:\n  a: {{method: stake, value: = drivers.price * drivers.volume}}\n"
    turned += "drivers: {{volume: {volume}, price: {price}}}\n"
    a, b = (case_of(turned.format(price=x, volume=y)) for x, y in (("20 CNY m", "3"), ("50 CNY m", "4")))
    assert moves(walk(a, b), "file_order") == {"drivers.volume": pytest.approx(2), "drivers.price": pytest.approx(12)}


def test_one_order_alone_may_be_asked_for(case_of: Written) -> None:
    a, b = (product(case_of, price, volume) for price, volume in (("20 CNY m", "3"), ("50 CNY m", "4")))
    files, shares = walk(a, b, "files"), walk(a, b, "shapley")
    assert [(step.file_order, step.shapley) for step in files.steps] == [
        (pytest.approx(9), None),
        (pytest.approx(5), None),
    ]
    assert [step.file_order for step in shares.steps] == [None, None]
    assert sum(moves(shares).values()) == pytest.approx(14)


AMOUNTS = st.lists(st.integers(1, 1000), min_size=4, max_size=4)


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Four stakes, of which the case is the sum."""
    path = tmp_path_factory.mktemp("four") / "four.yaml"
    stakes = "".join(f"  s{number}: {{method: stake, value: 1 CNY m}}\n" for number in range(4))
    path.write_text(f"{HEAD}segments:\n{stakes}", "utf-8")
    return load(path)


@settings(max_examples=20, deadline=None)
@given(AMOUNTS, AMOUNTS)
def test_of_an_additive_model_each_step_moves_its_own_in_any_order(
    four: Case, before: list[int], after: list[int]
) -> None:
    bases = [{f"s{n}.value": float(amount) for n, amount in enumerate(amounts)} for amounts in (before, after)]
    found = walk(*(with_bases(four, one) for one in bases))
    own = {f"s{n}.value": (y - x) / 10 for n, (x, y) in enumerate(zip(before, after, strict=True)) if x != y}
    assert moves(found) == {name: pytest.approx(move, abs=1e-9) for name, move in own.items()}
    assert moves(found, "file_order") == {name: pytest.approx(move, abs=1e-9) for name, move in own.items()}


def test_inputs_that_play_the_same_part_share_equally(case_of: Written) -> None:
    text = "drivers: {{x: {x}, y: {x}, z: {x}}}\nsegments:\n"
    text += "  a: {{method: stake, value: = drivers.x * drivers.y * drivers.z * 100 * drivers.unit}}\n"
    text = text.replace("z: {x}}}", "z: {x}, unit: 1 CNY m}}")
    a, b = case_of(text.format(x="0.5")), case_of(text.format(x="1.5"))
    found = moves(walk(a, b))
    assert found == {f"drivers.{name}": pytest.approx((1.5**3 - 0.5**3) * 10 / 3) for name in "xyz"}


UNCERTAIN = [found for found in ALIBABA.inputs if found.distribution is not None and found.base not in (0, 1)]


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_whatever_inputs_change_both_orders_add_up_and_shapley_turns_round(data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(UNCERTAIN), min_size=1, max_size=6, unique_by=lambda one: one.name))
    factors = data.draw(st.lists(st.floats(0.9, 1.1), min_size=len(chosen), max_size=len(chosen)))
    other = with_bases(ALIBABA, {one.name: one.base * f for one, f in zip(chosen, factors, strict=True)})
    there, back = walk(ALIBABA, other), walk(other, ALIBABA)
    assert adds_up(there) and adds_up(back)
    assert there.end == per_share(other)
    assert moves(there) == {name: pytest.approx(-move, abs=1e-9) for name, move in moves(back).items()}
    assert set(moves(there)) == {one.name for one, f in zip(chosen, factors, strict=True) if one.base * f != one.base}


def test_a_case_and_itself_are_no_walk() -> None:
    found = walk(ALIBABA, ALIBABA)
    assert (found.steps, found.change, found.rest) == ((), 0.0, 0.0)


def test_many_inputs_are_sampled_and_still_add_up() -> None:
    other = with_bases(ALIBABA, {one.name: one.base * 1.01 for one in UNCERTAIN})
    found, again = (walk(ALIBABA, other, pairs=8) for _ in range(2))
    assert len(found.steps) > 50
    assert (found.exact, found.orders) == (False, 16)
    assert adds_up(found)
    assert moves(found) == moves(again)
    assert moves(found) != moves(walk(ALIBABA, other, pairs=8, seed=1))


def test_sampled_walks_agree_with_exact_ones() -> None:
    """Eleven steps are sampled; one of them that moves nothing leaves the exact shares of the other ten."""
    more = {one.name: one.base * 1.05 for one in UNCERTAIN}
    alone = {name: abs(per_share(with_bases(ALIBABA, {name: more[name]})) - per_share(ALIBABA)) for name in more}
    ten = sorted(alone, key=lambda name: -alone[name])[:10]
    still = next(name for name, moved in alone.items() if moved == 0)
    exact = walk(ALIBABA, with_bases(ALIBABA, {name: more[name] for name in ten}))
    sampled = walk(ALIBABA, with_bases(ALIBABA, {name: more[name] for name in (*ten, still)}))
    assert exact.exact and not sampled.exact
    errors = moves(sampled, "shapley_error")
    for name, move in moves(exact).items():
        assert abs(moves(sampled)[name] - move) <= 4 * errors[name] + 1e-9
    assert moves(sampled)[still] == errors[still] == 0


# Walks to another model -------------------------------------------------------------------------------------------


def told(found: Walk) -> list[tuple[str, str, str, str]]:
    return [(s.difference.kind, s.name, s.difference.before, s.difference.after) for s in found.steps]


BASE = """drivers: {wacc: 9%}
segments:
  cloud:
    method: dcf
    revenue: 100 CNY m
    growth: fade(10% to 2% over 3 years)
    margin: 20%
    tax_rate: 25%
    wacc: = drivers.wacc
    sales_to_capital: 2
    terminal_growth: 2%
    terminal_return: 10%
  shops: {method: stake, value: 300 CNY m}
bridge: {cash: 50 CNY m}
"""
MULTIPLE = """  cloud:
    method: multiple
    basis: EV/Sales
    metric: 100 CNY m
    multiple: 4
"""
CHANGES = {
    "a formula": ("wacc: = drivers.wacc", "wacc: = drivers.wacc + 1%", "formula", "cloud.wacc"),
    "a formula that becomes a number": ("wacc: = drivers.wacc", "wacc: 10%", "formula", "cloud.wacc"),
    "a number that becomes a list": ("margin: 20%", "margin: [20%, 21%, 22%]", "formula", "cloud.margin"),
    "the end of a fade": ("to 2% over", "to 3% over", "value", "cloud.growth.to"),
    "the length of a fade": ("over 3 years", "over 2 years", "value", "cloud.growth.over"),
    "another fade": ("fade(10% to 2%", "fade(10% for 1 years to 2%", "formula", "cloud.growth"),
    "a segment less": ("  shops: {method: stake, value: 300 CNY m}\n", "", "structure", "segment shops"),
    "a segment more": ("bridge:", "  more: {method: stake, value: 30 CNY m}\nbridge:", "structure", "segment more"),
    "another method": (BASE[BASE.index("  cloud") : BASE.index("  shops")], MULTIPLE, "structure", "segment cloud"),
    "a bridge item more": ("{cash: 50 CNY m}", "{cash: 50 CNY m, debt: -20 CNY m}", "structure", "bridge.debt"),
    "a bridge item less": ("bridge: {cash: 50 CNY m}\n", "", "structure", "bridge.cash"),
    "net debt": ("    method: dcf", "    method: dcf\n    net_debt: 10 CNY m", "structure", "segment cloud"),
    "a memo": ("value: 300 CNY m", "value: 300 CNY m, memo: yes", "structure", "segment shops"),
    "a discount": ("bridge:", "holding: {discount: 10%}\nbridge:", "structure", "holding.discount"),
    "ADS": ("HEAD", "", "", ""),
    "a word of a method": ("    method: dcf", "    method: dcf\n    timing: end-year", "structure", "segment cloud"),
    "a transaction": (
        "bridge:", "transactions: {sold: {route: sale, part: shops, probability: 50%, premium: 20%}}\nbridge:",
        "structure", "transaction sold",
    ),
}  # fmt: skip
del CHANGES["ADS"]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("turned", [False, True], ids=["there", "back"])
def test_one_change_is_one_step_that_moves_all(case_of: Written, change: str, turned: bool) -> None:
    old, new, kind, name = CHANGES[change]
    assert BASE.count(old) == 1
    cases = [case_of(BASE), case_of(BASE.replace(old, new))]
    a, b = reversed(cases) if turned else cases
    found = walk(a, b)
    assert [(step.difference.kind, step.name) for step in found.steps] == [(kind, name)]
    assert found.change != 0
    assert moves(found) == moves(found, "file_order") == {name: pytest.approx(found.change, abs=1e-12)}
    assert found.rest == pytest.approx(0, abs=1e-12)


def test_steps_say_what_was_and_what_is(case_of: Written) -> None:
    segment = BASE[BASE.index("  cloud") : BASE.index("  shops")]
    other = BASE.replace(segment, MULTIPLE).replace("300 CNY m", "200 CNY m").replace("{cash", "{debt: -5 CNY m, cash")
    other = other.replace("drivers: {wacc: 9%}\n", "")
    assert told(walk(case_of(BASE), case_of(other))) == [
        ("structure", "segment cloud", "method dcf", "method multiple"),
        ("value", "shops.value", "300 CNY m", "200 CNY m"),
        ("structure", "bridge.debt", "none", "-5 CNY m"),
    ]


def test_a_helper_that_only_one_case_has_moves_with_the_formula_that_reads_it(case_of: Written) -> None:
    other = BASE.replace("{wacc: 9%}", "{wacc: 9%, premium: 1%}").replace(
        "= drivers.wacc", "= drivers.wacc + drivers.premium"
    )
    found = walk(case_of(BASE), case_of(other))
    assert [step.name for step in found.steps] == ["cloud.wacc"]
    assert adds_up(found) and found.change < 0


def test_what_has_no_value_alone_goes_together(case_of: Written) -> None:
    """Growth of 6% is impossible beside the old cost of capital of 5%, and comes with it."""
    text = BASE.replace("wacc: 9%", "wacc: {wacc}").replace("terminal_growth: 2%", "terminal_growth: {growth}")
    a, b = (case_of(text.replace("{wacc}", w).replace("{growth}", g)) for w, g in (("5%", "2%"), ("12%", "6%")))
    for found in (walk(a, b), walk(b, a)):
        assert [step.name for step in found.steps] == ["drivers.wacc + cloud.terminal_growth"]
        assert adds_up(found)


def test_a_part_and_the_formula_that_reads_it_go_together(case_of: Written) -> None:
    other = BASE.replace(
        "bridge: {cash: 50 CNY m}", "  more: {method: stake, value: 30 CNY m}\nbridge: {cash: = more.value}"
    )
    for found in (walk(case_of(BASE), case_of(other)), walk(case_of(other), case_of(BASE))):
        assert adds_up(found)
        assert {name for step in found.steps for name in step.difference.names} == {"bridge.cash", "segment more"}


def test_units_are_not_mixed(case_of: Written) -> None:
    """A driver turns from CNY m to USD m, and the formula that reads it learns of the rate: neither can go alone."""
    text = "drivers: {{fx: 7 CNY/USD, paid: {paid}}}\nsegments: {{a: {{method: stake, value: '= {value}'}}}}\n"
    a = case_of(text.format(paid="70 CNY m", value="drivers.paid + 0 * drivers.paid * drivers.fx / drivers.fx"))
    b = case_of(text.format(paid="11 USD m", value="drivers.paid * drivers.fx"))
    found = walk(a, b)
    assert [step.difference.names for step in found.steps] == [("drivers.paid", "a.value")]
    assert moves(found) == {found.steps[0].name: pytest.approx(0.7)}


def test_another_forecast_takes_along_what_is_listed_by_year(case_of: Written) -> None:
    lists = BASE.replace("fade(10% to 2% over 3 years)", "[10%, 6%, 2%]")
    rolled = lists.replace("[10%, 6%, 2%]", "[6%, 2%, 2%]").replace("revenue: 100", "revenue: 110")
    a = case_of(lists)
    b = case_of("name: Test\ncurrency: CNY\ndate: 2027-02-02\nyears: 3\nshares: {diluted: 10 m shares}\n" + rolled)
    found = walk(a, b)
    assert [step.difference.names for step in found.steps] == [
        ("date",), ("forecast years", "cloud.growth"), ("cloud.revenue",),
    ]  # fmt: skip
    assert adds_up(found)


GROUPS: dict[str, list[Case]] = {}
for path in GOOD:
    read = load(path)
    GROUPS.setdefault(f"{read.currency} {read.quote}", []).append(read)
NEIGHBOURS = [pair for cases in GROUPS.values() for pair in itertools.pairwise(cases)]


@pytest.mark.parametrize("pair", NEIGHBOURS, ids=lambda pair: f"{pair[0].id} and {pair[1].id}")
def test_cases_that_have_nothing_in_common_still_add_up(pair: tuple[Case, Case]) -> None:
    for a, b in (pair, pair[::-1]):
        found = walk(a, b, pairs=4)
        assert (found.start, found.end) == (per_share(a), per_share(b))
        assert adds_up(found)
        range_differences(a, b)


# What moves the range ---------------------------------------------------------------------------------------------


def test_what_moves_only_the_range_is_listed_apart(case_of: Written) -> None:
    text = """\
segments:
  a: {{method: stake, value: "~ pert(80 CNY m, 100 CNY m, {high} CNY m)"}}
  b: {{method: stake, value: "~ normal({mean} CNY m, 5 CNY m)"}}
correlations: [{{between: [a.value, b.value], rank: {rank}}}]
scenarios:
  bull: {{probability: {chance}, set: {{a.value: {bull} CNY m}}}}
  bear: {{probability: 50%, set: {{a.value: 70 CNY m}}}}
"""
    first = {"high": 120, "mean": 50, "rank": 0.3, "chance": "50%", "bull": 150}
    a, b = case_of(text.format(**first)), case_of(text.format(**{**first, "high": 130, "rank": 0.5, "bull": 160}))
    assert walk(a, b).steps == ()
    assert [(one.name, one.sort, one.before, one.after) for one in range_differences(a, b)] == [
        ("a.value", "distribution", "~ pert(80 CNY m, 100 CNY m, 120 CNY m)", "~ pert(80 CNY m, 100 CNY m, 130 CNY m)"),
        ("a.value with b.value", "correlation", "0.3", "0.5"),
        ("scenarios.bull.a.value", "scenario", "150 CNY m", "160 CNY m"),
    ]
    moved = case_of(text.format(**{**first, "mean": 60}))
    assert range_differences(a, moved) == []
    assert moves(walk(a, moved)) == {"b.value": pytest.approx(1)}


def test_an_alibaba_without_distributions_differs_in_nothing_but_the_range() -> None:
    certain = {one.name for one in ALIBABA.inputs if one.distribution is not None}
    plain = with_bases(ALIBABA, {})
    assert range_differences(ALIBABA, plain) == []
    assert len(certain) > 50


# Two sides --------------------------------------------------------------------------------------------------------


def test_names_of_both_stand_where_their_own_case_has_them() -> None:
    assert merged("abcd", "axd") == ["a", "b", "c", "x", "d"]
    assert merged("xa", "ab") == ["x", "a", "b"]
    assert merged("", "ab") == merged("ab", "ab") == ["a", "b"]


def test_another_currency_or_quote_is_refused() -> None:
    with pytest.raises(InvalidAssumptions, match=r"expected a value in CNY m and USD/ADS as in .*, found JPY m"):
        compare(ASSUMPTIONS / "alibaba", ASSUMPTIONS / "softbank")


def test_studies_cases_and_paths_compare_alike() -> None:
    study = valuation.load(ASSUMPTIONS / "alibaba", {"drivers.usd_cny": "7.2"})
    found = [valuation.compare(ASSUMPTIONS / "alibaba", other) for other in (study, study.case)]
    for one in found:
        assert [step.name for step in one.steps] == ["drivers.usd_cny"]
        assert math.isclose(one.walk.end, study.value().per_share)
    assert found[0].as_json()["walk"] == found[1].as_json()["walk"]
