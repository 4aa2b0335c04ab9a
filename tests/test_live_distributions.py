"""Quantiles as formulas: what a workbook draws is what NumPy draws, in three engines and in every notation."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import GOOD, SHIPPED
from hypothesis import given
from hypothesis import strategies as st
from live import ENGINES, NUMBER_IN_FORMULA, OnSheet, write_book
from test_distributions import EXAMPLES, read
from workbooks import need_libreoffice

from valuation.assumptions import Case
from valuation.distributions import (
    REGISTRY,
    Beta,
    Constant,
    Discrete,
    Distribution,
    Event,
    Gamma,
    Lognormal,
    Normal,
    Pert,
    StudentT,
    Triangular,
    Truncated,
    TruncatedNormal,
    Uniform,
    Weibull,
)
from valuation.distributions.written import LONGEST, lettered, live_quantile, numbers_of, spelled_with
from valuation.formula import Formula
from valuation.reading import load
from valuation.recording import Recording
from valuation.units import NUMBER, RATE, Unit, money

U = np.append(np.linspace(0.001, 0.999, 499), 0.5)
NOT_LIVE = {"metalog", "empirical", "mixture"}


def same(d: Distribution, found: object, u: np.ndarray) -> None:
    """Within 1e-12 standard deviations of the quantiles, or 1e-12 of their size."""
    expected = d.quantile(u)
    np.testing.assert_array_less(np.abs(found - expected), 1e-12 * np.maximum(np.abs(expected), d.sd) + 1e-300)


def test_every_distribution_with_a_short_quantile_is_live() -> None:
    live = {d.name for d in EXAMPLES if d.live(U) is not None}
    assert live == set(REGISTRY) - NOT_LIVE


@pytest.mark.parametrize("d", [d for d in EXAMPLES if d.live(0.5) is not None], ids=str)
def test_live_draws_are_the_quantiles(d: Distribution) -> None:
    same(d, d.live(U), U)


ANY, SHAPE, SHARE = st.floats(-1e4, 1e4), st.floats(0.3, 30), st.floats(0, 1)
WIDTH = st.floats(0.01, 1e4)


@st.composite
def distributions(draw: st.DrawFn) -> Distribution:
    low, width, share, shape = draw(ANY), draw(WIDTH), draw(SHARE), draw(SHAPE)
    mode, high = min(low + share * width, low + width), low + width
    return draw(
        st.sampled_from(
            [
                Constant(low),
                Uniform(low, high),
                Triangular(low, mode, high),
                Pert(low, mode, high),
                Pert(low, mode, high, shape),
                Normal(low, width),
                Lognormal(width, draw(st.floats(0.01, 2))),
                Beta(shape, draw(SHAPE), low, high),
                Gamma(shape, width),
                Weibull(shape, width),
                StudentT(low, width, 2 + shape),
                Event(share),
                Discrete((high, low, high + width), (share, (1 - share) / 4, (1 - share) * 0.75)),
                TruncatedNormal(low, width, low - 3 * share * width, low + width),
                Truncated(Lognormal(width, 0.4), low=0.7 * width),
                Truncated(Lognormal(width, 0.4), low=-1, high=1.1 * width),
                Truncated(Weibull(shape, width), high=width * 0.9),
                Truncated(Uniform(low, high), low - 1, low + 0.6 * width),
            ]
        )
    )


@given(distributions(), st.lists(st.floats(0.001, 0.999), min_size=1, max_size=9))
def test_live_draws_of_any_parameters_are_the_quantiles(d: Distribution, levels: list[float]) -> None:
    same(d, d.live(np.array(levels)), np.array(levels))


@given(SHARE)
def test_an_event_happens_at_the_same_draws_up_to_its_boundary(p: float) -> None:
    u = np.array([np.nextafter(1 - p, 0), 1 - p, np.nextafter(1 - p, 1), 0.5])
    u = u[(u > 1e-15) & (u < 1)]  # below it 1 - u is 1, and an event of 100% would not happen
    np.testing.assert_array_equal(Event(p).live(u), Event(p).quantile(u))


def test_a_part_too_small_to_subtract_probabilities_is_not_live() -> None:
    assert Truncated(Normal(0, 1), 6, 9).live(0.5) is None
    assert Truncated(Normal(0, 1), 1, 9).live(0.5) is not None


def test_what_is_cut_is_live_where_its_distribution_function_is_short() -> None:
    live = {d.name for d in (Normal(4, 2), Lognormal(4, 0.5), Uniform(1, 9), Weibull(2, 4)) if cut(d) is not None}
    dead = {d.name for d in (Pert(1, 4, 9), Triangular(1, 4, 9), Gamma(2, 2), StudentT(4, 1, 5)) if cut(d) is None}
    assert (live, dead) == (
        {"normal", "lognormal", "uniform", "weibull"},
        {"pert", "triangular", "gamma", "student_t"},
    )


def cut(d: Distribution) -> object:
    return Truncated(d, 2, 8).live(0.3)


# In cells -------------------------------------------------------------------------------------------------------------

CNY = money("CNY", "m")
LIVE: list[tuple[str, Unit]] = [
    ("pert(24%, 31%, 38%)", RATE),
    ("pert(900, 1000, 1200, shape=6)", CNY),
    ("pert(low=-5%, high=10%, mode=-5%)", RATE),
    ("triangular(-8%, -2%, 3%)", RATE),
    ("triangular(50, 90, 90)", CNY),
    ("uniform(-10%, 40%)", RATE),
    ("uniform(p5=3%, p95=7%)", RATE),
    ("normal(-100, 50)", CNY),
    ("normal(p90=12%, p10=4%)", RATE),
    ("normal(5%, 1%, min=3%)", RATE),
    ("normal(10, 4, max=12.5)", CNY),
    ("truncated_normal(8.5%, 2%, 3%, 14%)", RATE),
    ("truncated_normal(-900, 150, -1300, -500)", CNY),
    ("lognormal(118028, 0.08)", CNY),
    ("lognormal(p5=0.12, p95=0.9)", NUMBER),
    ("lognormal(10, 40%, min=4, max=25)", CNY),
    ("lognormal(10, 0.4, min=-4, max=25)", CNY),
    ("beta(20, 64)", NUMBER),
    ("beta(2, 3, 5%, 20%)", RATE),
    ("beta(0.5, 0.4, -3, 20)", CNY),
    ("gamma(4, 2.5)", CNY),
    ("gamma(0.3, 10)", CNY),
    ("weibull(1.5, 2000)", CNY),
    ("weibull(0.8, 3, min=1, max=9)", NUMBER),
    ("uniform(1, 6, min=2)", NUMBER),
    ("student_t(1%, 0.5%, 4)", RATE),
    ("student_t(300, 20, 2.5)", CNY),
    ("event(70%)", NUMBER),
    ("event(0.2)", NUMBER),
    ("discrete(10 at 30%, 20 at 50%, 5 at 20%)", CNY),
    ("discrete(1% at 0.25, 2% at 0.75)", RATE),
    ("constant(5%)", RATE),
    ("metalog(p10=8%, p50=9%, p90=11%)", RATE),
    ("metalog(p25=-8, p50=9, p75=18)", CNY),
]
NOT_IN_CELLS = [
    "peers(peers.chips.ev_2026)",
    "empirical(3, 5, 8)",
    "mixture(normal(5%, 1%) at 70%, normal(9%, 2%) at 30%)",
    "metalog(p10=8%, p50=9%, p90=11%, low=6%)",
    "metalog(p10=8%, p50=9%, p80=10%)",
    "pert(p10=21%, p50=24%, p90=28%)",
    "normal(p10=4%, p90=12%, min=0%)",
    "student_t(0, 1, 4, max=2)",
    "normal(0, 1, min=6)",
]


def on_sheet(text: str, unit: Unit = NUMBER) -> OnSheet:
    found = read(text)
    assert isinstance(found, Distribution), found
    return OnSheet(found, f"~ {text}", unit)


every_live = pytest.mark.parametrize("live", [on_sheet(*pair) for pair in LIVE], ids=lambda live: live.written)


@every_live
def test_a_formula_of_cells_gives_the_quantiles(live: OnSheet) -> None:
    same(live.distribution, live.evaluated(U), U)


@every_live
def test_a_formula_has_the_unit_of_the_quantity(live: OnSheet) -> None:
    assert live.formula is not None
    assert live.formula.unit.like(live.unit)


@every_live
def test_a_formula_is_short_and_hides_no_number(live: OnSheet) -> None:
    text = live.spelled(0)
    assert (len(text) <= 160, NUMBER_IN_FORMULA.findall(text), deepest_choice(text) <= 1) == (True, [], True)


def deepest_choice(text: str) -> int:
    """How many IFs stand inside each other."""
    deepest, open_choices = 0, []
    for found in re.finditer(r"\bIF\(|\(|\)", text):
        open_choices = open_choices[:-1] if found[0] == ")" else [*open_choices, found[0] == "IF("]
        deepest = max(deepest, sum(open_choices))
    return deepest


@pytest.mark.parametrize("text", NOT_IN_CELLS)
def test_without_a_short_formula_there_is_none(text: str) -> None:
    assert on_sheet(text).formula is None


def test_percentiles_without_names_for_their_levels_give_no_formula() -> None:
    u, low, high = (Recording(1).input(name, name, NUMBER) for name in ("u", "low", "high"))
    d = read("normal(p10=2, p90=8)")
    assert isinstance(d, Distribution)
    assert live_quantile(d, "~ normal(p10=2, p90=8)", [low, high], u) is None
    same(d, live_quantile(d, "~ normal(p10=2, p90=8)", [2.0, 8.0], U), U)


def test_a_text_of_another_distribution_gives_no_formula() -> None:
    """Such as one in another unit than that in which the distribution is kept."""
    assert live_quantile(Normal(3000, 200), "~ normal(3 CNY bn, 0.2 CNY bn)", [3.0, 0.2], U) is None


def test_fields_may_be_cells() -> None:
    cell = Recording(1).input("low", "low", CNY)
    assert isinstance(Uniform(cell, cell + cell).live(Recording(1).input("u", "u", RATE)), Formula)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], list[tuple[OnSheet, float]]]:
    path = tmp_path_factory.mktemp("live") / "live.xlsx"
    shown = [(on_sheet(*pair), u) for pair in LIVE for u in (0.001, 0.05, 0.31, 0.5, 0.81, 0.95, 0.9975)]
    return path, write_book(path, shown), shown


@pytest.mark.parametrize("engine", ["formualizer", pytest.param("libreoffice", marks=pytest.mark.libreoffice)])
def test_another_engine_draws_the_same(engine: str, book: tuple[Path, list[str], list[tuple[OnSheet, float]]]) -> None:
    """None of the probabilities is on the edge of an event, where LibreOffice takes 1 - 0.8 for exactly 0.2."""
    if engine == "libreoffice":
        need_libreoffice()
    path, cells, shown = book
    found = ENGINES[engine](path, cells)
    for (live, u), value in zip(shown, found, strict=True):
        same(live.distribution, np.array([value], dtype=np.float64), np.array([u]))


@pytest.mark.parametrize("path", [*SHIPPED, *GOOD], ids=lambda path: path.stem)
def test_what_a_case_writes_is_in_the_unit_in_which_it_is_kept(path: Path) -> None:
    for found in load(path).inputs:
        if found.distribution is not None:
            numbers = [number.value for number in numbers_of(found.written)]
            live = live_quantile(found.distribution, found.written, numbers, U)
            assert live is not None or path not in SHIPPED, found.name
            if live is not None:
                same(found.distribution, live, U)
            assert spelled_with(found.written, numbers) == found.written


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("~ uniform(900 CNY k, 2000 CNY k)", "~ uniform(0.9, 2)"),
        ("~ uniform(9000000 CNY, 12 CNY m)", "~ uniform(9, 12)"),
        ("~ lognormal(2 CNY bn, 30%)", "~ lognormal(2000, 0.3)"),
        ("~ uniform(9 CNY m, 12 CNY m)", "~ uniform(9 CNY m, 12 CNY m)"),
    ],
)
def test_another_scale_is_shown_in_the_one_that_is_kept(case_of: Callable[..., Case], written: str, shown: str) -> None:
    (found,) = (
        i for i in case_of(f"segments: {{a: {{method: stake, value: '{written}'}}}}\n").inputs if i.distribution
    )
    assert found.written == shown
    assert found.distribution is not None
    assert live_quantile(found.distribution, shown, [number.value for number in numbers_of(shown)], 0.3) is not None


# As written -----------------------------------------------------------------------------------------------------------

WRITTEN = [f"~ {text}" for text in (*(text for text, _ in LIVE), *NOT_IN_CELLS)]


def test_numbers_are_found_with_their_notation() -> None:
    first, second, third = numbers_of("~ beta(2, 1_000, high=90.50 %)")
    assert (first.value, first.text, first.free, first.percent) == (2, "2", True, False)
    assert (second.value, second.text) == (1000, "1_000")
    assert (third.value, third.text, third.free, third.percent) == (0.905, "90.50 %", False, True)


@pytest.mark.parametrize(
    ("written", "found", "letters"),
    [
        ("~ lognormal(p5=0.12, p95=0.90)", "0.12 0.90", "~ lognormal(p5=a, p95=b)"),
        ("~ uniform(3 m shares,\n   8 m shares)", "3 8", "~ uniform(a, b)"),
        ("~ discrete(0.05 at 50%, 3 CNY m at .5)", "0.05 50% 3 .5", "~ discrete(a at b, c at d)"),
        ("~ empirical(history/2026.csv, ev_2026, min=9.5%)", "9.5%", "~ empirical(history/2026.csv, ev_2026, min=a)"),
        ("~ peers(peers.chips.2026)", "", "~ peers(peers.chips.2026)"),
        ("~ empirical(1, 2, 3, 4, 5, 6, 7)", "1 2 3 4 5 6 7", "~ empirical(1, 2, 3, 4, 5, 6, 7)"),
        (
            "~ mixture(normal(5%, -1e-2) at 70%, constant(3) at 30%)",
            "5% -1e-2 70% 3 30%",
            "~ mixture(normal(a, b) at c, constant(d) at e)",
        ),
        ("31%", "", "31%"),
        ("~ nonsense(3, x, (", "", "~ nonsense(3, x, ("),
    ],
)
def test_names_and_columns_are_no_numbers(written: str, found: str, letters: str) -> None:
    assert (" ".join(number.text for number in numbers_of(written)), lettered(written)) == (found, letters)


@pytest.mark.parametrize("written", WRITTEN)
def test_the_same_numbers_change_no_character(written: str) -> None:
    assert spelled_with(written, [number.value for number in numbers_of(written)]) == written


@given(st.sampled_from(WRITTEN), st.data())
def test_other_numbers_are_read_back_in_their_notation(written: str, data: st.DataObject) -> None:
    """As many digits as a cell takes: fifteen."""
    digits = st.builds(lambda n, power: float(f"{n}e{power}"), st.integers(-(10**15), 10**15), st.integers(-25, 5))
    values = data.draw(st.lists(digits, min_size=(n := len(numbers_of(written))), max_size=n))
    changed = spelled_with(written, values)
    assert [number.value for number in numbers_of(changed)] == values
    assert [number.percent for number in numbers_of(changed)] == [number.percent for number in numbers_of(written)]
    assert len(values) > LONGEST or lettered(changed) == lettered(written)


def test_as_many_numbers_as_before_are_needed() -> None:
    with pytest.raises(ValueError, match="argument"):
        spelled_with("~ normal(1, 2)", [1.0])


def test_numbers_nested_beyond_measure_are_none() -> None:
    assert numbers_of("~ " + "a(" * 30_000 + "1" + ")" * 30_000) == []
