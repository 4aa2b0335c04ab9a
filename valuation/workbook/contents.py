"""The sheets of a book in the order in which a reader turns them."""

from __future__ import annotations

from typing import Final

from .sheet import Sheet
from .sheets import (
    baseline,
    bridge_chart,
    checks,
    correlations,
    cover,
    evidence,
    files,
    football,
    inputs,
    ownership,
    peers,
    reverse,
    scenarios,
    sensitivity,
    simulation,
    simulation_charts,
    summary,
    transactions,
)

FRONT: Final[tuple[Sheet, ...]] = (
    cover.SHEET,
    summary.SHEET,
    football.SHEET,
    inputs.SHEET,
    correlations.SHEET,
    peers.SHEET,
)
"""Before the sheets of the model's lines: what sums up, and what is given."""

BACK: Final[tuple[Sheet, ...]] = (
    bridge_chart.SHEET,
    ownership.SHEET,
    transactions.SHEET,
    reverse.SHEET,
    simulation.SHEET,
    simulation_charts.SHEET,
    sensitivity.SHEET,
    scenarios.SHEET,
    evidence.SHEET,
    checks.SHEET,
    baseline.SHEET,
    files.SHEET,
)
"""Behind them: what is made of the lines."""
