"""The register of schedules: a schedule is a calculation that works out figures which assumptions read by name.

    # schedules/cloud_wacc.yaml
    schedule: cost_of_capital
    risk_free: = drivers.risk_free
    ...
    # segments/cloud.yaml
    wacc: = cloud_wacc.wacc

``@schedule`` puts a function ``(line, *, parameters...)`` into the register; its lines are its results.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..calculation import Calculation, calculation

SCHEDULES: Final[dict[str, Schedule]] = {}


class Schedule(Calculation):
    """A calculation whose lines are read by other assumptions."""


def schedule(function: Callable[..., None]) -> Schedule:
    """Register a function as a schedule under its own name."""
    entry = calculation(Schedule, function)
    SCHEDULES[entry.name] = entry
    return entry
