"""Last rounds: a backsolve that finds what there is to find, on a broad grid, and says so where there is nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from agreement import agreed, only
from scipy.optimize import brentq
from scipy.stats import norm

from valuation.claims import Claim, bands, waterfall
from valuation.lines import Line, Lines
from valuation.methods import last_round
from valuation.methods.backsolve import backsolve
from valuation.methods.black_scholes import call, spread
from valuation.units import M_SHARES, RATE, YEARS, money

DRAWS = 200
TERMS = {"volatility": 0.6, "years_to_exit": 3.0, "risk_free": 0.03}
SIMPLE: dict[str, dict[str, Any]] = {
    "common": {"kind": "common", "shares": 80.0},
    "series_a": {"kind": "preferred", "shares": 20.0, "preference": 100.0, "round_price": 5.0},
}


def with_row(name: str, **fields: Any) -> dict[str, dict[str, Any]]:
    return {**SIMPLE, name: {**SIMPLE.get(name, {}), **fields}}


def spaced(generator: np.random.Generator, low: float, high: float) -> Any:
    return np.exp(generator.uniform(np.log(low), np.log(high), DRAWS))


def random_claims(generator: np.random.Generator) -> list[Claim]:
    """A random capital structure with 200 draws of its numbers, over three powers of ten."""
    claims = [Claim("common", "common", spaced(generator, 10, 1000))]
    for number in range(generator.integers(1, 4)):
        kind: Any = generator.choice(["none", "none", "full", "capped"])
        owed = spaced(generator, 1, 1000)
        cap = owed * spaced(generator, 1.01, 5) if kind == "capped" else None
        rank = int(generator.integers(1, 4))
        claims.append(Claim(f"p{number}", "preferred", spaced(generator, 1, 500), owed, rank, kind, cap))
    for number in range(generator.integers(0, 3)):
        strike = spaced(generator, 0.01, 10)
        claims.append(Claim(f"o{number}", "option", spaced(generator, 1, 200), strike=strike))
    if generator.random() < 0.2:
        claims.append(Claim("r", "redeemable", None, spaced(generator, 1, 500), int(generator.integers(1, 4))))
    return [claims[place] for place in generator.permutation(len(claims))]


@pytest.mark.parametrize("seed", range(60))
def test_the_backsolve_finds_every_equity_value_to_the_last_digits(seed: int) -> None:
    generator = np.random.default_rng(seed)
    lines, claims = Lines(1), random_claims(generator)
    fall = waterfall(lines, claims)
    sold = next(claim for claim in claims if claim.kind == "preferred" or (seed % 3 == 0 and claim.kind == "common"))
    over = spread(lines, spaced(generator, 0.1, 3), 1.0)
    factor = np.exp(-generator.uniform(0, 0.4, DRAWS))
    points = {label: point * factor for label, point in fall.points.items()}
    of_equity, weights = bands(fall, sold)

    def worth(equity: Any) -> Any:
        calls = {label: call(equity, point, over) for label, point in points.items()}
        return of_equity * equity + sum(weight * calls[label] for label, weight in weights.items())

    equity = spaced(generator, 0.2, 20) * fall.owed
    target = worth(equity)
    searched = target > equity * np.exp(-9.9)
    telling = worth(equity * 1.01) / target - 1 > 1e-10
    with np.errstate(all="ignore"):  # where a price tells nothing
        found = backsolve(lines, target, of_equity, weights, points, over)
    tried = searched & telling
    assert tried.mean() > 0.5
    assert np.max(np.abs(worth(found) / target - 1)[tried]) < 1e-12


def test_the_equity_is_what_a_root_finder_gives() -> None:
    lines = last_round(classes=SIMPLE, **TERMS)
    v, factor = 0.6 * np.sqrt(3), np.exp(-0.09)

    def preferred(equity: float) -> float:
        def above(strike: float) -> float:
            d1 = np.log(equity / (strike * factor)) / v + v / 2
            return float(equity * norm.cdf(d1) - strike * factor * norm.cdf(d1 - v))

        return equity - above(100) + 0.2 * above(500)

    equity = brentq(lambda value: preferred(value) - 100, 50, 5000, xtol=1e-12)
    assert equity == pytest.approx(only(lines, "Equity value of the company"), rel=1e-12)
    assert 500 == only(lines, "Post-money value")
    assert only(lines, "Equity value over post-money value") == pytest.approx(equity / 500)
    assert 5 == pytest.approx(only(lines, "Value a share of series a"), rel=1e-12)
    assert only(lines, "Value a share of common") < 5
    assert equity == pytest.approx(only(lines, "Sum of the classes"), rel=1e-12)


def test_one_class_of_shares_is_worth_its_post_money_value() -> None:
    common = {"common": {"kind": "common", "shares": 80.0, "round_price": 5.0}}
    lines = last_round(classes={**common, "notes": {"kind": "redeemable", "shares": 1.0, "preference": 50.0}}, **TERMS)
    assert 400 < only(lines, "Equity value of the company") < 450
    assert 400 == pytest.approx(only(lines, "Value of common"))


def test_given_the_equity_found_the_classes_are_worth_the_same() -> None:
    solved = last_round(classes=SIMPLE, **TERMS)
    equity = only(solved, "Equity value of the company")
    divided = last_round(classes=SIMPLE, value_from="given equity", equity=equity, **TERMS)
    for label in ("Value of common", "Value of series a", "Value a share of common"):
        assert only(solved, label) == pytest.approx(only(divided, label), rel=1e-12)


def test_a_round_prices_its_money() -> None:
    lines = last_round(classes=SIMPLE, value_from="post-money", new_money=100.0)
    assert [500, 400, 0.2] == [
        only(lines, x) for x in ("Post-money value", "Pre-money value", "Stake of the new money")
    ]
    doubled = last_round(classes=with_row("series_a", conversion_ratio=2.0), value_from="post-money")
    assert 2.5 * 120 == only(doubled, "Equity value of the company")


def test_a_price_that_no_equity_value_gives_is_invalid_and_said_to_be() -> None:
    notes = {"common": {"kind": "common", "shares": 80.0}, "notes": {
        "kind": "redeemable", "shares": 10.0, "preference": 50.0, "round_price": np.array([4.0, 5.0]),
    }}  # fmt: skip
    lines = last_round(classes=notes, **TERMS)
    assert [1.0, 0.0] == np.nan_to_num(lines["The round's class is worth its price"]).tolist()
    assert [False, True] == np.isnan(lines["Equity value of the company"]).tolist()


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "two prices": (
        {"classes": with_row("common", round_price=4.0)},
        "expected round_price on the one class .*series_a",
    ),
    "no price": ({"classes": {"common": SIMPLE["common"]}}, "classes is missing: round_price on one class"),
    "no volatility": ({"classes": SIMPLE, "volatility": None}, "volatility is missing"),
    "no equity": ({"classes": SIMPLE, "value_from": "given equity"}, "equity is missing: value_from is given equity"),
    "no strike": ({"classes": with_row("pool", kind="option", shares=1.0)}, "classes.pool.strike is missing"),
    "no cap": ({"classes": with_row("series_a", participation="capped")}, "classes.series_a.cap is missing"),
    "no preference": ({"classes": with_row("b", kind="preferred", shares=1.0)}, "classes.b.preference is missing"),
    "a strike too many": ({"classes": with_row("common", strike=1.0)}, "expected no strike for common"),
    "a cap too many": ({"classes": with_row("series_a", cap=1.0)}, "expected no cap for series_a"),
}


@pytest.mark.parametrize(("given", "message"), REFUSED.values(), ids=REFUSED)
def test_tables_that_say_too_little_or_too_much_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        last_round(**{**TERMS, **given})


CNY, SHARES = money("CNY"), M_SHARES
UNITS = {"shares": SHARES, "preference": CNY, "cap": CNY, "strike": CNY / SHARES, "round_price": CNY / SHARES}
TABLE: dict[str, dict[str, Any]] = {
    "common": {"kind": "common", "shares": 50.0},
    "seed": {"kind": "preferred", "shares": 10.0, "preference": 20.0, "rank": "2"},
    "growth": {"kind": "preferred", "shares": 9.0, "preference": 60.0, "participation": "capped", "cap": 120.0},
    "series_b": {"kind": "preferred", "shares": 6.0, "preference": 90.0, "round_price": 15.0},
    "early_pool": {"kind": "option", "shares": 4.0, "strike": 0.5},
    "late_pool": {"kind": "option", "shares": 4.0, "strike": 9.0},
    "notes": {"kind": "redeemable", "shares": 1.0, "preference": 10.0, "rank": "3"},
}


@pytest.mark.parametrize("value_from", ["post-money", "option pricing backsolve", "given equity"])
def test_every_reading_agrees_and_long_tables_have_short_formulas(value_from: Any) -> None:
    given = {f"{n}.{k}": (v, UNITS[k]) for n, row in TABLE.items() for k, v in row.items() if k in UNITS}
    given |= {
        "volatility": (0.6, RATE),
        "years_to_exit": (3.0, YEARS),
        "risk_free": (0.03, RATE),
        "equity": (700.0, CNY),
    }

    def run(line: Line, quantities: dict[str, Any]) -> None:
        classes: dict[str, dict[str, Any]] = {
            name: {"rank": "1", "participation": "none"}
            | {field: quantities.get(f"{name}.{field}", value) for field, value in row.items()}
            for name, row in TABLE.items()
        }
        others = {name: quantities[name] for name in ("volatility", "years_to_exit", "risk_free")}
        equity = quantities["equity"] if value_from == "given equity" else None
        last_round.run(line, classes=classes, value_from=value_from, equity=equity, **others)

    agreed(run, given)
