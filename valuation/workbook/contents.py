"""The sheets of a book in the order in which a reader turns them."""

from __future__ import annotations

from typing import Final

from .sheet import Sheet
from .sheets import (
    assumption_log,
    baseline,
    bridge_chart,
    checks,
    correlations,
    cover,
    evidence,
    files,
    football,
    inputs,
    live_draws,
    live_draws_data,
    ownership,
    peers,
    reverse,
    scenarios,
    sensitivity,
    simulation,
    simulation_charts,
    summary,
    transactions,
    two_way,
    two_way_workings,
)

FRONT: Final[tuple[Sheet, ...]] = (
    cover.SHEET,
    summary.SHEET,
    football.SHEET,
    inputs.SHEET,
    correlations.SHEET,
    scenarios.SHEET,
    peers.SHEET,
)
"""Before the sheets of the model's lines: what sums up, and what is given."""

BACK: Final[tuple[Sheet, ...]] = (
    bridge_chart.SHEET,
    ownership.SHEET,
    transactions.SHEET,
    reverse.SHEET,
    two_way.SHEET,
    simulation.SHEET,
    simulation_charts.SHEET,
    sensitivity.SHEET,
    live_draws.SHEET,
    assumption_log.SHEET,
    two_way_workings.SHEET,
    live_draws_data.SHEET,
    evidence.SHEET,
    checks.SHEET,
    baseline.SHEET,
    files.SHEET,
)
"""Behind them: what is made of the lines."""
