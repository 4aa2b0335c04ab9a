"""Research as an investment: its asset rolls forward, whatever its life, and both readings agree on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from agreement import readings_agree, recorded
from hypothesis import given, settings
from hypothesis import strategies as st

from valuation.schedules import research

spending = st.lists(st.floats(0, 1000), min_size=12, max_size=12)


def one(value: Any) -> float:
    return float(np.ravel(value)[0])


def aged(expenses: list[float]) -> dict[str, dict[str, float]]:
    """Rows from the base year backwards."""
    return {f"year {age}": {"expense": expense, "age": age} for age, expense in enumerate(expenses)}


@given(expenses=spending, life=st.integers(1, 10) | st.floats(0.5, 10))
@settings(deadline=None)
def test_the_asset_grows_by_what_is_spent_less_what_is_written_off(expenses: list[float], life: float) -> None:
    now, before = research(expenses=aged(expenses), life=life), research(expenses=aged(expenses[1:]), life=life)
    added = one(now["Research asset"]) - one(before["Research asset"])
    assert pytest.approx(expenses[0] - one(now["Amortisation"]), rel=1e-9, abs=1e-6) == added
    assert pytest.approx(one(now["Adjustment to EBITA"]), rel=1e-9, abs=1e-6) == added


def test_in_a_steady_state_nothing_changes_and_half_the_life_is_on_the_books() -> None:
    lines = research(expenses=aged([100.0] * 9), life=5, ebita=40.0)
    assert one(lines["Amortisation"]) == pytest.approx(100, rel=1e-14)
    assert one(lines["Adjusted EBITA"]) == pytest.approx(40, rel=1e-13)
    assert one(lines["Research asset"]) == pytest.approx(100 * (5 + 1) / 2, rel=1e-14)


def test_a_margin_needs_ebita() -> None:
    with pytest.raises(TypeError, match="ebita is missing: revenue is there for the margin"):
        research(expenses=aged([1.0]), life=3, revenue=100.0)


def test_every_reading_agrees() -> None:
    random = np.random.default_rng(5)
    rows = {f"year_{age}": {"expense": random.uniform(0, 80, 64), "age": float(age)} for age in range(4)}
    drawn = {"ebita": random.normal(50, 40, 64), "revenue": random.uniform(100, 900, 64)}
    found = recorded(research, expenses=rows, life=random.uniform(1, 9, 64), **drawn)
    assert str(found.rows[-1].unit) == "%"
    readings_agree(research, expenses=rows, life=random.uniform(1, 9, 64), **drawn)
